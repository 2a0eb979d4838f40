//! The RPCs and their routes. Names and messages come from the descriptors that `build.rs` compiles.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MethodDescriptor};

use self::routes::Route;

#[path = "../../build/routes.rs"]
#[expect(dead_code, reason = "the client's build reads more of it")]
mod routes;

static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(&include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))[..]).unwrap_or_default()
});

/// The RPCs with their routes.
static ROUTES: LazyLock<Vec<(Method, Route)>> =
    LazyLock::new(|| Method::all().filter_map(|method| Some((method.clone(), routes::read(&method.0)?))).collect());

/// Service of the v2 API, which connect-go serves. The others run on grpc-go.
const V2_SERVICE: &str = "zitadel.org.v2.OrganizationService";

/// An RPC.
#[derive(Debug, Clone)]
pub struct Method(pub MethodDescriptor);

/// An RPC that a REST path belongs to.
pub(crate) struct Match<'a> {
    pub(crate) http_method: &'static str,
    pub(crate) method: Method,
    /// Field and value, still percent-encoded, of the variable in the path.
    pub(crate) variable: Option<(&'static str, &'a str)>,
}

/// Splits the path of an RPC into service and method, which do not have to exist.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix('/')?.rsplit_once('/')
}

/// Returns true if the path lies within the v2 service.
pub(crate) fn is_v2(path: &str) -> bool {
    split(path).is_some_and(|(service, _)| service == V2_SERVICE)
}

pub(crate) fn has_service(name: &str) -> bool {
    DESCRIPTORS.get_service_by_name(name).is_some()
}

impl Method {
    /// Returns all RPCs.
    pub fn all() -> impl Iterator<Item = Self> {
        DESCRIPTORS.services().flat_map(|service| service.methods().map(Self).collect::<Vec<_>>())
    }

    /// Returns the RPC at a gRPC path.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        Self::all().find(|method| method.path() == path)
    }

    /// Returns the RPC that a REST path belongs to.
    pub(crate) fn route(path: &str) -> Option<Match<'_>> {
        ROUTES.iter().find_map(|(method, route)| {
            let variable = match_template(&route.path, path)?;
            Some(Match { http_method: route.http_method, method: method.clone(), variable })
        })
    }

    /// Returns the RPC at a gRPC or REST path.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        Self::at(path).or_else(|| Some(Self::route(path)?.method))
    }

    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    pub(crate) fn path(&self) -> String {
        format!("/{}/{}", self.0.parent_service().full_name(), self.name())
    }

    pub(crate) fn is_v2(&self) -> bool {
        self.0.parent_service().full_name() == V2_SERVICE
    }

    pub(crate) fn is_change(&self) -> bool {
        !self.name().starts_with("Get") && !self.name().starts_with("List")
    }
}

/// Returns the template's variable if the path matches.
fn match_template<'a>(template: &'static str, path: &'a str) -> Option<Option<(&'static str, &'a str)>> {
    if template.split('/').count() != path.split('/').count() {
        return None;
    }
    let mut variable = None;
    for (expected, segment) in template.split('/').zip(path.split('/')) {
        match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => variable = Some((name, segment)),
            None if expected == segment => {}
            None => return None,
        }
    }
    Some(variable)
}

#[cfg(test)]
mod tests {
    use super::{Method, ROUTES};

    #[test]
    fn every_rpc_has_a_route() {
        assert_eq!(Method::all().count(), ROUTES.len());
        assert!(Method::all().count() > 0);
    }
}
