//! One call, whatever protocol brought it: the checks in ZITADEL's order, then the read or the change.
//!
//! Source: ZITADEL `internal/api/grpc/server/server.go` (order of the interceptors), `internal/api/authz/`.

use prost::Message;
use zitadel_org_web::{
    Code,
    proto::zitadel::{
        auth::v1::ListMyZitadelPermissionsResponse,
        management::v1::{DeactivateOrgResponse, GetMyOrgResponse, ReactivateOrgResponse},
        org::v2::{
            ActivateOrganizationRequest, ActivateOrganizationResponse, DeactivateOrganizationRequest,
            DeactivateOrganizationResponse, ListOrganizationsRequest,
        },
        v1::{ErrorDetail, ObjectDetails},
    },
};

use crate::{
    instance::{Instance, Quirk},
    list,
    method::{Method, Service},
    permission::{self, ORG_READ, ORG_WRITE},
    seed::Verdict,
    status::Status,
    store::{Caller, Change, Refusal, Store},
    text::{Key, Language},
};

/// What the decoder of a request says that is none. Go's protobuf writes this blank in some builds, to keep anybody from
/// comparing its texts.
const NO_PROTOBUF: &str = "grpc: error unmarshalling request: proto:\u{a0}cannot parse invalid wire-format data";

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

/// Answers a call with its response's bytes.
///
/// # Errors
/// The status that ZITADEL would respond with.
pub fn call(store: &Store, method: Method, message: &[u8], metadata: Metadata<'_>) -> Result<Vec<u8>, Status> {
    let instance = Instance::of_host(metadata.host)?;
    if instance.quirk == Some(Quirk::Blocked) {
        return Err(Status::raw(Code::ResourceExhausted, "LIMITS-molsj", "Errors.Limits.Instance.Blocked"));
    }
    let call = authorize(store, method, metadata, instance)?;
    if instance.quirk == Some(Quirk::QuotaExhausted) {
        return Err(Status::raw(Code::ResourceExhausted, "QUOTA-vjAy8", "Quota.Access.Exhausted"));
    }
    match method {
        Method::ListMyZitadelPermissions => {
            let result = permission::of_roles(&call.roles(&call.org_id)?);
            Ok(ListMyZitadelPermissionsResponse { result }.encode_to_vec())
        }
        Method::GetMyOrg => match store.org(&call.org_id).map_err(|_| database_error())? {
            Some(org) => Ok(GetMyOrgResponse { org: Some(org) }.encode_to_vec()),
            None => Err(Status::translated(Code::NotFound, "QUERY-leq5Q", Key::NotFound, call.language)),
        },
        Method::DeactivateOrg => {
            let details = Some(call.change(&call.org_id, Change::Deactivate)?);
            Ok(DeactivateOrgResponse { details }.encode_to_vec())
        }
        Method::ReactivateOrg => {
            let details = Some(call.change(&call.org_id, Change::Reactivate)?);
            Ok(ReactivateOrgResponse { details }.encode_to_vec())
        }
        Method::ListOrganizations => {
            let request: ListOrganizationsRequest = decode(message)?;
            list::validate(&request).map_err(|why| Status::plain(Code::InvalidArgument, why))?;
            let orgs = store.orgs().map_err(|_| database_error())?;
            let may_read = |id: &str| call.roles(id).is_ok_and(|roles| permission::permits(&roles, ORG_READ));
            Ok(list::list(orgs, &request, may_read).encode_to_vec())
        }
        Method::ActivateOrganization => {
            let ActivateOrganizationRequest { organization_id } = decode(message)?;
            let change_date = call.change_by_id(&organization_id, Change::Reactivate)?.change_date;
            Ok(ActivateOrganizationResponse { change_date }.encode_to_vec())
        }
        Method::DeactivateOrganization => {
            let DeactivateOrganizationRequest { organization_id } = decode(message)?;
            let change_date = call.change_by_id(&organization_id, Change::Deactivate)?.change_date;
            Ok(DeactivateOrganizationResponse { change_date }.encode_to_vec())
        }
    }
}

/// Decodes a request.
///
/// # Errors
/// It is not its protobuf.
pub(crate) fn decode<M: Message + Default>(message: &[u8]) -> Result<M, Status> {
    M::decode(message).map_err(|_| Status::plain(Code::Internal, NO_PROTOBUF))
}

/// An authorized call.
struct Call<'a> {
    store: &'a Store,
    token: &'a str,
    org_id: String,
    language: Language,
}

impl Call<'_> {
    /// The caller's roles on an organization and on the instance.
    fn roles(&self, org_id: &str) -> Result<Vec<String>, Status> {
        self.store.roles(self.token, org_id).map_err(|_| database_error())
    }

    fn change(&self, org_id: &str, change: Change) -> Result<ObjectDetails, Status> {
        let (already_there, already_id, not_found_id) = match change {
            Change::Deactivate => (Key::AlreadyDeactivated, "EVENT-Dbs2g", "ORG-oL9nT"),
            Change::Reactivate => (Key::AlreadyActive, "EVENT-bfnrh", "ORG-Dgf3g"),
        };
        self.store.change(org_id, change).map_err(|refusal| match refusal {
            Refusal::AlreadyThere => {
                Status::translated(Code::FailedPrecondition, already_id, already_there, self.language)
            }
            Refusal::NotFound => Status::translated(Code::NotFound, not_found_id, Key::NotFound, self.language),
            Refusal::Database(_) => database_error(),
        })
    }

    /// A change of organization v2, which checks the permission for the organization of the request.
    fn change_by_id(&self, org_id: &str, change: Change) -> Result<ObjectDetails, Status> {
        if !(1..=200).contains(&org_id.chars().count()) {
            let name = match change {
                Change::Deactivate => "DeactivateOrganizationRequest",
                Change::Reactivate => "ActivateOrganizationRequest",
            };
            let text =
                format!("invalid {name}.OrganizationId: value length must be between 1 and 200 runes, inclusive");
            return Err(Status::plain(Code::InvalidArgument, text));
        }
        may(&self.roles(org_id)?, ORG_WRITE, "AUTH-AWfge")?;
        self.change(org_id, change)
    }
}

/// Whether the caller has a membership, and one that permits something.
fn may(roles: &[String], permission: &str, denied_id: &str) -> Result<(), Status> {
    if roles.is_empty() {
        return Err(Status::raw(Code::NotFound, "AUTHZ-cdgFk", "membership not found"));
    }
    if !permission::permits(roles, permission) {
        return Err(Status::raw(Code::PermissionDenied, denied_id, "No matching permissions found"));
    }
    Ok(())
}

fn authorize<'a>(
    store: &'a Store,
    method: Method,
    metadata: Metadata<'a>,
    instance: &Instance,
) -> Result<Call<'a>, Status> {
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
    let Caller { org_id, language, .. } = caller;
    let org_id = if metadata.org_id.is_empty() { org_id } else { metadata.org_id.to_owned() };
    if !store.org(&org_id).is_ok_and(|org| org.is_some()) {
        return denied("AUTH-Bs7Ds", "Organisation doesn't exist");
    }
    if method.service() == Service::Management {
        let roles = store.roles(token, &org_id).map_err(|_| database_error())?;
        may(&roles, if method == Method::GetMyOrg { ORG_READ } else { ORG_WRITE }, "AUTH-5mWD2")?;
    }
    // connect-go does not show ZITADEL's translator the header.
    let accepted = metadata.accept_language.filter(|_| method.service() != Service::Organization);
    Ok(Call { store, token, org_id, language: Language::choose(language.as_deref(), accepted) })
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
