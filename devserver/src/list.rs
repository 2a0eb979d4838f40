//! Lists of organizations: filtered, sorted, cut to a page, and only then freed of what the caller may not read.
//!
//! Source: ZITADEL `internal/query/org.go` and `internal/api/grpc/org/v2/query.go`.

use std::cmp::Ordering;

use zitadel_org_web::proto::zitadel::{
    object::v2::{Details, ListDetails, TextQueryMethod},
    org::{
        v1::{Org, OrgState},
        v2::{
            ListOrganizationsRequest, ListOrganizationsResponse, Organization, OrganizationFieldName,
            OrganizationState, SearchQuery, search_query::Query,
        },
    },
};

use crate::seed::DEFAULT_ORG;

/// How many a page has that does not say. Source: ZITADEL `cmd/defaults.yaml`, `DefaultQueryLimit`.
const DEFAULT_LIMIT: u32 = 100;

/// What is wrong with a request, in ZITADEL's words.
///
/// # Errors
/// A query that asks for nothing.
pub fn validate(request: &ListOrganizationsRequest) -> Result<(), String> {
    match request.queries.iter().position(|query| query.query.is_none()) {
        Some(index) => Err(format!(
            "invalid ListOrganizationsRequest.Queries[{index}]: embedded message failed validation | caused by: \
             invalid SearchQuery.Query: value is required"
        )),
        None => Ok(()),
    }
}

/// The page of the organizations that a request asks for.
#[must_use]
pub fn list(
    orgs: Vec<Org>,
    request: &ListOrganizationsRequest,
    may_read: impl Fn(&str) -> bool,
) -> ListOrganizationsResponse {
    // A removed organization is in no list.
    let mut orgs: Vec<Org> = orgs.into_iter().filter(|org| org.state() != OrgState::Unspecified).collect();
    let timestamp = orgs.iter().filter_map(|org| org.details.as_ref()?.change_date).max_by(compare_time);
    orgs.retain(|org| request.queries.iter().all(|query| matches(org, query)));
    let query = request.query.unwrap_or_default();
    match request.sorting_column() {
        // Which is not by name.
        OrganizationFieldName::Unspecified => orgs.reverse(),
        OrganizationFieldName::Name => orgs.sort_by(|a, b| a.name.cmp(&b.name)),
        OrganizationFieldName::CreationDate => {}
    }
    if !query.asc && request.sorting_column() != OrganizationFieldName::Unspecified {
        orgs.reverse();
    }
    let total_result = u64::try_from(orgs.len()).unwrap_or(u64::MAX);
    let limit = if query.limit == 0 { DEFAULT_LIMIT } else { query.limit };
    let page = orgs
        .into_iter()
        .skip(usize::try_from(query.offset).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX));
    ListOrganizationsResponse {
        details: Some(ListDetails { total_result, processed_sequence: 0, timestamp }),
        // ZITADEL does not say it.
        sorting_column: 0,
        result: page.filter(|org| may_read(&org.id)).map(organization).collect(),
    }
}

fn compare_time(a: &prost_types::Timestamp, b: &prost_types::Timestamp) -> Ordering {
    (a.seconds, a.nanos).cmp(&(b.seconds, b.nanos))
}

fn matches(org: &Org, query: &SearchQuery) -> bool {
    match &query.query {
        Some(Query::NameQuery(query)) => is_like(&org.name, &query.name, query.method()),
        Some(Query::DomainQuery(query)) => is_like(&org.primary_domain, &query.domain, query.method()),
        Some(Query::StateQuery(query)) => state(org) == query.state(),
        Some(Query::IdQuery(query)) => org.id == query.id,
        Some(Query::DefaultQuery(_)) => org.id == DEFAULT_ORG,
        None => false,
    }
}

fn is_like(text: &str, wanted: &str, method: TextQueryMethod) -> bool {
    let lower = || (text.to_lowercase(), wanted.to_lowercase());
    match method {
        TextQueryMethod::Equals => text == wanted,
        TextQueryMethod::EqualsIgnoreCase => lower().0 == lower().1,
        TextQueryMethod::StartsWith => text.starts_with(wanted),
        TextQueryMethod::StartsWithIgnoreCase => lower().0.starts_with(&lower().1),
        TextQueryMethod::Contains => text.contains(wanted),
        TextQueryMethod::ContainsIgnoreCase => lower().0.contains(&lower().1),
        TextQueryMethod::EndsWith => text.ends_with(wanted),
        TextQueryMethod::EndsWithIgnoreCase => lower().0.ends_with(&lower().1),
    }
}

fn state(org: &Org) -> OrganizationState {
    match org.state() {
        OrgState::Active => OrganizationState::Active,
        OrgState::Inactive => OrganizationState::Inactive,
        OrgState::Removed => OrganizationState::Removed,
        OrgState::Unspecified => OrganizationState::Unspecified,
    }
}

fn organization(org: Org) -> Organization {
    let state = state(&org).into();
    let details = org.details.map(|details| Details {
        sequence: details.sequence,
        change_date: details.change_date,
        resource_owner: details.resource_owner,
        creation_date: details.creation_date,
    });
    Organization { id: org.id, details, state, name: org.name, primary_domain: org.primary_domain }
}
