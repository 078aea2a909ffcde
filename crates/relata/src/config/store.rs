//! Where the records are kept: which engine, and what only that engine wants to know.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use super::{DEFAULT_STORE, Env, Invalid, Secret, Setting, Sources, from_one, process_env};

/// Where the records are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Store {
    /// The embedded engine: one file at this path, with others beside it.
    Sqlite(PathBuf),
    /// A PostgreSQL database at this address, which may hold a password.
    Postgres(Secret),
}

impl Store {
    /// Reads `sqlite:PATH` or the address of a PostgreSQL database.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if is_postgres(text) {
            return database(text).map(Self::Postgres);
        }
        match text.strip_prefix("sqlite:") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => {
                // What comes before a @ may be a password.
                let shown = text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, place)| format!("…@{place}"));
                Err(format!(
                    "{shown:?} is not a store; write sqlite:PATH, such as {DEFAULT_STORE}, or \
                     postgres://USER:PASSWORD@HOST/DATABASE"
                ))
            }
        }
    }

    /// The store that `relata copy` copies to: the flag, else `RELATA_COPY_TO`.
    pub(crate) fn to_copy_to(flag: Option<&Secret>) -> Result<Self, Invalid> {
        Self::read_to_copy_to(flag, &process_env)
    }

    /// The database that `relata bench` measures in: the flag, else `RELATA_BENCH_STORE`. Not `RELATA_STORE`, which is in
    /// use. `None`: the embedded engine, in a folder of its own.
    pub(crate) fn to_bench(flag: Option<&Secret>) -> Result<Option<Secret>, Invalid> {
        let flag = flag.map(|store| ("--store", store.reveal().to_owned()));
        let named = flag.or_else(|| process_env("RELATA_BENCH_STORE").map(|value| ("RELATA_BENCH_STORE", value)));
        named.map(|(origin, value)| Setting { origin: origin.to_owned(), value }.read(database)).transpose()
    }

    pub(super) fn read_to_copy_to(flag: Option<&Secret>, env: Env<'_>) -> Result<Self, Invalid> {
        let flag = flag.map(|store| ("--to", store.reveal().to_owned()));
        let (origin, value) = flag
            .or_else(|| env("RELATA_COPY_TO").map(|value| ("RELATA_COPY_TO", value)))
            .ok_or_else(|| Invalid("--to: name the store to copy to, here or in RELATA_COPY_TO".to_owned()))?;
        Setting { origin: origin.to_owned(), value }.read(Self::parse)
    }
}

impl fmt::Display for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&shown(url.reveal())),
        }
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://")
}

/// The address of a database, when the engine can use it.
fn database(text: &str) -> Result<Secret, String> {
    if !is_postgres(text) {
        return Err("it is not the address of a database, such as postgres://USER:PASSWORD@HOST/DATABASE".to_owned());
    }
    settings(text, &Postgres::default()).check()?;
    Ok(Secret::new(text))
}

fn settings(url: &str, postgres: &Postgres) -> relata_store_postgres::Settings {
    relata_store_postgres::Settings {
        url: url.to_owned(),
        replica: postgres.replica.as_ref().map(|url| url.reveal().to_owned()),
        connections: postgres.connections,
        statement: postgres.statement,
        connect: postgres.connect,
        at_rest: false,
    }
}

/// An address without password and parameters. Where one cannot be told from the other, nothing of it is shown.
fn shown(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", ""));
    let (place, parameters) = rest.split_once('?').unwrap_or((rest, ""));
    if parameters.contains('@') {
        return format!("{scheme}://…");
    }
    match place.rsplit_once('@') {
        Some((who, place)) => format!("{scheme}://{}@{place}", who.split(':').next().unwrap_or_default()),
        None => format!("{scheme}://{place}"),
    }
}

/// What only the PostgreSQL engine wants to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Postgres {
    /// Standbys of the database that reads may go to, as an address, which may hold a password.
    replica: Option<Secret>,
    /// Connections to the database at the most.
    connections: usize,
    /// How long a statement may take.
    pub(crate) statement: Duration,
    /// How long a request waits for a connection.
    connect: Duration,
}

impl Default for Postgres {
    fn default() -> Self {
        Self { replica: None, connections: 16, statement: Duration::from_secs(30), connect: Duration::from_secs(5) }
    }
}

/// The section `[postgres]` of the file.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FilePostgres {
    replica: Option<String>,
    connections: Option<u64>,
    statement_seconds: Option<u64>,
    connect_seconds: Option<u64>,
}

impl Postgres {
    /// Reads the section; the variable of `connections` is `RELATA_POSTGRES_CONNECTIONS`. An empty `replica` is none.
    pub(super) fn read(sources: &Sources<'_>, file: &FilePostgres) -> Result<Self, Invalid> {
        let pick = |key: &str, file: Option<u64>, default: u64| {
            let file = file.map(|number| number.to_string());
            sources.pick(&format!("postgres.{key}"), None, file, &default.to_string())
        };
        let default = Self::default();
        let seconds = |key: &str, file: Option<u64>, default: Duration| {
            let number = pick(key, file, default.as_secs()).read(from_one)?;
            Ok(Duration::from_secs(number as u64))
        };
        let replica = sources.pick("postgres.replica", None, file.replica.clone(), "");
        Ok(Self {
            replica: replica.read(|url| if url.is_empty() { Ok(None) } else { database(url).map(Some) })?,
            connections: pick("connections", file.connections, default.connections as u64).read(from_one)?,
            statement: seconds("statement_seconds", file.statement_seconds, default.statement)?,
            connect: seconds("connect_seconds", file.connect_seconds, default.connect)?,
        })
    }

    /// The engine's settings for a database. Statements on a store at rest may take long, and need no replica.
    pub(crate) fn settings(&self, url: &Secret, at_rest: bool) -> relata_store_postgres::Settings {
        if !at_rest {
            return settings(url.reveal(), self);
        }
        let patient = Self { replica: None, statement: Duration::from_hours(24), ..self.clone() };
        relata_store_postgres::Settings { at_rest, ..settings(url.reveal(), &patient) }
    }
}
