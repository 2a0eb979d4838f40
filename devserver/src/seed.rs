//! Content of a new database, and the users.

use std::borrow::Cow;

use zitadel_org_web::Code;

/// An organization of a new database.
#[derive(Debug, Clone)]
pub struct Org {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its primary domain.
    pub domain: Cow<'static, str>,
    pub(crate) state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Active,
    Inactive,
    Removed,
}

/// A user with one token.
#[derive(Debug, Clone, Copy)]
pub struct User {
    /// The token, readable on purpose.
    pub token: &'static str,
    /// Purpose of the user, in words.
    pub about: &'static str,
    /// Id of the organization that the user belongs to.
    pub(crate) org: &'static str,
    /// Language of the profile. Only tokens of an OIDC login carry one; the others stand for personal access tokens.
    pub(crate) language: Option<&'static str>,
    /// A role, and the id of the organization that it is held in, or `INSTANCE`.
    role: Option<(&'static str, &'static str)>,
    /// The error that every call with this token fails with: code, id, text.
    pub(crate) error: Option<(Code, &'static str, &'static str)>,
}

/// Scope of a role that is held on the whole instance.
const INSTANCE: &str = "INSTANCE";

const ZITADEL: &str = "69629023906488330";
const ACME: &str = "69629023906488334";
const GLOBEX: &str = "69629023906488335";
const INITECH: &str = "69629023906488336";
const HOOLI: &str = "69629023906488337";
const UMBRELLA: &str = "69629023906488338";
const STARK: &str = "69629023906488339";

/// The instance's default organization.
pub(crate) const DEFAULT_ORG: &str = ZITADEL;

/// Number of organizations in a new database, unless told otherwise.
pub const DEFAULT_ORGANIZATIONS: usize = 60;

/// Organizations with fixed names. Tests rely on them.
const ORGS: [(&str, &str, State); 7] = [
    (ZITADEL, "ZITADEL", State::Active),
    (ACME, "ACME", State::Inactive),
    (GLOBEX, "Globex", State::Active),
    (INITECH, "Initech", State::Active),
    (HOOLI, "Hooli", State::Inactive),
    (UMBRELLA, "Umbrella", State::Removed),
    (STARK, "Stark", State::Active),
];

/// Parts of the other organizations' names.
const FIRST_NAMES: [&str; 10] =
    ["Alpen", "Blue", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iron", "Juniper"];
const LAST_NAMES: [&str; 10] =
    ["Bank", "Foods", "Health", "Labs", "Logistics", "Media", "Motors", "Power", "Robotics", "Textiles"];

/// Returns the named organizations, followed by generated ones, of which every third is deactivated.
#[must_use]
pub fn orgs(count: usize) -> Vec<Org> {
    let first = ORGS.into_iter().map(|(id, name, state)| Org {
        id: id.into(),
        name: name.into(),
        domain: format!("{}.localhost", name.to_lowercase()).into(),
        state,
    });
    let others = (0..count.saturating_sub(ORGS.len())).map(|index| {
        let (first, rest) = (index % FIRST_NAMES.len(), index / FIRST_NAMES.len());
        let last = (first + rest) % LAST_NAMES.len();
        let name = |names: &[&'static str], at: usize| names.get(at).copied().unwrap_or_default();
        let (first, last) = (name(&FIRST_NAMES, first), name(&LAST_NAMES, last));
        let suffix = match rest / LAST_NAMES.len() {
            0 => String::new(),
            round => format!(" {}", round + 1),
        };
        Org {
            id: format!("696290239064{:05}", 90_000 + index).into(),
            name: format!("{first} {last}{suffix}").into(),
            domain: format!("{first}-{last}{}.localhost", suffix.replace(' ', "-")).to_lowercase().into(),
            state: if (index / 2) % 3 == 0 { State::Inactive } else { State::Active },
        }
    });
    first.chain(others).collect()
}

const fn user(token: &'static str, org: &'static str, role: &'static str, about: &'static str) -> User {
    User { token, about, org, language: None, role: Some((role, org)), error: None }
}

/// A token of ACME's owner that is refused.
const fn refused(token: &'static str, error: (Code, &'static str, &'static str), about: &'static str) -> User {
    User { error: Some(error), ..user(token, ACME, "ORG_OWNER", about) }
}

/// Error of a token that is unknown or has expired, or whose audience is not ZITADEL.
pub(crate) const INVALID_TOKEN: (Code, &str, &str) = (Code::Unauthenticated, "AUTH-7fs1e", "Errors.Token.Invalid");

/// The users.
pub const USERS: [User; 11] = [
    User {
        role: Some(("IAM_OWNER", INSTANCE)),
        ..user("iam-owner", ZITADEL, "", "may change and read every organization")
    },
    user("acme-owner", ACME, "ORG_OWNER", "may change and read ACME"),
    user("acme-viewer", ACME, "ORG_OWNER_VIEWER", "may read ACME"),
    user("acme-project-owner", ACME, "PROJECT_OWNER", "may neither change nor read ACME"),
    User {
        language: Some("de"),
        ..user("globex-owner-de", GLOBEX, "ORG_OWNER", "may change and read Globex; German profile, OIDC login")
    },
    User {
        language: Some("fr"),
        ..user(
            "hooli-settings-manager-fr",
            HOOLI,
            "ORG_SETTINGS_MANAGER",
            "may change Hooli; French profile, OIDC login",
        )
    },
    User { role: None, ..user("initech-nobody", INITECH, "", "has no role") },
    refused("acme-expired", INVALID_TOKEN, "expired token"),
    refused(
        "acme-without-mfa",
        (Code::PermissionDenied, "AUTHZ-Kl3p0", "mfa required"),
        "login without a second factor",
    ),
    refused("acme-session-expired", (Code::PermissionDenied, "AUTHZ-EGDo3", "session expired"), "expired session"),
    refused(
        "acme-exchanged",
        (Code::PermissionDenied, "APP-Shi0J", "Errors.TokenExchange.Token.NotForAPI"),
        "token exchanged to act for another user",
    ),
];

impl User {
    /// Returns the role that the user has in an organization, directly or through the instance.
    pub(crate) fn role_in(&self, org_id: &str) -> Option<&'static str> {
        self.role.filter(|(_, scope)| [org_id, INSTANCE].contains(scope)).map(|(role, _)| role)
    }
}
