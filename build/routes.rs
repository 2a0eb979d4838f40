//! Reads the REST mapping of a method from its options. The dev server uses it, too.

use prost_reflect::MethodDescriptor;
use prost_types::method_options::IdempotencyLevel;

/// The REST mapping of a method.
#[derive(Debug)]
pub(crate) struct Route {
    /// `GET` or `POST`.
    pub(crate) http_method: &'static str,
    /// The path, with names of request fields in braces.
    pub(crate) path: String,
    /// True if the method changes nothing, from `option idempotency_level`.
    pub(crate) is_read: bool,
}

/// Returns the REST mapping of a method, from `option (google.api.http)`; `None` if it has none, or if
/// its prefix is unknown.
pub(crate) fn read(method: &MethodDescriptor) -> Option<Route> {
    let extension = method.parent_pool().get_extension_by_name("google.api.http")?;
    let options = method.options();
    let rule = options.get_extension(&extension);
    let rule = rule.as_message()?;
    let path_of = |field: &str| {
        let path = rule.get_field_by_name(field)?.as_str()?.to_owned();
        Some(path).filter(|path| !path.is_empty())
    };
    let (http_method, path) = path_of("get").map(|path| ("GET", path)).or_else(|| Some(("POST", path_of("post")?)))?;
    let options = method.method_descriptor_proto().options.clone().unwrap_or_default();
    let service = method.parent_service();
    Some(Route {
        http_method,
        path: [gateway_prefix(service.full_name(), &path)?, &path].concat(),
        is_read: options.idempotency_level() == IdempotencyLevel::NoSideEffects,
    })
}

/// Returns the path below which ZITADEL serves a service. Those of version 2 have their whole path in their options.
///
/// Source: ZITADEL `internal/api/grpc/{auth,management}/server.go`.
fn gateway_prefix(service: &str, path: &str) -> Option<&'static str> {
    match service {
        "zitadel.auth.v1.AuthService" => Some("/auth/v1"),
        "zitadel.management.v1.ManagementService" => Some("/management/v1"),
        _ => path.starts_with("/v2/").then_some(""),
    }
}
