//! The RPCs and their routes. Names and messages come from the descriptors that `build.rs` compiles.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MethodDescriptor};

static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(&include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))[..]).unwrap_or_default()
});

/// Verb and path of each RPC over REST. Source: `google.api.http` in ZITADEL's protos.
const ROUTES: [(&str, &str, &str); 7] = [
    ("ListMyZitadelPermissions", "POST", "/auth/v1/permissions/zitadel/me/_search"),
    ("GetMyOrg", "GET", "/management/v1/orgs/me"),
    ("DeactivateOrg", "POST", "/management/v1/orgs/me/_deactivate"),
    ("ReactivateOrg", "POST", "/management/v1/orgs/me/_reactivate"),
    ("ListOrganizations", "POST", "/v2/organizations/_search"),
    ("ActivateOrganization", "POST", "/v2/organizations/{organization_id}/activate"),
    ("DeactivateOrganization", "POST", "/v2/organizations/{organization_id}/deactivate"),
];

/// Service of the v2 API, which connect-go serves. The others run on grpc-go.
const V2_SERVICE: &str = "zitadel.org.v2.OrganizationService";

/// An RPC.
#[derive(Debug, Clone)]
pub struct Method(pub MethodDescriptor);

/// A REST route that matched a path.
pub(crate) struct Route<'a> {
    pub(crate) verb: &'static str,
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
    pub(crate) fn route(path: &str) -> Option<Route<'_>> {
        ROUTES.iter().find_map(|(name, verb, template)| {
            let variable = match_template(template, path)?;
            let method = Self::all().find(|method| method.name() == *name)?;
            Some(Route { verb, method, variable })
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
        let mut names: Vec<String> = Method::all().map(|method| method.name().to_owned()).collect();
        let mut routed = ROUTES.map(|(name, ..)| name.to_owned()).to_vec();
        names.sort();
        routed.sort();
        assert_eq!(names, routed);
    }
}
