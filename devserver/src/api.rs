//! One call, whatever protocol brought it: the checks in ZITADEL's order, then the read or the change.
//!
//! Source: ZITADEL `internal/api/grpc/server/server.go` (order of the interceptors), `internal/api/authz/`.

use prost::Message as _;
use serde_json::{Map, Value, json};
use zitadel_org_web::{
    Code,
    proto::zitadel::{
        management::v1::{DeactivateOrgResponse, GetMyOrgResponse, ReactivateOrgResponse},
        org::v1::Org,
        v1::{ErrorDetail, ObjectDetails},
    },
};

use crate::{
    instance::{Instance, Quirk},
    seed::Verdict,
    status::Status,
    store::{Change, Refusal, Store},
    text::{Key, Language},
};

/// The rpcs that are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads the organization.
    GetMyOrg,
    /// Deactivates it.
    DeactivateOrg,
    /// Activates it again.
    ReactivateOrg,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::GetMyOrg, Self::DeactivateOrg, Self::ReactivateOrg];

    /// Its name in the service.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GetMyOrg => "GetMyOrg",
            Self::DeactivateOrg => "DeactivateOrg",
            Self::ReactivateOrg => "ReactivateOrg",
        }
    }

    /// The roles that hold the permission it needs.
    ///
    /// Source: ZITADEL `cmd/defaults.yaml`, `InternalAuthZ`.
    const fn roles(self) -> &'static [&'static str] {
        match self {
            Self::GetMyOrg => &[
                "IAM_OWNER",
                "IAM_ORG_MANAGER",
                "ORG_OWNER",
                "ORG_SETTINGS_MANAGER",
                "IAM_OWNER_VIEWER",
                "IAM_USER_MANAGER",
                "IAM_LOGIN_CLIENT",
                "ORG_USER_MANAGER",
                "ORG_OWNER_VIEWER",
                "ORG_USER_PERMISSION_EDITOR",
                "ORG_PROJECT_PERMISSION_EDITOR",
            ],
            Self::DeactivateOrg | Self::ReactivateOrg => {
                &["IAM_OWNER", "IAM_ORG_MANAGER", "ORG_OWNER", "ORG_SETTINGS_MANAGER"]
            }
        }
    }
}

/// Metadata of a call that its outcome depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Metadata<'a> {
    /// `host` or `:authority`.
    pub host: &'a str,
    /// `authorization`.
    pub authorization: &'a str,
    /// `x-zitadel-orgid`.
    pub org_id: &'a str,
    /// `accept-language`.
    pub accept_language: Option<&'a str>,
}

/// A successful answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To a read.
    Org(Org),
    /// To a change.
    Changed(ObjectDetails),
}

impl Answer {
    /// The message's bytes. Both changes respond with messages of the same form.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        match self {
            Self::Org(org) => GetMyOrgResponse { org: Some(org) }.encode_to_vec(),
            Self::Changed(details) => {
                let changed = ReactivateOrgResponse { details: Some(details) };
                debug_assert_eq!(
                    changed.encode_to_vec(),
                    DeactivateOrgResponse { details: changed.details.clone() }.encode_to_vec()
                );
                changed.encode_to_vec()
            }
        }
    }

    /// The answer in proto3's JSON mapping, without what is zero.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Changed(details) => json!({ "details": details_json(details) }),
            Self::Org(org) => {
                let mut json = Map::new();
                insert(&mut json, "id", &org.id);
                if let Some(details) = &org.details {
                    json.insert("details".to_owned(), details_json(details));
                }
                if org.state != 0 {
                    insert(&mut json, "state", org.state().as_str_name());
                }
                insert(&mut json, "name", &org.name);
                insert(&mut json, "primaryDomain", &org.primary_domain);
                json!({ "org": json })
            }
        }
    }
}

fn details_json(details: &ObjectDetails) -> Value {
    let mut json = Map::new();
    if details.sequence != 0 {
        insert(&mut json, "sequence", &details.sequence.to_string());
    }
    for (name, date) in [("creationDate", &details.creation_date), ("changeDate", &details.change_date)] {
        if let Some(date) = date {
            insert(&mut json, name, &date.to_string());
        }
    }
    insert(&mut json, "resourceOwner", &details.resource_owner);
    Value::Object(json)
}

fn insert(json: &mut Map<String, Value>, name: &str, value: &str) {
    if !value.is_empty() {
        json.insert(name.to_owned(), json!(value));
    }
}

/// Answers a call.
///
/// # Errors
/// The status that ZITADEL would respond with.
pub fn call(store: &Store, method: Method, metadata: Metadata<'_>) -> Result<Answer, Status> {
    let instance = Instance::of_host(metadata.host)?;
    if instance.quirk == Some(Quirk::Blocked) {
        return Err(Status::raw(Code::ResourceExhausted, "LIMITS-molsj", "Errors.Limits.Instance.Blocked"));
    }
    let Call { org_id, language } = authorize(store, method, metadata, instance)?;
    if instance.quirk == Some(Quirk::QuotaExhausted) {
        return Err(Status::raw(Code::ResourceExhausted, "QUOTA-vjAy8", "Quota.Access.Exhausted"));
    }
    match method {
        Method::GetMyOrg => match store.org(&org_id).map_err(|_| database_error())? {
            Some(org) => Ok(Answer::Org(org)),
            None => Err(Status::translated(Code::NotFound, "QUERY-leq5Q", Key::NotFound, language)),
        },
        Method::DeactivateOrg => change(store, &org_id, Change::Deactivate, language),
        Method::ReactivateOrg => change(store, &org_id, Change::Reactivate, language),
    }
}

fn change(store: &Store, org_id: &str, change: Change, language: Language) -> Result<Answer, Status> {
    let (already_there, already_id, not_found_id) = match change {
        Change::Deactivate => (Key::AlreadyDeactivated, "EVENT-Dbs2g", "ORG-oL9nT"),
        Change::Reactivate => (Key::AlreadyActive, "EVENT-bfnrh", "ORG-Dgf3g"),
    };
    store.change(org_id, change).map(Answer::Changed).map_err(|refusal| match refusal {
        Refusal::AlreadyThere => Status::translated(Code::FailedPrecondition, already_id, already_there, language),
        Refusal::NotFound => Status::translated(Code::NotFound, not_found_id, Key::NotFound, language),
        Refusal::Database(_) => database_error(),
    })
}

/// An authorized call.
struct Call {
    org_id: String,
    language: Language,
}

fn authorize(store: &Store, method: Method, metadata: Metadata<'_>, instance: &Instance) -> Result<Call, Status> {
    if metadata.authorization.is_empty() {
        return Err(missing_header(instance));
    }
    // Exactly two parts, as ZITADEL splits it: what precedes "Bearer " does not matter.
    let token = match metadata.authorization.split("Bearer ").collect::<Vec<_>>().as_slice() {
        [_, token] => *token,
        _ => return Err(Status::raw(Code::Unauthenticated, "AUTH-toLo1", "invalid auth header")),
    };
    let invalid = || Status::raw(Code::Unauthenticated, "AUTH-7fs1e", "Errors.Token.Invalid");
    let caller = store.caller(token).map_err(|_| database_error())?.ok_or_else(invalid)?;
    let denied = |id, text| Err(Status::raw(Code::PermissionDenied, id, text));
    match caller.verdict {
        Verdict::Valid => {}
        Verdict::Invalid => return Err(invalid()),
        Verdict::MfaRequired => return denied("AUTHZ-Kl3p0", "mfa required"),
        Verdict::SessionExpired => return denied("AUTHZ-EGDo3", "session expired"),
        Verdict::Exchanged => return denied("APP-Shi0J", "Errors.TokenExchange.Token.NotForAPI"),
    }
    let org_id = if metadata.org_id.is_empty() { caller.org_id } else { metadata.org_id.to_owned() };
    if !store.org(&org_id).is_ok_and(|org| org.is_some()) {
        return denied("AUTH-Bs7Ds", "Organisation doesn't exist");
    }
    let roles = store.roles(token, &org_id).map_err(|_| database_error())?;
    if roles.is_empty() {
        return Err(Status::raw(Code::NotFound, "AUTHZ-cdgFk", "membership not found"));
    }
    if !roles.iter().any(|role| method.roles().contains(&role.as_str())) {
        return denied("AUTH-5mWD2", "No matching permissions found");
    }
    let language = Language::choose(caller.language.as_deref(), metadata.accept_language);
    Ok(Call { org_id, language })
}

/// ZITADEL v4.11.0 to v4.13.1 respond with another code, which instances with that quirk show.
fn missing_header(instance: &Instance) -> Status {
    if instance.quirk == Some(Quirk::V4_13) {
        let message = "rpc error: code = Unauthenticated desc = auth header missing";
        let detail = ErrorDetail { id: String::new(), message: message.to_owned() };
        return Status { code: Code::Unknown, message: format!("{message} ()"), detail: Some(detail) };
    }
    Status::plain(Code::Unauthenticated, "auth header missing")
}

fn database_error() -> Status {
    let detail = ErrorDetail { id: String::new(), message: "db connection error".to_owned() };
    Status { code: Code::Internal, message: "db connection error ()".to_owned(), detail: Some(detail) }
}
