//! Instances: ZITADEL finds them by host, and so does the dev server, to offer some that behave in their own way.

use zitadel_org_web::Code;

use crate::{
    method::{Method, Service},
    status::Status,
};

/// One instance.
#[derive(Debug, Clone, Copy)]
pub struct Instance {
    /// Its host, without the port.
    pub host: &'static str,
    /// What sets it apart.
    pub quirk: Option<Quirk>,
    /// The quirk in words.
    pub about: &'static str,
}

/// What sets an instance apart from a ZITADEL of today in good order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// It is blocked.
    Blocked,
    /// Its quota of requests is used up.
    QuotaExhausted,
    /// It is of a version that answers UNKNOWN to a call without a token.
    V4_13,
    /// It is of a version that cannot change an organization by organization v2.
    V4_6,
    /// It has no v1 API any more.
    WithoutV1,
    /// Its errors are in a trailers frame, as the v2 API and some proxies send them.
    BodyTrailers,
}

/// All instances.
pub const INSTANCES: [Instance; 9] = [
    Instance { host: "localhost", quirk: None, about: "ZITADEL as it is" },
    Instance { host: "127.0.0.1", quirk: None, about: "the same" },
    Instance { host: "[::1]", quirk: None, about: "the same" },
    Instance { host: "blocked.localhost", quirk: Some(Quirk::Blocked), about: "a blocked instance" },
    Instance { host: "exhausted.localhost", quirk: Some(Quirk::QuotaExhausted), about: "its quota is used up" },
    Instance {
        host: "v4-13.localhost",
        quirk: Some(Quirk::V4_13),
        about: "a missing token is UNKNOWN, as in v4.11-v4.13",
    },
    Instance {
        host: "v4-6.localhost",
        quirk: Some(Quirk::V4_6),
        about: "no changes by organization v2, as before v4.7",
    },
    Instance { host: "without-v1.localhost", quirk: Some(Quirk::WithoutV1), about: "organization v2 alone" },
    Instance { host: "trailers.localhost", quirk: Some(Quirk::BodyTrailers), about: "errors in a trailers frame" },
];

impl Instance {
    /// The instance of a `host` header.
    ///
    /// # Errors
    /// If there is none: NOT_FOUND with ZITADEL's text.
    ///
    /// Source: ZITADEL `internal/api/grpc/server/middleware/instance_interceptor.go`.
    pub fn of_host(host: &str) -> Result<&'static Self, Status> {
        if host.is_empty() {
            return Err(Status::plain(Code::NotFound, "no instanceHost specified"));
        }
        Self::find(host).ok_or_else(|| {
            Status::plain(
                Code::NotFound,
                format!(
                    "unable to set instance using origin &{{{host}  http}} (ExternalDomain is localhost): \
                     ID=QUERY-1kIjX Message=Instance not found. Make sure you got the domain right. \
                     Check out https://zitadel.com/docs/apis/introduction#domains"
                ),
            )
        })
    }

    /// Whether the version of a host's instance has a service.
    #[must_use]
    pub fn has_service(host: &str, service: Service) -> bool {
        let quirk = Self::find(host).and_then(|instance| instance.quirk);
        quirk != Some(Quirk::WithoutV1) || service == Service::Organization
    }

    /// Whether it has a method.
    #[must_use]
    pub fn has(host: &str, method: Method) -> bool {
        let quirk = Self::find(host).and_then(|instance| instance.quirk);
        let is_newer = matches!(method, Method::ActivateOrganization | Method::DeactivateOrganization);
        Self::has_service(host, method.service()) && !(quirk == Some(Quirk::V4_6) && is_newer)
    }

    /// The instance of a `host` header, if there is one.
    #[must_use]
    pub fn find(host: &str) -> Option<&'static Self> {
        let without_port = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => name,
            _ => host,
        };
        INSTANCES.iter().find(|instance| instance.host.eq_ignore_ascii_case(without_port))
    }
}
