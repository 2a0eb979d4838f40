//! What an empty database starts with.

use std::borrow::Cow;

/// An organization and what has happened to it.
#[derive(Debug, Clone)]
pub struct Org {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its primary domain.
    pub domain: Cow<'static, str>,
    /// The state that its events lead to.
    pub state: State,
}

/// State of a seeded organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Users can log in.
    Active,
    /// Deactivated.
    Inactive,
    /// Removed.
    Removed,
}

/// What a token does when it is presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is valid.
    Valid,
    /// It has expired, or its audience is wrong.
    Invalid,
    /// It came from a login without the second factor that the organization asks for.
    MfaRequired,
    /// It belongs to a session that has expired.
    SessionExpired,
    /// It was exchanged to act for somebody else.
    Exchanged,
}

/// A user with one token.
#[derive(Debug, Clone, Copy)]
pub struct User {
    /// The token, readable on purpose.
    pub token: &'static str,
    /// Id of the organization that the user belongs to.
    pub org: &'static str,
    /// The language in the user's profile; personal access tokens carry none.
    pub language: Option<&'static str>,
    /// Role and where it is held: an organization's id, or `INSTANCE`.
    pub roles: &'static [(&'static str, &'static str)],
    /// What the token does.
    pub verdict: Verdict,
    /// What the user is there to show.
    pub about: &'static str,
}

/// Where a role on the whole instance is held.
pub const INSTANCE: &str = "INSTANCE";

const ZITADEL: &str = "69629023906488330";
const ACME: &str = "69629023906488334";
const GLOBEX: &str = "69629023906488335";
const INITECH: &str = "69629023906488336";
const HOOLI: &str = "69629023906488337";
const UMBRELLA: &str = "69629023906488338";
const STARK: &str = "69629023906488339";

/// The instance's default organization.
pub const DEFAULT_ORG: &str = ZITADEL;

/// How many organizations there are if nobody says.
pub const DEFAULT_ORGANIZATIONS: usize = 60;

/// The first organizations, by id and name. Those below ACME are there for the tests, one for each kind of change.
const ORGS: [(&str, &str, State); 7] = [
    (ZITADEL, "ZITADEL", State::Active),
    (ACME, "ACME", State::Inactive),
    (GLOBEX, "Globex", State::Active),
    (INITECH, "Initech", State::Active),
    (HOOLI, "Hooli", State::Inactive),
    (UMBRELLA, "Umbrella", State::Removed),
    (STARK, "Stark", State::Active),
];

/// What the names of the others are made of.
const FIRST_NAMES: [&str; 10] =
    ["Alpen", "Blue", "Cedar", "Delta", "Ember", "Fjord", "Granite", "Harbor", "Iron", "Juniper"];
const LAST_NAMES: [&str; 10] =
    ["Bank", "Foods", "Health", "Labs", "Logistics", "Media", "Motors", "Power", "Robotics", "Textiles"];

/// The first organizations, and others up to so many: every third is deactivated.
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

/// The users.
pub const USERS: [User; 11] = [
    User {
        token: "iam-owner",
        org: ZITADEL,
        language: None,
        roles: &[("IAM_OWNER", INSTANCE)],
        verdict: Verdict::Valid,
        about: "may do everything, in every organization",
    },
    User {
        token: "acme-owner",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER", ACME)],
        verdict: Verdict::Valid,
        about: "may change ACME",
    },
    User {
        token: "acme-viewer",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER_VIEWER", ACME)],
        verdict: Verdict::Valid,
        about: "may read ACME, not change it",
    },
    User {
        token: "acme-project-owner",
        org: ACME,
        language: None,
        roles: &[("PROJECT_OWNER", ACME)],
        verdict: Verdict::Valid,
        about: "may not even read ACME",
    },
    User {
        token: "globex-owner-de",
        org: GLOBEX,
        language: Some("de"),
        roles: &[("ORG_OWNER", GLOBEX)],
        verdict: Verdict::Valid,
        about: "may change Globex and reads German",
    },
    User {
        token: "hooli-settings-manager-fr",
        org: HOOLI,
        language: Some("fr"),
        roles: &[("ORG_SETTINGS_MANAGER", HOOLI)],
        verdict: Verdict::Valid,
        about: "may change Hooli and reads French",
    },
    User {
        token: "initech-nobody",
        org: INITECH,
        language: None,
        roles: &[],
        verdict: Verdict::Valid,
        about: "has no role anywhere",
    },
    User {
        token: "acme-expired",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER", ACME)],
        verdict: Verdict::Invalid,
        about: "has a token that has expired",
    },
    User {
        token: "acme-without-mfa",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER", ACME)],
        verdict: Verdict::MfaRequired,
        about: "has to log in with a second factor",
    },
    User {
        token: "acme-session-expired",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER", ACME)],
        verdict: Verdict::SessionExpired,
        about: "has a session that has expired",
    },
    User {
        token: "acme-exchanged",
        org: ACME,
        language: None,
        roles: &[("ORG_OWNER", ACME)],
        verdict: Verdict::Exchanged,
        about: "has a token that acts for somebody else",
    },
];
