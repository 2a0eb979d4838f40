//! The database: events per organization, users and their roles.
//!
//! An organization is what its events say. Each has a sequence number within its organization, beginning with 1.
//! Source: ZITADEL `cmd/setup/70.sql` and `internal/v2/readmodel/org.go`.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prost_types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use zitadel_org_web::proto::zitadel::{
    org::v1::{Org, OrgState},
    v1::ObjectDetails,
};

use crate::seed::{self, Verdict};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS events (
        org_id     TEXT    NOT NULL,
        sequence   INTEGER NOT NULL,
        type       TEXT    NOT NULL,
        payload    TEXT    NOT NULL,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (org_id, sequence)
    ) STRICT;
    CREATE TABLE IF NOT EXISTS users (
        token    TEXT PRIMARY KEY,
        org_id   TEXT NOT NULL,
        language TEXT,
        verdict  TEXT NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS roles (
        token TEXT NOT NULL REFERENCES users,
        role  TEXT NOT NULL,
        scope TEXT NOT NULL
    ) STRICT;
";

const ADDED: &str = "org.added";
const PRIMARY_DOMAIN_SET: &str = "org.domain.primary.set";
const DEACTIVATED: &str = "org.deactivated";
const REACTIVATED: &str = "org.reactivated";
const REMOVED: &str = "org.removed";

/// The open database.
#[derive(Debug)]
pub struct Store {
    connection: Mutex<Connection>,
}

/// Who a token belongs to.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organization of the user.
    pub org_id: String,
    /// The language in the user's profile.
    pub language: Option<String>,
    /// What the token does.
    pub verdict: Verdict,
}

/// Something that happened to an organization.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its number within the organization.
    pub sequence: u64,
    /// What happened, for instance `org.reactivated`.
    pub kind: String,
    /// When.
    pub created: Timestamp,
    payload: String,
}

/// A change of an organization's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// From active to inactive.
    Deactivate,
    /// From inactive to active.
    Reactivate,
}

/// Why a change was not made.
#[derive(Debug)]
pub enum Refusal {
    /// The organization is in the state that the change leads to.
    AlreadyThere,
    /// The organization is removed, or there is none.
    NotFound,
    /// The database failed.
    Database(rusqlite::Error),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

impl Store {
    /// Opens the database file, and fills it with so many organizations if it is new.
    ///
    /// # Errors
    /// If the file cannot be opened or is no database of this kind.
    pub fn open(path: &Path, organizations: usize) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(SCHEMA)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_empty = transaction.query_row("SELECT NOT EXISTS (SELECT 1 FROM users)", [], |row| row.get(0))?;
        if is_empty {
            fill(&transaction, organizations)?;
        }
        transaction.commit()?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Who the token belongs to.
    ///
    /// # Errors
    /// If the database fails.
    pub fn caller(&self, token: &str) -> rusqlite::Result<Option<Caller>> {
        let sql = "SELECT org_id, language, verdict FROM users WHERE token = ?";
        self.connection()
            .query_row(sql, [token], |row| {
                let verdict: String = row.get(2)?;
                Ok(Caller { org_id: row.get(0)?, language: row.get(1)?, verdict: verdict_from(&verdict) })
            })
            .optional()
    }

    /// The caller's roles on the organization and on the instance.
    ///
    /// # Errors
    /// If the database fails.
    pub fn roles(&self, token: &str, org_id: &str) -> rusqlite::Result<Vec<String>> {
        let connection = self.connection();
        let mut statement = connection.prepare("SELECT role FROM roles WHERE token = ? AND scope IN (?, ?)")?;
        let roles = statement.query_map([token, org_id, seed::INSTANCE], |row| row.get(0))?;
        roles.collect()
    }

    /// The organization as its events say, whatever its state; `None` if it has none.
    ///
    /// # Errors
    /// If the database fails.
    pub fn org(&self, org_id: &str) -> rusqlite::Result<Option<Org>> {
        replay(&self.connection(), org_id)
    }

    /// All organizations, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn orgs(&self) -> rusqlite::Result<Vec<Org>> {
        let connection = self.connection();
        let sql = "SELECT org_id FROM events WHERE sequence = 1 ORDER BY created_us, org_id";
        let mut statement = connection.prepare(sql)?;
        let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
        ids.iter().filter_map(|id| replay(&connection, id).transpose()).collect()
    }

    /// What happened to the organization, first things first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events(&self, org_id: &str) -> rusqlite::Result<Vec<Event>> {
        events(&self.connection(), org_id)
    }

    /// Changes the organization's state and returns the event that did it.
    ///
    /// Of two calls at the same time one makes the change and the other finds it made.
    ///
    /// # Errors
    /// If the state does not allow the change, or the database fails.
    pub fn change(&self, org_id: &str, change: Change) -> Result<ObjectDetails, Refusal> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let state = replay(&transaction, org_id)?.map(|org| org.state());
        let event = match (state, change) {
            (Some(OrgState::Active), Change::Deactivate) => DEACTIVATED,
            (Some(OrgState::Inactive), Change::Reactivate) => REACTIVATED,
            (Some(OrgState::Active | OrgState::Inactive), _) => return Err(Refusal::AlreadyThere),
            _ => return Err(Refusal::NotFound),
        };
        let (sequence, created_us) = append(&transaction, org_id, event, "")?;
        transaction.commit()?;
        Ok(ObjectDetails {
            sequence,
            creation_date: None,
            change_date: Some(timestamp(created_us)),
            resource_owner: org_id.to_owned(),
        })
    }

    /// A transaction that panicked was rolled back, so the connection is still good.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn events(connection: &Connection, org_id: &str) -> rusqlite::Result<Vec<Event>> {
    let sql = "SELECT sequence, type, payload, created_us FROM events WHERE org_id = ? ORDER BY sequence";
    let mut statement = connection.prepare(sql)?;
    let events = statement.query_map([org_id], |row| {
        let sequence = row.get::<_, i64>(0)?.unsigned_abs();
        Ok(Event { sequence, kind: row.get(1)?, payload: row.get(2)?, created: timestamp(row.get(3)?) })
    })?;
    events.collect()
}

fn replay(connection: &Connection, org_id: &str) -> rusqlite::Result<Option<Org>> {
    let mut org: Option<Org> = None;
    for Event { sequence, kind, created, payload } in events(connection, org_id)? {
        let org = org.get_or_insert_with(|| Org { id: org_id.to_owned(), ..Org::default() });
        match kind.as_str() {
            ADDED => {
                org.name = payload;
                org.set_state(OrgState::Active);
            }
            PRIMARY_DOMAIN_SET => org.primary_domain = payload,
            DEACTIVATED => org.set_state(OrgState::Inactive),
            REACTIVATED => org.set_state(OrgState::Active),
            // The v1 API has no state for a removed organization.
            REMOVED => org.set_state(OrgState::Unspecified),
            _ => {}
        }
        let details = org.details.get_or_insert_with(|| ObjectDetails {
            creation_date: Some(created),
            resource_owner: org_id.to_owned(),
            ..ObjectDetails::default()
        });
        details.sequence = sequence;
        details.change_date = Some(created);
    }
    Ok(org)
}

/// Writes an event and returns its sequence and time, in microseconds.
fn append(transaction: &Transaction<'_>, org_id: &str, kind: &str, payload: &str) -> rusqlite::Result<(u64, i64)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let sql = "INSERT INTO events (org_id, sequence, type, payload, created_us)
               SELECT ?1, COALESCE(MAX(sequence), 0) + 1, ?2, ?3, MAX(?4, COALESCE(MAX(created_us), 0) + 1)
               FROM events WHERE org_id = ?1
               RETURNING sequence, created_us";
    let now_us = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
    transaction.query_row(sql, params![org_id, kind, payload, now_us], |row| {
        Ok((row.get::<_, i64>(0)?.unsigned_abs(), row.get(1)?))
    })
}

fn timestamp(micros: i64) -> Timestamp {
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos: i32::try_from(nanos).unwrap_or_default() }
}

fn fill(transaction: &Transaction<'_>, organizations: usize) -> rusqlite::Result<()> {
    for org in seed::orgs(organizations) {
        let born = [
            (ADDED, &*org.name),
            ("org.domain.added", &*org.domain),
            ("org.domain.verified", &*org.domain),
            (PRIMARY_DOMAIN_SET, &*org.domain),
            ("org.member.added", ""),
        ];
        let later: &[_] = match org.state {
            seed::State::Active => &[],
            seed::State::Inactive => &[(DEACTIVATED, "")],
            seed::State::Removed => &[(REMOVED, "")],
        };
        for (kind, payload) in born.iter().chain(later) {
            append(transaction, &org.id, kind, payload)?;
        }
    }
    for user in seed::USERS {
        let values = params![user.token, user.org, user.language, verdict_name(user.verdict)];
        transaction.execute("INSERT INTO users (token, org_id, language, verdict) VALUES (?, ?, ?, ?)", values)?;
        for (role, scope) in user.roles {
            transaction
                .execute("INSERT INTO roles (token, role, scope) VALUES (?, ?, ?)", [user.token, role, scope])?;
        }
    }
    Ok(())
}

const VERDICTS: [(Verdict, &str); 5] = [
    (Verdict::Valid, "valid"),
    (Verdict::Invalid, "invalid"),
    (Verdict::MfaRequired, "mfa-required"),
    (Verdict::SessionExpired, "session-expired"),
    (Verdict::Exchanged, "exchanged"),
];

fn verdict_name(verdict: Verdict) -> &'static str {
    VERDICTS.iter().find(|(known, _)| *known == verdict).map_or("invalid", |(_, name)| name)
}

fn verdict_from(name: &str) -> Verdict {
    VERDICTS.iter().find(|(_, known)| *known == name).map_or(Verdict::Invalid, |(verdict, _)| *verdict)
}
