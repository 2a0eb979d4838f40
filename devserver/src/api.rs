//! The calls, independent of the protocol: the checks in ZITADEL's order, then the read or the change.
//!
//! Source: ZITADEL `internal/api/grpc/server/server.go` (order of the interceptors), `internal/api/authz/`.

use hyper::http::request::Parts;
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
        v1::ObjectDetails,
    },
};

use crate::{
    headers,
    instance::Instance,
    list::{check_length, list},
    method::Method,
    permission::{self, ORG_READ, ORG_WRITE},
    seed::{INVALID_TOKEN, USERS, User},
    status::Status,
    store::{Change, ChangeError, Store},
    text::{Key, Language},
};

/// Go's protobuf writes this blank in some builds, so that its texts are not compared.
const MALFORMED_PROTOBUF: &str = "grpc: error unmarshalling request: proto:\u{a0}cannot parse invalid wire-format data";

/// A request and the server that it reached.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) store: &'a Store,
    pub(crate) instance: Instance,
    pub(crate) head: &'a Parts,
    pub(crate) body: &'a [u8],
}

impl<'a> Request<'a> {
    pub(crate) fn header(&self, name: &str) -> &'a str {
        headers::text(&self.head.headers, name)
    }

    pub(crate) fn path(&self) -> &'a str {
        self.head.uri.path()
    }

    /// Returns true if the instance's version has the RPC.
    pub(crate) fn has(&self, method: &Method) -> bool {
        match self.instance {
            Instance::WithoutV1 => method.is_v2(),
            Instance::V4_6 => !(method.is_v2() && method.is_change()),
            _ => true,
        }
    }
}

/// Runs a call and returns the bytes of its response.
///
/// # Errors
/// The status that ZITADEL responds with.
pub(crate) fn call(request: Request<'_>, method: &Method, message: &[u8], is_rest: bool) -> Result<Vec<u8>, Status> {
    match request.instance {
        Instance::Unknown => return Err(unknown_instance(request.header("host"))),
        Instance::Blocked => {
            return Err(Status::raw(Code::ResourceExhausted, "LIMITS-molsj", "Errors.Limits.Instance.Blocked"));
        }
        _ => {}
    }
    let call = authorize(request, method, is_rest)?;
    if request.instance == Instance::QuotaExhausted {
        return Err(Status::raw(Code::ResourceExhausted, "QUOTA-vjAy8", "Quota.Access.Exhausted"));
    }
    let response = match method.name() {
        "ListMyZitadelPermissions" => {
            let result = call.user.role_in(&call.org_id).map(permission::of_role).unwrap_or_default();
            ListMyZitadelPermissionsResponse { result }.encode_to_vec()
        }
        "GetMyOrg" => {
            let org = request.store.org(&call.org_id).map_err(|_| database_error())?;
            GetMyOrgResponse { org }.encode_to_vec()
        }
        "DeactivateOrg" => {
            let details = Some(call.change(&call.org_id, Change::Deactivate)?);
            DeactivateOrgResponse { details }.encode_to_vec()
        }
        "ReactivateOrg" => {
            let details = Some(call.change(&call.org_id, Change::Reactivate)?);
            ReactivateOrgResponse { details }.encode_to_vec()
        }
        "ListOrganizations" => {
            let query: ListOrganizationsRequest = decode(message)?;
            let orgs = request.store.list().map_err(|_| database_error())?;
            let is_relational = request.instance == Instance::Relational;
            let may_read = |id: &str| {
                is_relational || call.user.role_in(id).is_some_and(|role| permission::permits(role, ORG_READ))
            };
            list(orgs, &query, is_relational, may_read)?.encode_to_vec()
        }
        "ActivateOrganization" => {
            let ActivateOrganizationRequest { organization_id } = decode(message)?;
            let change_date = call.change_by_id(method, &organization_id, Change::Reactivate)?.change_date;
            ActivateOrganizationResponse { change_date }.encode_to_vec()
        }
        "DeactivateOrganization" => {
            let DeactivateOrganizationRequest { organization_id } = decode(message)?;
            let change_date = call.change_by_id(method, &organization_id, Change::Deactivate)?.change_date;
            DeactivateOrganizationResponse { change_date }.encode_to_vec()
        }
        name => return Err(Status::plain(Code::Unimplemented, format!("method {name} not implemented"))),
    };
    Ok(response)
}

/// Decodes a request's message.
///
/// # Errors
/// The bytes are not valid protobuf.
pub(crate) fn decode<M: Message + Default>(message: &[u8]) -> Result<M, Status> {
    M::decode(message).map_err(|_| Status::plain(Code::Internal, MALFORMED_PROTOBUF))
}

/// An authorized call.
struct Call<'a> {
    store: &'a Store,
    user: &'static User,
    org_id: String,
    language: Language,
    leaves_stale_row: bool,
}

impl Call<'_> {
    fn change(&self, org_id: &str, change: Change) -> Result<ObjectDetails, Status> {
        let (already, already_id, not_found_id) = match change {
            Change::Deactivate => (Key::AlreadyDeactivated, "EVENT-Dbs2g", "ORG-oL9nT"),
            Change::Reactivate => (Key::AlreadyActive, "EVENT-bfnrh", "ORG-Dgf3g"),
        };
        self.store.change(org_id, change, self.leaves_stale_row).map_err(|error| match error {
            ChangeError::AlreadyInState => {
                Status::raw(Code::FailedPrecondition, already_id, already.text(self.language))
            }
            ChangeError::NotFound => Status::raw(Code::NotFound, not_found_id, Key::NotFound.text(self.language)),
            ChangeError::Database => database_error(),
        })
    }

    /// Changes the organization of a v2 request, for which the permission is checked here.
    fn change_by_id(&self, method: &Method, org_id: &str, change: Change) -> Result<ObjectDetails, Status> {
        check_length(&format!("{}.OrganizationId", method.0.input().name()), org_id)
            .map_err(|problem| Status::plain(Code::InvalidArgument, problem))?;
        require(self.user, org_id, ORG_WRITE, "AUTH-AWfge")?;
        self.change(org_id, change)
    }
}

/// Requires a role in the organization that has the permission.
fn require(user: &User, org_id: &str, permission: &str, denied_id: &str) -> Result<(), Status> {
    let role = user.role_in(org_id);
    let role = role.ok_or_else(|| Status::raw(Code::NotFound, "AUTHZ-cdgFk", "membership not found"))?;
    if !permission::permits(role, permission) {
        return Err(Status::raw(Code::PermissionDenied, denied_id, "No matching permissions found"));
    }
    Ok(())
}

fn authorize<'a>(request: Request<'a>, method: &Method, is_rest: bool) -> Result<Call<'a>, Status> {
    let authorization = request.header("authorization");
    if authorization.is_empty() {
        return Err(Status::plain(Code::Unauthenticated, "auth header missing"));
    }
    // ZITADEL requires two parts and ignores the first one.
    let token = match authorization.split("Bearer ").collect::<Vec<_>>().as_slice() {
        [_, token] => *token,
        _ => return Err(Status::raw(Code::Unauthenticated, "AUTH-toLo1", "invalid auth header")),
    };
    let rejection = |(code, id, text)| Status::raw(code, id, text);
    let user = USERS.iter().find(|user| user.token == token).ok_or_else(|| rejection(INVALID_TOKEN))?;
    if let Some(error) = user.error {
        return Err(rejection(error));
    }
    let denied = |id, text| Err(Status::raw(Code::PermissionDenied, id, text));
    let is_v2 = method.is_v2();
    if is_rest && !is_v2 && user.language.is_some() && !is_client_origin(request.header("origin")) {
        return denied("AUTH-DZG21", "Errors.OriginNotAllowed");
    }
    let org_id = Some(request.header("x-zitadel-orgid")).filter(|id| !id.is_empty()).unwrap_or(user.org);
    if !request.store.org(org_id).is_ok_and(|org| org.is_some()) {
        return denied("AUTH-Bs7Ds", "Organisation doesn't exist");
    }
    match method.name() {
        "GetMyOrg" => require(user, org_id, ORG_READ, "AUTH-5mWD2")?,
        _ if !is_v2 && method.is_change() => require(user, org_id, ORG_WRITE, "AUTH-5mWD2")?,
        _ => {}
    }
    // connect-go does not pass the header on to ZITADEL's translator.
    let accept_language = if is_v2 { "" } else { request.header("accept-language") };
    Ok(Call {
        store: request.store,
        user,
        org_id: org_id.to_owned(),
        language: Language::choose(user.language, accept_language),
        leaves_stale_row: request.instance == Instance::StaleList,
    })
}

/// Returns true if the client of the OIDC logins lists the origin: any port of this machine.
fn is_client_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").map(|host| host.split(':').next().unwrap_or_default());
    origin.is_empty() || matches!(host, Some("localhost" | "127.0.0.1"))
}

/// Source: ZITADEL `internal/api/grpc/server/middleware/instance_interceptor.go`.
fn unknown_instance(host: &str) -> Status {
    let text = format!(
        "unable to set instance using origin &{{{host}  http}} (ExternalDomain is localhost): ID=QUERY-1kIjX \
         Message=Instance not found. Make sure you got the domain right. Check out \
         https://zitadel.com/docs/apis/introduction#domains"
    );
    Status::plain(Code::NotFound, text)
}

fn database_error() -> Status {
    Status::raw(Code::Internal, "", "db connection error")
}
