//! Instances. ZITADEL selects one by the request's host, so the dev server offers other versions and faults as hosts.

/// Versions and faults of a ZITADEL server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instance {
    /// ZITADEL at a97999e5 (2026-07-10) in its default configuration.
    Current,
    Blocked,
    QuotaExhausted,
    /// v4.6.6, the last version without changes in organization v2.
    V4_6,
    WithoutV1,
    /// The feature `enable_relational_tables`.
    Relational,
    StaleList,
    LostResponse,
    RateLimit {
        seconds: u32,
        count: u32,
    },
    /// The host belongs to no instance.
    Unknown,
}

/// Hosts and their descriptions.
const HOSTS: [(&str, &str); 9] = [
    ("127.0.0.1, localhost", "ZITADEL after v4.13.1 (a97999e5)"),
    ("v4-6.localhost", "v4.6.6: v1 errors in the body's trailers, no request ids, no v2 activate"),
    ("without-v1.localhost", "only organization v2"),
    ("relational.localhost", "the feature enable_relational_tables: totalResult is the page's length"),
    ("blocked.localhost", "blocked: LIMITS-molsj"),
    ("exhausted.localhost", "request quota used up: QUOTA-vjAy8"),
    ("stale-list.localhost", "a change leaves the list's row as it was until the organization's next event"),
    ("lost-response.localhost", "a change is made, then the connection closes without a response"),
    ("rate-limit-S-N.localhost", "the first N calls get HTTP 429 with Retry-After: S"),
];

/// Returns the list of hosts for `--help` and the guide.
#[must_use]
pub fn help() -> String {
    let rows: String = HOSTS.iter().map(|(host, about)| format!("  {host:<25} {about}\n")).collect();
    format!(
        "Instances, selected by the host name of the URL:\n{rows}  \
         A label in front is allowed and gives a test its own count: my-test.rate-limit-1-2.localhost\n  \
         Browsers and curl resolve these names. For Node, add them to the hosts file of the system."
    )
}

impl Instance {
    /// Returns the instance of a `host` header.
    pub(crate) fn of_host(host: &str) -> Self {
        let host = host.to_ascii_lowercase();
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => &host,
        };
        if ["localhost", "127.0.0.1", "[::1]"].contains(&name) {
            return Self::Current;
        }
        let Some(labels) = name.strip_suffix(".localhost") else { return Self::Unknown };
        match labels.rsplit('.').next().unwrap_or_default() {
            "v4-6" => Self::V4_6,
            "without-v1" => Self::WithoutV1,
            "relational" => Self::Relational,
            "blocked" => Self::Blocked,
            "exhausted" => Self::QuotaExhausted,
            "stale-list" => Self::StaleList,
            "lost-response" => Self::LostResponse,
            label => Self::rate_limit(label).unwrap_or(Self::Unknown),
        }
    }

    fn rate_limit(label: &str) -> Option<Self> {
        let (seconds, count) = label.strip_prefix("rate-limit-")?.split_once('-')?;
        Some(Self::RateLimit { seconds: seconds.parse().ok()?, count: count.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::{HOSTS, Instance};

    #[test]
    fn every_documented_host_is_an_instance() {
        for host in HOSTS.iter().flat_map(|(hosts, _)| hosts.split(", ")) {
            let host = host.replace("S-N", "1-2");
            assert_ne!(Instance::of_host(&host), Instance::Unknown, "{host}");
        }
    }

    #[test]
    fn ports_case_and_labels_in_front_do_not_matter() {
        assert_eq!(Instance::of_host("V4-6.localhost:8080"), Instance::V4_6);
        assert_eq!(Instance::of_host("[::1]:8080"), Instance::Current);
        assert_eq!(Instance::of_host("a.rate-limit-3-2.localhost"), Instance::RateLimit { seconds: 3, count: 2 });
        for host in ["", "other.localhost", "rate-limit-1.localhost", "localhost.example"] {
            assert_eq!(Instance::of_host(host), Instance::Unknown, "{host}");
        }
    }
}
