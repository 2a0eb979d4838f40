//! What an empty database starts with.

/// An organization and what has happened to it.
#[derive(Debug, Clone, Copy)]
pub struct Org {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its primary domain.
    pub domain: &'static str,
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

/// The organizations. Those below ACME are there for the tests, one for each kind of change.
pub const ORGS: [Org; 7] = [
    Org { id: ZITADEL, name: "ZITADEL", domain: "zitadel.localhost", state: State::Active },
    Org { id: ACME, name: "ACME", domain: "acme.localhost", state: State::Inactive },
    Org { id: GLOBEX, name: "Globex", domain: "globex.localhost", state: State::Active },
    Org { id: INITECH, name: "Initech", domain: "initech.localhost", state: State::Active },
    Org { id: HOOLI, name: "Hooli", domain: "hooli.localhost", state: State::Inactive },
    Org { id: UMBRELLA, name: "Umbrella", domain: "umbrella.localhost", state: State::Removed },
    Org { id: STARK, name: "Stark", domain: "stark.localhost", state: State::Active },
];

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
