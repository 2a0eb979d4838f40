//! ListOrganizations: filters, sorts, cuts to a page, and only then drops what the caller may not read.
//!
//! Source: ZITADEL `internal/query/org.go` and `internal/api/grpc/org/v2/query.go`; recorded exchanges.

use zitadel_org_web::{
    Code,
    proto::zitadel::{
        object::v2::{Details, ListDetails, TextQueryMethod},
        org::{
            v1::{Org, OrgState},
            v2::{
                ListOrganizationsRequest, ListOrganizationsResponse, Organization, OrganizationFieldName,
                OrganizationState, SearchQuery, search_query::Query,
            },
        },
    },
};

use crate::{seed::DEFAULT_ORG, status::Status, store::micros};

/// Returns the requested page. With relational tables it differs in several ways.
///
/// # Errors
/// The request is invalid.
pub(crate) fn list(
    orgs: Vec<Org>,
    request: &ListOrganizationsRequest,
    is_relational: bool,
    may_read: impl Fn(&str) -> bool,
) -> Result<ListOrganizationsResponse, Status> {
    for (index, query) in request.queries.iter().enumerate() {
        validate(query).map_err(|problem| {
            let text = format!(
                "invalid ListOrganizationsRequest.Queries[{index}]: embedded message failed validation | \
                 caused by: invalid SearchQuery.{problem}"
            );
            Status::plain(Code::InvalidArgument, text)
        })?;
        if is_relational {
            check_state(query)?;
        }
    }
    let query = request.query.unwrap_or_default();
    if i64::try_from(query.offset).is_err() {
        return Err(Status::raw(Code::Internal, "QUERY-M6mYN", "An internal error occurred"));
    }

    let mut orgs: Vec<Org> = orgs.into_iter().filter(|org| org.state() != OrgState::Unspecified).collect();
    let timestamp = orgs.iter().filter_map(|org| org.details.as_ref()?.change_date).max_by_key(|time| micros(*time));
    orgs.retain(|org| request.queries.iter().all(|query| matches(org, query, is_relational)));
    let is_sorted = request.sorting_column() != OrganizationFieldName::Unspecified;
    if request.sorting_column() == OrganizationFieldName::Name {
        orgs.sort_by(|a, b| a.name.cmp(&b.name));
    }
    if is_sorted && !query.asc {
        orgs.reverse();
    }
    let total = orgs.len();
    let limit = if query.limit == 0 { u32::MAX } else { query.limit };
    let page: Vec<Org> = orgs
        .into_iter()
        .skip(usize::try_from(query.offset).unwrap_or(usize::MAX))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect();
    // ZITADEL reads the total from the page's rows, so it is 0 if there are no rows.
    let total = if is_relational || page.is_empty() { page.len() } else { total };
    Ok(ListOrganizationsResponse {
        details: Some(ListDetails {
            total_result: u64::try_from(total).unwrap_or(u64::MAX),
            processed_sequence: 0,
            timestamp: timestamp.filter(|_| !is_relational),
        }),
        sorting_column: if is_relational { request.sorting_column } else { 0 },
        result: page.into_iter().filter(|org| may_read(&org.id)).map(|org| organization(org, is_relational)).collect(),
    })
}

/// Checks a query as ZITADEL's generated validation does.
fn validate(query: &SearchQuery) -> Result<(), String> {
    let is_method = |method| TextQueryMethod::try_from(method).is_ok();
    let (name, result) = match &query.query {
        None => return Err("Query: value is required".to_owned()),
        Some(Query::DefaultQuery(_)) => return Ok(()),
        Some(Query::IdQuery(query)) => ("IdQuery", check_length("OrganizationIDQuery.Id", &query.id)),
        Some(Query::StateQuery(query)) => {
            let is_state = OrganizationState::try_from(query.state).is_ok();
            ("StateQuery", check_enum("OrganizationStateQuery.State", is_state))
        }
        Some(Query::NameQuery(query)) => {
            let name = check_length("OrganizationNameQuery.Name", &query.name);
            ("NameQuery", name.and(check_enum("OrganizationNameQuery.Method", is_method(query.method))))
        }
        Some(Query::DomainQuery(query)) => {
            let domain = check_length("OrganizationDomainQuery.Domain", &query.domain);
            ("DomainQuery", domain.and(check_enum("OrganizationDomainQuery.Method", is_method(query.method))))
        }
    };
    result.map_err(|problem| format!("{name}: embedded message failed validation | caused by: {problem}"))
}

/// Checks a text field.
pub(crate) fn check_length(field: &str, text: &str) -> Result<(), String> {
    if (1..=200).contains(&text.chars().count()) {
        return Ok(());
    }
    Err(format!("invalid {field}: value length must be between 1 and 200 runes, inclusive"))
}

fn check_enum(field: &str, is_defined: bool) -> Result<(), String> {
    if is_defined { Ok(()) } else { Err(format!("invalid {field}: value must be one of the defined enum values")) }
}

/// The relational tables know only two states.
fn check_state(query: &SearchQuery) -> Result<(), Status> {
    let name = match &query.query {
        Some(Query::StateQuery(query)) => match query.state() {
            OrganizationState::Active | OrganizationState::Inactive => return Ok(()),
            OrganizationState::Unspecified => "unspecified",
            OrganizationState::Removed => "removed",
        },
        _ => return Ok(()),
    };
    let text = format!(
        "integrity violation of type \"check\" on \"\" (constraint: \"\"): ERROR: invalid input value for enum \
         organization_state: {name:?} (SQLSTATE 22P02)"
    );
    Err(Status::raw(Code::Unknown, "", &text))
}

fn matches(org: &Org, query: &SearchQuery, has_wildcards: bool) -> bool {
    match &query.query {
        Some(Query::NameQuery(query)) => is_like(&org.name, &query.name, query.method(), has_wildcards),
        Some(Query::DomainQuery(query)) => is_like(&org.primary_domain, &query.domain, query.method(), has_wildcards),
        Some(Query::StateQuery(query)) => state(org) == query.state(),
        Some(Query::IdQuery(query)) => org.id == query.id,
        Some(Query::DefaultQuery(_)) => org.id == DEFAULT_ORG,
        None => false,
    }
}

fn is_like(text: &str, expected: &str, method: TextQueryMethod, has_wildcards: bool) -> bool {
    use TextQueryMethod as Text;
    let (text, expected) = match method {
        Text::Equals | Text::StartsWith | Text::Contains | Text::EndsWith => (text.to_owned(), expected.to_owned()),
        _ => (text.to_lowercase(), expected.to_lowercase()),
    };
    let parts: Vec<&str> = if has_wildcards { expected.split('%').collect() } else { vec![&expected] };
    match method {
        Text::Equals | Text::EqualsIgnoreCase => text == expected,
        Text::StartsWith | Text::StartsWithIgnoreCase => has_parts(&text, &[&parts[..], &[""]].concat()),
        Text::Contains | Text::ContainsIgnoreCase => has_parts(&text, &[&[""], &parts[..], &[""]].concat()),
        Text::EndsWith | Text::EndsWithIgnoreCase => has_parts(&text, &[&[""], &parts[..]].concat()),
    }
}

/// Returns true if the text consists of these parts, with any text between them.
fn has_parts(text: &str, parts: &[&str]) -> bool {
    match parts {
        [] => false,
        [only] => text == *only,
        [first, others @ ..] => text
            .strip_prefix(first)
            .is_some_and(|rest| (0..=rest.len()).filter_map(|at| rest.get(at..)).any(|rest| has_parts(rest, others))),
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

fn organization(org: Org, is_relational: bool) -> Organization {
    let state = state(&org).into();
    let details = org.details.map(|details| Details {
        sequence: if is_relational { 0 } else { details.sequence },
        resource_owner: if is_relational { String::new() } else { details.resource_owner },
        change_date: details.change_date,
        creation_date: details.creation_date,
    });
    Organization { id: org.id, details, state, name: org.name, primary_domain: org.primary_domain }
}
