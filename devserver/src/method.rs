//! The rpcs that are served, and what there is to know about each.

use std::sync::LazyLock;

use hyper::Method as Verb;
use prost_reflect::{DescriptorPool, MessageDescriptor, MethodDescriptor};

static DESCRIPTORS: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(&include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"))[..]).ok());

/// The services, by how ZITADEL serves them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Auth v1, by grpc-go.
    Auth,
    /// Management v1, by grpc-go.
    Management,
    /// Organization v2, by connect-go.
    Organization,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auth, Self::Management, Self::Organization];

    /// Its full name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "zitadel.auth.v1.AuthService",
            Self::Management => "zitadel.management.v1.ManagementService",
            Self::Organization => "zitadel.org.v2.OrganizationService",
        }
    }

    /// The service at a path, and the name of the rpc there, whether it has one or not.
    #[must_use]
    pub fn of_path(path: &str) -> Option<(Self, &str)> {
        let (service, name) = path.strip_prefix('/')?.rsplit_once('/')?;
        Some((Self::ALL.into_iter().find(|it| it.name() == service)?, name))
    }
}

/// The rpcs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Lists the caller's permissions.
    ListMyZitadelPermissions,
    /// Reads the organization.
    GetMyOrg,
    /// Deactivates it.
    DeactivateOrg,
    /// Activates it again.
    ReactivateOrg,
    /// Lists organizations.
    ListOrganizations,
    /// Activates one again.
    ActivateOrganization,
    /// Deactivates one.
    DeactivateOrganization,
}

impl Method {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::ListMyZitadelPermissions,
        Self::GetMyOrg,
        Self::DeactivateOrg,
        Self::ReactivateOrg,
        Self::ListOrganizations,
        Self::ActivateOrganization,
        Self::DeactivateOrganization,
    ];

    /// Its name in the service.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListMyZitadelPermissions => "ListMyZitadelPermissions",
            Self::GetMyOrg => "GetMyOrg",
            Self::DeactivateOrg => "DeactivateOrg",
            Self::ReactivateOrg => "ReactivateOrg",
            Self::ListOrganizations => "ListOrganizations",
            Self::ActivateOrganization => "ActivateOrganization",
            Self::DeactivateOrganization => "DeactivateOrganization",
        }
    }

    /// Its service.
    #[must_use]
    pub const fn service(self) -> Service {
        match self {
            Self::ListMyZitadelPermissions => Service::Auth,
            Self::GetMyOrg | Self::DeactivateOrg | Self::ReactivateOrg => Service::Management,
            Self::ListOrganizations | Self::ActivateOrganization | Self::DeactivateOrganization => {
                Service::Organization
            }
        }
    }

    /// The rpc at a path, if there is one.
    #[must_use]
    pub fn of_path(path: &str) -> Option<Self> {
        let (service, name) = Service::of_path(path)?;
        Self::ALL.into_iter().find(|method| method.service() == service && method.name() == name)
    }

    /// The rpc behind a REST path, the verb that it is called with, and the organization in the path.
    #[must_use]
    pub fn of_route(path: &str) -> Option<(Verb, Self, &str)> {
        let found = |verb, method| Some((verb, method, ""));
        match path {
            "/auth/v1/permissions/zitadel/me/_search" => return found(Verb::POST, Self::ListMyZitadelPermissions),
            "/management/v1/orgs/me" => return found(Verb::GET, Self::GetMyOrg),
            "/management/v1/orgs/me/_deactivate" => return found(Verb::POST, Self::DeactivateOrg),
            "/management/v1/orgs/me/_reactivate" => return found(Verb::POST, Self::ReactivateOrg),
            "/v2/organizations/_search" => return found(Verb::POST, Self::ListOrganizations),
            _ => {}
        }
        match path.strip_prefix("/v2/organizations/")?.split_once('/')? {
            (id, "activate") => Some((Verb::POST, Self::ActivateOrganization, id)),
            (id, "deactivate") => Some((Verb::POST, Self::DeactivateOrganization, id)),
            _ => None,
        }
    }

    /// Its request's descriptor.
    #[must_use]
    pub fn input(self) -> Option<MessageDescriptor> {
        self.descriptor().map(|method| method.input())
    }

    /// Its response's descriptor.
    #[must_use]
    pub fn output(self) -> Option<MessageDescriptor> {
        self.descriptor().map(|method| method.output())
    }

    fn descriptor(self) -> Option<MethodDescriptor> {
        let service = DESCRIPTORS.as_ref()?.get_service_by_name(self.service().name())?;
        service.methods().find(|method| method.name() == self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Method;

    #[test]
    fn every_rpc_is_in_the_protos_and_at_its_path() {
        for method in Method::ALL {
            assert!(method.input().is_some() && method.output().is_some(), "{method:?}");
            let path = format!("/{}/{}", method.service().name(), method.name());
            assert_eq!(Method::of_path(&path), Some(method));
        }
    }
}
