//! Connections: where the database is, how it is spoken to, and the pool of those that are open.
//!
//! A URL may name several hosts; the one that is [`Wanted`] is looked for among them, beginning with the last that was.

use crate::OpenError;
use crate::sql::with_causes;
use deadpool::managed::{self, Metrics, Object, Pool, PoolError, RecycleError};
use relata_model::{Code, Error, Result};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::future::Future;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

/// Where the database is and how it is used.
#[derive(Clone)]
pub struct Settings {
    /// `postgres://USER:PASSWORD@HOST:PORT[,HOST:PORT…]/DATABASE[?…]`. Of libpq's parameters those of tokio-postgres count,
    /// and `sslmode` (`disable`, or `verify-full`, which `require` means as well; the default is `disable` on loopback and
    /// `verify-full` elsewhere) and `sslrootcert` (a PEM file; else what the machine trusts).
    pub url: String,
    /// Where reads may go to: standbys of the same database, in the same form. None by default.
    pub replica: Option<String>,
    /// Most connections at the same time; up to three more are used beside the requests.
    pub connections: usize,
    /// How long a statement may take.
    pub statement: Duration,
    /// How long a request waits for a connection.
    pub connect: Duration,
    /// The database is at rest: no server uses it, and none begins to as long as it is open here.
    pub at_rest: bool,
}

impl Settings {
    /// The defaults for a database.
    pub fn new(url: impl Into<String>) -> Self {
        let (statement, connect) = (Duration::from_secs(30), Duration::from_secs(5));
        Self { url: url.into(), replica: None, connections: 16, statement, connect, at_rest: false }
    }

    /// Says what is wrong with the URL. Reads the certificates that it names.
    pub fn check(&self) -> Result<(), String> {
        Target::parse(&self.url).map(drop)
    }
}

/// Which of the hosts of a URL.
#[derive(Debug)]
pub(crate) enum Wanted {
    /// The one that takes writes. `serves`: each connection shows others that the database is in use.
    Primary { serves: bool },
    /// One that only reads, of this database as [`database`] names it.
    Standby { of: String },
}

/// What all copies of a database have in common, and nothing else.
pub(crate) async fn database(client: &Client) -> Result<String, tokio_postgres::Error> {
    let name = "SELECT system_identifier::text || '/' || current_database() FROM pg_control_system()";
    client.query_one(name, &[]).await?.try_get(0)
}

/// The hosts of a URL.
struct Target {
    /// One for each host.
    hosts: Vec<Config>,
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    fn parse(url: &str) -> Result<Self, String> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut ssl_mode, mut root, mut rest) = (None, None, form_urlencoded::Serializer::new(String::new()));
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "sslmode" => ssl_mode = Some(value.into_owned()),
                "sslrootcert" => root = Some(value.into_owned()),
                _ => drop(rest.append_pair(&name, &value)),
            }
        }
        // What the driver reads knows %20 and no plus sign.
        let rest = rest.finish().replace('+', "%20");
        let config: Config = format!("{base}?{rest}")
            .parse()
            .map_err(|error: tokio_postgres::Error| format!("it is no URL of a database: {}", with_causes(&error)))?;
        if config.get_hosts().is_empty() {
            return Err("it names no host".to_owned());
        }
        let local = config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()),
            Host::Unix(_) => true,
        });
        let encrypt = match ssl_mode.as_deref() {
            None => !local,
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            Some(other) => return Err(format!("sslmode {other} is not known here; write verify-full or disable")),
        };
        let tls = if encrypt { Some(tls(root.as_deref().map(Path::new))?) } else { None };
        let mode = if encrypt { SslMode::Require } else { SslMode::Disable };
        let hosts = (0..config.get_hosts().len()).filter_map(|place| one_host(&config, place, mode)).collect();
        Ok(Self { hosts, tls })
    }
}

/// The settings for one of several hosts.
fn one_host(all: &Config, place: usize, mode: SslMode) -> Option<Config> {
    let mut one = Config::new();
    match all.get_hosts().get(place)? {
        Host::Tcp(name) => one.host(name),
        Host::Unix(path) => one.host_path(path),
    };
    let port = all.get_ports().get(place).or_else(|| all.get_ports().first());
    one.port(port.copied().unwrap_or(5432)).ssl_mode(mode).ssl_negotiation(all.get_ssl_negotiation());
    one.application_name(all.get_application_name().unwrap_or("relata")).channel_binding(all.get_channel_binding());
    one.keepalives(all.get_keepalives()).keepalives_idle(all.get_keepalives_idle());
    if let Some(interval) = all.get_keepalives_interval() {
        one.keepalives_interval(interval);
    }
    if let Some(retries) = all.get_keepalives_retries() {
        one.keepalives_retries(retries);
    }
    for (set, time) in [
        (Config::connect_timeout as fn(&mut Config, Duration) -> &mut Config, all.get_connect_timeout()),
        (Config::tcp_user_timeout, all.get_tcp_user_timeout()),
    ] {
        if let Some(time) = time {
            set(&mut one, *time);
        }
    }
    if let Some(address) = all.get_hostaddrs().get(place) {
        one.hostaddr(*address);
    }
    for (set, value) in [
        (Config::user as fn(&mut Config, String) -> &mut Config, all.get_user()),
        (Config::dbname, all.get_dbname()),
        (Config::options, all.get_options()),
    ] {
        if let Some(value) = value {
            set(&mut one, value.to_owned());
        }
    }
    if let Some(password) = all.get_password() {
        one.password(password);
    }
    Some(one)
}

fn tls(root: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut roots = RootCertStore::empty();
    if let Some(path) = root {
        let unreadable =
            |error: &dyn std::fmt::Display| format!("sslrootcert {} cannot be read: {error}", path.display());
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| unreadable(&error))? {
            let certificate = certificate.map_err(|error| unreadable(&error))?;
            roots.add(certificate).map_err(|error| unreadable(&error))?;
        }
    } else {
        let (_added, _refused) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err("no certificate is trusted; name a file of them as sslrootcert".to_owned());
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Makes connections for the pool.
pub(crate) struct Manager {
    target: Target,
    statement: Duration,
    connect: Duration,
    wanted: Wanted,
    /// Another database was met where a standby should be.
    met_another: AtomicBool,
    /// The host that the last connection was made to.
    last: AtomicUsize,
}

/// An open connection with the statements it knows.
pub(crate) struct Open {
    client: Arc<Client>,
    statements: Mutex<HashMap<String, Statement>>,
    backend: Backend,
}

/// The process of the server at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) pid: i32,
    /// When it started, as the server writes it; so that another one with the same number is not taken for it.
    pub(crate) started: String,
}

impl Manager {
    async fn open(&self, host: &Config) -> Result<Open, tokio_postgres::Error> {
        let client = if let Some(tls) = &self.target.tls {
            let (client, connection) = host.connect(tls.clone()).await?;
            drop(tokio::spawn(connection));
            client
        } else {
            let (client, connection) = host.connect(NoTls).await?;
            drop(tokio::spawn(connection));
            client
        };
        let milliseconds = self.statement.as_millis();
        // All questions have an index to start from. The plan of a prepared statement is kept while tables grow, so plans
        // that read a small table as a whole must not be made in the first place. Writes, and the settler, count on seeing
        // what others have committed meanwhile, whatever the database's own default is.
        client
            .batch_execute(&format!(
                "SET statement_timeout = {milliseconds}; SET lock_timeout = {milliseconds};
                 SET idle_in_transaction_session_timeout = {milliseconds}; SET TimeZone = 'UTC'; SET jit = off;
                 SET default_transaction_isolation = 'read committed';
                 SET enable_seqscan = off"
            ))
            .await?;
        let backend = client
            .query_one("SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()", &[])
            .await?;
        let backend = Backend { pid: backend.try_get(0)?, started: backend.try_get(1)? };
        Ok(Open { client: Arc::new(client), statements: Mutex::default(), backend })
    }

    /// Tries the hosts in turn.
    async fn find(&self) -> Result<Open, String> {
        let (count, first) = (self.target.hosts.len(), self.last.load(Ordering::Relaxed));
        let mut failures = Vec::new();
        for place in (first..first + count).map(|place| place % count) {
            let Some(host) = self.target.hosts.get(place) else { continue };
            let most = host.get_connect_timeout().copied().unwrap_or(Duration::from_secs(3));
            let opened = tokio::time::timeout(self.connect.min(most), async {
                let open = self.open(host).await.map_err(|error| with_causes(&error))?;
                self.refusal(&open.client).await.map_err(|error| with_causes(&error))?.map_or(Ok(open), Err)
            });
            match opened.await {
                Ok(Ok(open)) => {
                    self.last.store(place, Ordering::Relaxed);
                    return Ok(open);
                }
                Ok(Err(failure)) => failures.push(failure),
                Err(_) => failures.push("it does not answer".to_owned()),
            }
        }
        Err(failures.join("; "))
    }

    /// Why a host is not the one that is wanted.
    async fn refusal(&self, client: &Client) -> Result<Option<String>, tokio_postgres::Error> {
        let only_reads = only_reads(client).await?;
        let why = match &self.wanted {
            Wanted::Primary { .. } if only_reads => Some("it only reads"),
            Wanted::Primary { serves: true } if !lock(client, IN_USE).await? => {
                Some("another relata process copies or checks it")
            }
            Wanted::Primary { .. } => None,
            Wanted::Standby { of } if database(client).await? != *of => {
                self.met_another.store(true, Ordering::Relaxed);
                Some("it is no copy of the store's database")
            }
            Wanted::Standby { .. } => (!only_reads).then_some("it is no standby"),
        };
        Ok(why.map(str::to_owned))
    }
}

async fn only_reads(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let answer = client.simple_query("SHOW transaction_read_only").await?;
    let is_on = |message: &SimpleQueryMessage| {
        if let SimpleQueryMessage::Row(row) = message { row.get(0) == Some("on") } else { false }
    };
    Ok(answer.iter().any(is_on))
}

/// Shows that the schema is in use, for as long as the connection is open. Any number of them may.
const IN_USE: &str = "SELECT pg_try_advisory_lock_shared(1380668482, hashtext(current_schema()))";

/// Has the schema alone, for as long as the connection is open.
const ALONE: &str = "SELECT pg_try_advisory_lock(1380668482, hashtext(current_schema()))";

async fn lock(client: &Client, how: &'static str) -> Result<bool, tokio_postgres::Error> {
    client.query_one(how, &[]).await?.try_get(0)
}

impl managed::Manager for Manager {
    type Type = Open;
    type Error = String;

    async fn create(&self) -> Result<Open, String> {
        // It is large, and rare.
        Box::pin(self.find()).await
    }

    async fn recycle(&self, open: &mut Open, _: &Metrics) -> managed::RecycleResult<String> {
        if open.client.is_closed() { Err(RecycleError::message("closed")) } else { Ok(()) }
    }
}

/// The pool, cheap to clone.
#[derive(Clone)]
pub(crate) struct Connections {
    pool: Pool<Manager>,
    /// Turns of those who write. A quarter of the connections is left to those who read: where no standby is there to confirm
    /// it, a commit waits, and all others behind it.
    turns: Arc<Semaphore>,
    wait: Duration,
    /// How often an answer was waited for.
    round_trips: Arc<AtomicU64>,
}

impl Connections {
    /// A pool of at most `most` connections, none of them open yet.
    pub(crate) fn new(settings: &Settings, url: &str, most: usize, wanted: Wanted) -> Result<Self, String> {
        let Settings { statement, connect, .. } = *settings;
        let (target, met_another, last) = (Target::parse(url)?, AtomicBool::new(false), AtomicUsize::new(0));
        let manager = Manager { target, statement, connect, wanted, met_another, last };
        let pool = Pool::builder(manager).max_size(most).runtime(deadpool::Runtime::Tokio1).build();
        let pool = pool.map_err(|error| error.to_string())?;
        let turns = Arc::new(Semaphore::new(most - most / 4));
        Ok(Self { pool, turns, wait: connect, round_trips: Arc::default() })
    }

    /// A connection to read with, from the pool or new.
    pub(crate) async fn get(&self) -> Result<Conn> {
        self.within(async { (None, self.pool.get().await) }).await
    }

    /// A connection to write with.
    pub(crate) async fn get_to_write(&self) -> Result<Conn> {
        self.within(async { (Arc::clone(&self.turns).acquire_owned().await.ok(), self.pool.get().await) }).await
    }

    /// Waits for no longer than a request may.
    async fn within(
        &self,
        got: impl Future<Output = (Option<OwnedSemaphorePermit>, Result<Object<Manager>, PoolError<String>>)>,
    ) -> Result<Conn> {
        let none = |why: String| Error::new(Code::Unavailable).detail(format!("no connection to the database: {why}"));
        let got = tokio::time::timeout(self.wait, got).await;
        let (turn, object) = got.map_err(|_| none(format!("none within {:?}", self.wait)))?;
        let object = object.map_err(|error| none(error.to_string()))?;
        let round_trips = Arc::clone(&self.round_trips);
        Ok(Conn { client: Arc::clone(&object.client), object: Some(object), kept: false, round_trips, _turn: turn })
    }

    /// A connection that has the database alone. A process that has just ended may be seen for a moment; after that, `None`.
    pub(crate) async fn alone(&self) -> Result<Option<Conn>, OpenError> {
        let conn = self.get().await.map_err(OpenError::unreachable)?;
        let begin = tokio::time::Instant::now();
        while begin.elapsed() < self.wait {
            if lock(&conn.client, ALONE).await? {
                return Ok(Some(conn));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(None)
    }

    /// Forgets the connections that wait for use: the server they lead to is gone or is not the one that writes any more.
    pub(crate) fn forget(&self) {
        drop(self.pool.retain(|_, _| false));
    }

    /// [`Connections::forget`], and looks for a host among the next ones first.
    pub(crate) fn elsewhere(&self) {
        self.pool.manager().last.fetch_add(1, Ordering::Relaxed);
        self.forget();
    }

    /// Whether a host had another database than the one that is wanted.
    pub(crate) fn has_met_another(&self) -> bool {
        self.pool.manager().met_another.load(Ordering::Relaxed)
    }

    /// Open connections and those that wait for use.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let status = self.pool.status();
        (status.size, status.available)
    }

    /// How often transactions have waited for an answer.
    pub(crate) fn round_trips(&self) -> u64 {
        self.round_trips.load(Ordering::Relaxed)
    }
}

/// A connection in use. It goes back to the pool only when [`Conn::keep`] was called; else it is closed, so that the server
/// undoes what was under way.
pub(crate) struct Conn {
    pub(crate) client: Arc<Client>,
    object: Option<Object<Manager>>,
    kept: bool,
    round_trips: Arc<AtomicU64>,
    _turn: Option<OwnedSemaphorePermit>,
}

impl Conn {
    /// The statement, prepared once a connection.
    pub(crate) async fn prepare(&self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.prepared(sql) {
            return Ok(statement);
        }
        let statement = self.client.prepare(sql).await?;
        self.remember(sql, &statement);
        Ok(statement)
    }

    /// The statement, if this connection knows it.
    pub(crate) fn prepared(&self, sql: &str) -> Option<Statement> {
        self.statements()?.get(sql).cloned()
    }

    /// Keeps a statement that was prepared on this connection.
    pub(crate) fn remember(&self, sql: &str, statement: &Statement) {
        if let Some(mut statements) = self.statements() {
            statements.insert(sql.to_owned(), statement.clone());
        }
    }

    fn statements(&self) -> Option<MutexGuard<'_, HashMap<String, Statement>>> {
        let open = self.object.as_ref()?;
        Some(open.statements.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Counts an answer that is waited for.
    pub(crate) fn count_round_trip(&self) {
        self.round_trips.fetch_add(1, Ordering::Relaxed);
    }

    /// The process at the other end.
    pub(crate) fn backend(&self) -> Option<Backend> {
        self.object.as_ref().map(|open| open.backend.clone())
    }

    /// Gives the connection back when it is dropped.
    pub(crate) const fn keep(&mut self) {
        self.kept = true;
    }
}

impl Drop for Conn {
    fn drop(&mut self) {
        if let Some(object) = self.object.take().filter(|_| !self.kept) {
            drop(Object::take(object));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Target;
    use tokio_postgres::Config;
    use tokio_postgres::config::Host;

    #[test]
    fn each_host_has_what_the_url_says_for_all() {
        let url = "postgres://me:secret@a,b:6000,127.0.0.3/cmdb?sslmode=disable&options=-c%20search_path%3Dx&connect_timeout=2\
                   &tcp_user_timeout=4&keepalives_idle=5&keepalives_interval=6&keepalives_retries=7&application_name=other\
                   &hostaddr=127.0.0.1,127.0.0.2,127.0.0.3&channel_binding=disable";
        let (text, host) = (url.replace("a,b:6000,127.0.0.3", "b:6000"), Host::Tcp("b".to_owned()));
        let expected: Config = text
            .replace("127.0.0.1,127.0.0.2,127.0.0.3", "127.0.0.2")
            .parse()
            .unwrap_or_else(|error| panic!("{error}"));
        let target = Target::parse(url).unwrap_or_else(|error| panic!("{error}"));
        assert!(target.tls.is_none());
        let found: Vec<_> = target.hosts.iter().filter(|one| one.get_hosts() == [host.clone()]).collect();
        assert_eq!(found, [&expected]);
        let without = Target::parse(&url.replace("keepalives_idle", "keepalives=0&keepalives_idle"));
        let without = without.unwrap_or_else(|error| panic!("{error}"));
        assert!(without.hosts.iter().all(|one| !one.get_keepalives()));
    }
}
