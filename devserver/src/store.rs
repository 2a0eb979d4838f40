//! The database: the events of each organization.
//!
//! An organization's state follows from its events, which are numbered per organization from 1.
//! Source: ZITADEL `cmd/setup/70.sql` and `internal/v2/readmodel/org.go`.

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use prost_types::Timestamp;
use rusqlite::{Connection, Params, Row, Transaction, TransactionBehavior, params};
use zitadel_org_web::proto::zitadel::{
    org::v1::{Org, OrgState},
    v1::ObjectDetails,
};

use crate::seed::{self, State};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS events (
        org_id     TEXT    NOT NULL,
        sequence   INTEGER NOT NULL,
        type       TEXT    NOT NULL,
        payload    TEXT    NOT NULL,
        created_us INTEGER NOT NULL,
        PRIMARY KEY (org_id, sequence)
    ) STRICT;
    -- Organizations whose row in the list stopped at an earlier event.
    CREATE TABLE IF NOT EXISTS stale_rows (org_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;
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

/// An event of an organization.
#[derive(Debug, Clone)]
pub struct Event {
    /// Number within the organization.
    pub sequence: u64,
    /// Type, for instance `org.reactivated`.
    pub kind: String,
    /// Time of the event.
    pub created: Timestamp,
    org_id: String,
    payload: String,
}

/// A change of an organization's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    Deactivate,
    Reactivate,
}

/// The reason why a change was not made.
#[derive(Debug)]
pub(crate) enum ChangeError {
    /// The organization has that state already.
    AlreadyInState,
    /// The organization was removed or never existed.
    NotFound,
    Database,
}

impl From<rusqlite::Error> for ChangeError {
    fn from(_: rusqlite::Error) -> Self {
        Self::Database
    }
}

impl Store {
    /// Opens the database file. A new one is filled with that many organizations.
    ///
    /// # Errors
    /// If the file cannot be opened or is not such a database.
    pub fn open(path: &Path, organizations: usize) -> rusqlite::Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(SCHEMA)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if transaction.query_row("SELECT NOT EXISTS (SELECT 1 FROM events)", [], |row| row.get(0))? {
            fill(&transaction, organizations)?;
        }
        transaction.commit()?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// Returns the organization in any state; `None` if it never existed.
    pub(crate) fn org(&self, org_id: &str) -> rusqlite::Result<Option<Org>> {
        org(&self.connection(), org_id)
    }

    /// Returns the rows of the list of organizations, the oldest first.
    pub(crate) fn list(&self) -> rusqlite::Result<Vec<Org>> {
        let condition = "LEFT JOIN stale_rows AS stale USING (org_id)
                         WHERE events.sequence <= COALESCE(stale.sequence, events.sequence)";
        let mut orgs = replay(events(&self.connection(), condition, [])?);
        // Organizations of the same microsecond are in the order of their ids.
        orgs.sort_by_key(|org| org.details.as_ref().and_then(|details| details.creation_date).map(micros));
        Ok(orgs)
    }

    /// Returns the events of an organization, the oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub fn events(&self, org_id: &str) -> rusqlite::Result<Vec<Event>> {
        events(&self.connection(), OF_ORG, [org_id])
    }

    /// Changes the organization's state and returns the new event's details. Of simultaneous calls one succeeds.
    ///
    /// With `leaves_stale_row`, the list shows the organization as it was before, until its next event.
    pub(crate) fn change(
        &self,
        org_id: &str,
        change: Change,
        leaves_stale_row: bool,
    ) -> Result<ObjectDetails, ChangeError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let state = org(&transaction, org_id)?.map(|org| org.state());
        let event = match (state, change) {
            (Some(OrgState::Active), Change::Deactivate) => DEACTIVATED,
            (Some(OrgState::Inactive), Change::Reactivate) => REACTIVATED,
            (Some(OrgState::Active | OrgState::Inactive), _) => return Err(ChangeError::AlreadyInState),
            _ => return Err(ChangeError::NotFound),
        };
        let (sequence, created_us) = append(&transaction, org_id, event, "")?;
        let was_stale = transaction.execute("DELETE FROM stale_rows WHERE org_id = ?", [org_id])? > 0;
        if leaves_stale_row && !was_stale {
            transaction.execute("INSERT INTO stale_rows VALUES (?, ?)", params![org_id, sequence - 1])?;
        }
        transaction.commit()?;
        Ok(ObjectDetails {
            sequence: sequence.unsigned_abs(),
            creation_date: None,
            change_date: Some(timestamp(created_us)),
            resource_owner: org_id.to_owned(),
        })
    }

    /// A panic rolls its transaction back, so a poisoned connection can be used.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const OF_ORG: &str = "WHERE org_id = ?";

fn events(connection: &Connection, condition: &str, params: impl Params) -> rusqlite::Result<Vec<Event>> {
    let sql = format!(
        "SELECT events.sequence, type, created_us, org_id, payload FROM events {condition}
         ORDER BY org_id, events.sequence"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params, event)?.collect()
}

fn event(row: &Row<'_>) -> rusqlite::Result<Event> {
    Ok(Event {
        sequence: row.get::<_, i64>(0)?.unsigned_abs(),
        kind: row.get(1)?,
        created: timestamp(row.get(2)?),
        org_id: row.get(3)?,
        payload: row.get(4)?,
    })
}

fn org(connection: &Connection, org_id: &str) -> rusqlite::Result<Option<Org>> {
    Ok(replay(events(connection, OF_ORG, [org_id])?).pop())
}

/// Returns the organizations that events, sorted by organization, lead to.
fn replay(events: Vec<Event>) -> Vec<Org> {
    let mut orgs: Vec<Org> = Vec::new();
    for Event { sequence, kind, created, org_id, payload } in events {
        let mut org = orgs.pop_if(|org| org.id == org_id).unwrap_or_else(|| {
            let details = ObjectDetails {
                creation_date: Some(created),
                resource_owner: org_id.clone(),
                ..ObjectDetails::default()
            };
            Org { id: org_id, details: Some(details), ..Org::default() }
        });
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
        if let Some(details) = &mut org.details {
            details.sequence = sequence;
            details.change_date = Some(created);
        }
        orgs.push(org);
    }
    orgs
}

/// Writes an event and returns its sequence number and its time in microseconds.
fn append(transaction: &Transaction<'_>, org_id: &str, kind: &str, payload: &str) -> rusqlite::Result<(i64, i64)> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let sql = "INSERT INTO events (org_id, sequence, type, payload, created_us)
               SELECT ?1, COALESCE(MAX(sequence), 0) + 1, ?2, ?3, MAX(?4, COALESCE(MAX(created_us), 0) + 1)
               FROM events WHERE org_id = ?1
               RETURNING sequence, created_us";
    let now_us = i64::try_from(now.as_micros()).unwrap_or(i64::MAX);
    let mut statement = transaction.prepare_cached(sql)?;
    statement.query_row(params![org_id, kind, payload, now_us], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn timestamp(micros: i64) -> Timestamp {
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    Timestamp { seconds: micros.div_euclid(1_000_000), nanos: i32::try_from(nanos).unwrap_or_default() }
}

/// Returns a time in microseconds.
pub(crate) fn micros(time: Timestamp) -> i64 {
    time.seconds * 1_000_000 + i64::from(time.nanos / 1_000)
}

fn fill(transaction: &Transaction<'_>, organizations: usize) -> rusqlite::Result<()> {
    for org in seed::orgs(organizations) {
        // As ZITADEL writes them for a new organization.
        let creation = [
            (ADDED, &*org.name),
            ("org.domain.added", &*org.domain),
            ("org.domain.verified", &*org.domain),
            (PRIMARY_DOMAIN_SET, &*org.domain),
            ("org.member.added", ""),
        ];
        let change = match org.state {
            State::Active => None,
            State::Inactive => Some((DEACTIVATED, "")),
            State::Removed => Some((REMOVED, "")),
        };
        for (kind, payload) in creation.into_iter().chain(change) {
            append(transaction, &org.id, kind, payload)?;
        }
    }
    Ok(())
}
