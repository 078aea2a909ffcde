//! `relata serve`: the server as a process, and as a part of another command.

use std::fs;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use relata_app::follower::Follower;
use relata_app::{App, Environment, Settings, identity, models};
use relata_http::{HttpConfig, SignIn};
use relata_model::store::Store as Engine;
use relata_model::{Error, Lang};
use relata_store_embedded::Embedded;
use relata_store_postgres::Postgres;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tracing_subscriber::EnvFilter;

use super::{Outcome, notify, output};
use crate::config::{Config, DEFAULT_TOKEN_FILE, Flags, Invalid, Secret, Store};
use crate::delivery::{self, Guard};
use crate::indexing::{self, Place};
use crate::jobs;
use crate::sign_in;

const EXAMPLES: &str = "\
Examples:
  relata serve
  relata serve --listen 0.0.0.0:8080 --store sqlite:/var/lib/relata/relata.db
  RELATA_STORE=postgres://relata:PASSWORD@db1,db2:5432/relata?sslmode=verify-full relata serve
  RELATA_LISTEN=127.0.0.1:0 relata serve        a free port; the address is the first line of the output

Prints `listening on http://ADDR:PORT` when it is ready. The first start creates the store, with an administrator
`admin` whose token is RELATA_ADMIN_TOKEN, or else is made, shown once and kept in admin.token beside the store (of a
PostgreSQL store: in ./relata-data, of the process that made the administrator).
SIGTERM and Ctrl-C finish what is under way, then stop. A service manager that sets NOTIFY_SOCKET (systemd,
Type=notify) is told when it is ready.

Any number of servers may share a PostgreSQL database. Arguments can be seen by every user of the machine: an address
with a password belongs into RELATA_STORE or into the configuration file.

Configuration file (every key also as RELATA_KEY, such as RELATA_LIMITS_LINK_BATCH; a flag wins over the environment,
the environment over the file):
  listen = \"127.0.0.1:8080\"
  store = \"sqlite:./relata-data/relata.db\"
  search_dir = \"\"        # where the index of the search is kept, see docs/OPERATIONS.md
  trust_headers = []
  log = \"info\"
  [limits]
  link_batch = 200
  instance_batch = 200
  answer_rows = 100000
  body_bytes = 10000000
  request_seconds = 60
  concurrency = 512
  connections = 4096
  watchers = 256
  history_days = 7
  session_seconds = 43200
  [rates]                  # requests a second for each token; * for all endpoints together
  \"*\" = 100
  [webhooks]
  allow_networks = []
  retry_seconds = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]
  [ldap]                   # see docs/SIGN-IN.md
  url = \"\"            # none; or ldaps://HOST, ldap://HOST with StartTLS
  base = \"\"
  user_filter = \"(&(objectClass=person)(uid={user}))\"
  [oidc]                   # see docs/SIGN-IN.md
  issuer = \"\"         # none; or https://HOST
  client_id = \"\"
  redirect_url = \"\"   # https://THIS/api/relata/v1/login/oidc/callback
  [postgres]
  replica = \"\"        # none; or postgres://…, standbys that reads may go to
  connections = 16
  statement_seconds = 30
  connect_seconds = 5";

/// Start the server
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    flags: Flags,
}

/// A server in this process.
#[derive(Debug)]
pub(crate) struct RunningServer {
    /// Where it listens, with the port that it really has.
    pub(crate) addr: SocketAddr,
    /// Token of the administrator; empty when the store had one before and nobody knows it here.
    pub(crate) admin_token: Secret,
    /// The file that holds the token, when this start has made it.
    new_token_file: Option<PathBuf>,
    runtime: Runtime,
    stopping: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl RunningServer {
    /// Blocks until SIGTERM or Ctrl-C.
    pub(crate) fn wait_for_signal(&self) -> anyhow::Result<()> {
        self.wait(self.signals()?);
        Ok(())
    }

    /// Catches SIGTERM and Ctrl-C from now on, so that one that comes before [`Self::wait`] is not lost.
    fn signals(&self) -> anyhow::Result<(Signal, Signal)> {
        let _entered = self.runtime.enter();
        let caught = |kind| signal(kind).context("signals cannot be caught");
        Ok((caught(SignalKind::terminate())?, caught(SignalKind::interrupt())?))
    }

    /// Blocks until one of the signals has come.
    fn wait(&self, (mut terminate, mut interrupt): (Signal, Signal)) {
        self.runtime.block_on(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        });
    }

    /// Finishes what is under way and stops.
    pub(crate) fn stop(self) -> anyhow::Result<()> {
        // Nobody listens when the server has ended by itself; what is said below tells it.
        let _ = self.stopping.send(());
        self.runtime.block_on(self.serving).context("the server has ended by a defect")
    }
}

/// Starts a server and returns when it is ready.
pub(crate) fn start(config: &Config) -> anyhow::Result<RunningServer> {
    start_logging(&config.log)?;
    allow_files();
    let sign_in = sign_in::of(config, Machine.random())?;
    let runtime = Runtime::new().context("the threads of the server cannot be started")?;
    let (stopping, stopped) = oneshot::channel();
    let file = token_file(&config.store);
    let (addr, made, serving) = runtime.block_on(async {
        let (app, place) = open_searching(config, false).await?;
        let listener = TcpListener::bind(config.listen).await;
        let listener = listener.with_context(|| format!("cannot listen on {}", config.listen))?;
        models::builtin::ensure(&app).await?;
        let given = config.admin_token.as_ref().map(|token| token.reveal().to_owned());
        let made = identity::ensure_admin(&app, given, keeping_in(&file)).await.map_err(|error| {
            // No other input than the given token can be wrong here.
            let of_token = error.code.row().kind.is_refusal();
            let invalid = || Invalid(format!("RELATA_ADMIN_TOKEN: {}", error.message(Lang::En)));
            if of_token { anyhow::Error::from(invalid()) } else { error.into() }
        })?;
        match &config.store {
            // Nobody else writes to this one.
            Store::Sqlite(_) => {}
            Store::Postgres(_) => drop(tokio::spawn(follow(Follower::new(&app).await?))),
        }
        drop(tokio::spawn(note_uses(Arc::clone(&app))));
        let guard = Guard::new(&config.webhooks.allow_networks);
        let shared = matches!(config.store, Store::Postgres(_));
        let (stop_sending, stopped_sending) = oneshot::channel();
        let sending = tokio::spawn(delivery::run(Arc::clone(&app), guard, shared, stopped_sending));
        let (stop_indexing, stopped_indexing) = oneshot::channel();
        let indexing = indexing::start(&app, place, stopped_indexing).await?;
        let (stop_jobs, stopped_jobs) = oneshot::channel();
        let working = tokio::spawn(jobs::run(Arc::clone(&app), config.limits.jobs, shared, stopped_jobs));
        let router = relata_http::router(Arc::clone(&app), http_config(config, sign_in));
        let addr = listener.local_addr()?;
        let connections = config.limits.connections;
        let shutdown = async {
            // A sender that is dropped asks for the same as one that sends.
            let _ = stopped.await;
            let _ = (stop_sending.send(()), stop_jobs.send(()), stop_indexing.send(()));
        };
        let serving = async move {
            relata_http::serve(listener, router, connections, shutdown).await;
            // They end as soon as they are told, or have been.
            let _ = (sending.await, working.await, indexing.await);
        };
        anyhow::Ok((addr, made, tokio::spawn(serving)))
    })?;
    let new_token_file = made.is_some().then(|| file.clone());
    let admin_token = match (made, &config.admin_token) {
        (Some(token), _) => Secret::new(&token),
        (None, Some(given)) => given.clone(),
        (None, None) => Secret::new(&fs::read_to_string(&file).unwrap_or_default()),
    };
    Ok(RunningServer { addr, admin_token, new_token_file, runtime, stopping, serving })
}

/// Keeps the token of the administrator in a file; gives the one that is there. That is of a start that did not come so
/// far, or of another store beside this one; it stays right.
fn keeping_in(file: &Path) -> impl Fn(String) -> relata_model::Result<String> + Send + Sync + 'static {
    let file = file.to_owned();
    move |token| match fs::read_to_string(&file) {
        Ok(kept) if !kept.trim().is_empty() => Ok(kept.trim().to_owned()),
        _ => match write_token(&file, &token) {
            Ok(()) => Ok(token),
            Err(error) => Err(Error::internal(format!("{} cannot be written: {error}", file.display()))),
        },
    }
}

/// How often a server looks for what others on the same database have changed.
const LOOK: Duration = Duration::from_millis(250);

/// Looks for as long as the server runs.
async fn follow(mut follower: Follower) {
    let mut clock = tokio::time::interval(LOOK);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        clock.tick().await;
        match follower.look().await {
            Ok(()) => failing = false,
            // Requests fail then, too, and say it themselves.
            Err(error) if !failing => {
                tracing::warn!(%error, detail = error.detail, "the changes of other servers cannot be read");
                failing = true;
            }
            Err(_) => {}
        }
    }
}

/// How often a server writes down which tokens were used.
const NOTE: Duration = Duration::from_mins(1);

/// Notes uses of tokens for as long as the server runs. What fails is tried again with the next.
async fn note_uses(app: Arc<App>) {
    let mut clock = tokio::time::interval(NOTE);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        if let Err(error) = identity::note_uses(&app).await {
            tracing::debug!(%error, detail = error.detail, "the last uses of tokens were not noted");
        }
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let config = Config::load(&args.flags)?;
    let server = start(&config)?;
    let signals = server.signals()?;
    if let Some(file) = &server.new_token_file {
        output::complain(&format!(
            "The store is new. Its administrator is admin with this token, shown this once and kept in {}:\n{}",
            file.display(),
            server.admin_token.reveal()
        ));
    }
    output::say(&format!("listening on http://{}", server.addr))?;
    let manager = config.notify_socket.as_deref();
    notify::tell(manager, notify::READY);
    server.wait(signals);
    notify::tell(manager, notify::STOPPING);
    server.stop()?;
    Ok(Outcome::Done)
}

fn days(days: usize) -> jiff::SignedDuration {
    // As many hours as there can be, where that is more.
    let hours = i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(24);
    jiff::SignedDuration::from_hours(hours.min(i64::MAX / 3600))
}

/// The application on the store that the settings name. On a store at rest anything may take as long as it takes.
pub(super) async fn open(config: &Config, at_rest: bool) -> anyhow::Result<Arc<App>> {
    Ok(Arc::new(application(config, at_rest).await?))
}

/// The same, searching by an index, which is opened when the store could be.
pub(super) async fn open_searching(config: &Config, at_rest: bool) -> anyhow::Result<(Arc<App>, Place)> {
    let app = application(config, at_rest).await?;
    let place = Place::of(config);
    let app = match place.index() {
        Some(index) => app.searching_by(index),
        None => app,
    };
    Ok((Arc::new(app), place))
}

async fn application(config: &Config, at_rest: bool) -> anyhow::Result<App> {
    let store: Arc<dyn Engine> = match &config.store {
        Store::Sqlite(path) => {
            // Nobody waits for a read any longer than for its request.
            let time = if at_rest { Duration::MAX } else { Duration::from_secs(config.limits.request_seconds as u64) };
            Arc::new(Embedded::open_for(path, time)?)
        }
        Store::Postgres(url) => Arc::new(Postgres::open_with(config.postgres.settings(url, at_rest)).await?),
    };
    let settings = Settings {
        link_batch: config.limits.link_batch,
        instance_batch: config.limits.instance_batch,
        answer_rows: config.limits.answer_rows as u64,
        history: days(config.limits.history_days),
        webhook_retries: config.webhooks.retry_seconds.clone(),
        job_life: days(config.limits.job_days),
        zone: jiff::tz::TimeZone::system(),
    };
    Ok(App::new(store, settings, Arc::new(Machine)))
}

fn http_config(config: &Config, sign_in: SignIn) -> HttpConfig {
    HttpConfig {
        trust_headers: config.trust_headers.clone(),
        body_bytes: config.limits.body_bytes,
        concurrency: config.limits.concurrency,
        watchers: config.limits.watchers,
        job_bytes: config.limits.job_bytes,
        request_time: Duration::from_secs(config.limits.request_seconds as u64),
        session_time: Duration::from_secs(config.limits.session_seconds as u64),
        rates: config.rates.clone(),
        base_path: config.base_path.clone(),
        sign_in,
        ..HttpConfig::default()
    }
}

/// Each connection is an open file, of which a process may have 1024 on many machines unless it asks for what it may have.
fn allow_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the number of open files was not raised");
    }
}

/// Logs go to stderr. A process that has a log already keeps it.
fn start_logging(filter: &str) -> anyhow::Result<()> {
    let filter =
        EnvFilter::try_new(filter).map_err(|error| Invalid(format!("log: {filter:?} is not a filter: {error}")))?;
    let colour = io::stderr().is_terminal();
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colour).try_init();
    Ok(())
}

/// The token of the administrator is kept beside the store, when that is on this machine.
fn token_file(store: &Store) -> PathBuf {
    match store {
        Store::Sqlite(path) => path.with_file_name("admin.token"),
        Store::Postgres(_) => PathBuf::from(DEFAULT_TOKEN_FILE),
    }
}

/// Writes a token that only the owner may read, also where a file was before.
fn write_token(path: &Path, token: &str) -> io::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    writeln!(file, "{token}")?;
    file.sync_all()
}

/// Time and randomness of this machine.
pub(super) struct Machine;

impl Environment for Machine {
    #[expect(clippy::disallowed_methods, reason = "the binary is where the time comes from")]
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    #[expect(clippy::disallowed_methods, reason = "the binary is where randomness comes from")]
    fn random(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        if let Err(error) = getrandom::fill(&mut bytes) {
            // A secret that can be guessed is worse than no server.
            tracing::error!(%error, "the operating system gives no random bytes");
            std::process::abort();
        }
        bytes
    }
}
