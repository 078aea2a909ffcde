//! A PostgreSQL server that is thrown away: one for each process of tests, started when a test first asks for it, on a
//! free port of the loopback and in a temporary folder; standbys of it, and other servers, for those who ask. Not for data
//! that anybody wants to keep: it flushes nothing.
//!
//! A shell stands between the tests and the server. It waits for the end of its input, which comes when the process of
//! the tests ends, however it ends; then it ends the server and removes the folder. A line of input starts a server that
//! was stopped.

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Names the folder with the programs of PostgreSQL, where they are in neither of the usual places.
const PROGRAMS: &str = "RELATA_TEST_POSTGRES_BIN";

/// Arguments: the folder, the programs, the port, the user to run as (empty for the same), the port of the server to be a
/// standby of (empty for none), then the server's options. Each line of input starts a server that was ended.
/// `QUIT` ends the server at once, also a frozen one, `TERM` whatever comes before it, and `CONT` lets what stands still see them; all go to
/// this group of processes.
const WATCHDOG: &str = r#"
folder=$1 programs=$2 port=$3 user=$4 primary=$5
shift 5
cd "$folder"
as_user() { "$@"; }
if [ -n "$user" ]; then
    chown "$user" .
    as_user() { setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"; }
fi
postgres() { as_user "$programs/postgres" -D data -p "$port" -k "$folder" "$@"; }
{
    if [ -n "$primary" ]; then
        as_user "$programs/pg_basebackup" --pgdata=data --dbname="host=127.0.0.1 port=$primary user=postgres" \
            --write-recovery-conf --checkpoint=fast --no-sync
    else
        as_user "$programs/initdb" --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
            --no-sync --no-instructions
    fi && postgres "$@"
    touch ended
} > log 2>&1 < /dev/null &
while read -r _; do
    { postgres "$@"; touch ended; } >> log 2>&1 < /dev/null &
done
trap '' QUIT TERM
kill -QUIT 0
kill -TERM 0
kill -CONT 0
wait
rm -rf "$folder"
"#;

/// No flush, since nothing outlives the tests; all else as in a server that is meant.
const OPTIONS: &[&str] = &[
    "listen_addresses=127.0.0.1",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=on",
    "max_connections=400",
    "shared_buffers=128MB",
    "wal_level=replica",
    // Each of the standbys that tests start at once takes up to three.
    "max_wal_senders=64",
    // What one of them has not copied yet is kept.
    "wal_keep_size=2GB",
];

/// How long a server may take to start or to end, and how often that is looked at.
const LIMIT: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(5);

/// So many databases are made at once: one takes a millisecond, starting the program that makes them thirty.
const AT_ONCE: usize = 50;

/// A server. Dropping it ends it.
#[derive(Debug)]
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    port: u16,
    made: Mutex<Made>,
    /// Its input is what the shell waits for the end of.
    watchdog: Mutex<Child>,
}

#[derive(Debug, Default)]
struct Made {
    given: usize,
    there: usize,
}

/// A place in the server that holds nothing: a schema, which costs a hundredth of what `CREATE DATABASE` does.
#[derive(Clone, Debug)]
pub struct Database {
    port: u16,
    schema: String,
}

impl Database {
    /// The same place on a standby.
    #[must_use]
    pub fn on(&self, standby: &Server) -> Self {
        Self { port: standby.port, schema: self.schema.clone() }
    }

    /// Where an engine finds it.
    pub fn url(&self) -> String {
        let Self { port, schema } = self;
        format!("postgres://relata@127.0.0.1:{port}/test?sslmode=disable&options=-c%20search_path%3D{schema}")
    }
}

/// The server of this process, which the first call starts.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::other)
}

impl Drop for Server {
    fn drop(&mut self) {
        let watchdog = self.watchdog.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(watchdog.stdin.take());
        let _ended = watchdog.wait();
    }
}

impl Server {
    /// A server of its own, with data of its own: for a test that stops and freezes it or holds a transaction, of which the
    /// log's readers notice something in all databases.
    pub fn other() -> Self {
        let server = Self::start(None, &[]);
        let statements = ["CREATE ROLE relata LOGIN", "CREATE DATABASE test OWNER relata"];
        server.run("postgres", "postgres", statements.map(str::to_owned));
        server
    }

    /// A standby of this server, with further options such as `max_standby_streaming_delay=0`.
    #[must_use]
    pub fn standby(&self, options: &[&str]) -> Self {
        Self::start(Some(self.port), options)
    }

    fn start(primary: Option<u16>, options: &[&str]) -> Self {
        let programs = programs();
        // Between the look for a free port and the start, somebody else may take it.
        let started =
            (0..5).map(|_| Self::try_to_start(&programs, primary, options)).find_map(|started| match started {
                Err(log) if log.contains("Address already in use") => None,
                done => Some(done),
            });
        match started {
            Some(Ok(server)) => server,
            Some(Err(log)) => panic!("PostgreSQL in {} does not start:\n{log}", programs.display()),
            None => panic!("no port on 127.0.0.1 stays free long enough for PostgreSQL to take it"),
        }
    }

    /// Starts a server and waits until it takes connections. The error is its log.
    fn try_to_start(programs: &Path, primary: Option<u16>, options: &[&str]) -> Result<Self, String> {
        let folder = tempfile::Builder::new().prefix("relata-postgres-").tempdir().unwrap().keep();
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "sh"]).arg(&folder).arg(programs).arg(port.to_string()).arg(user());
        watchdog.arg(primary.map_or_else(String::new, |port| port.to_string()));
        watchdog.args(OPTIONS.iter().chain(options).flat_map(|option| ["-c", option]));
        // In a group of its own, a Ctrl-C for the tests does not end it before its work is done.
        watchdog.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        without_its_variables(&mut watchdog);
        let mut watchdog = watchdog.spawn().unwrap();
        if let Err(log) = wait_until_ready(&folder) {
            drop(watchdog.stdin.take());
            watchdog.wait().unwrap();
            return Err(log);
        }
        Ok(Self { folder, programs: programs.to_owned(), port, made: Mutex::default(), watchdog: Mutex::new(watchdog) })
    }

    /// Where its administrator finds it.
    pub fn administrator_url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/test?sslmode=disable", self.port)
    }

    /// The temporary folder, with `data` and `log`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A database that nobody else uses.
    pub fn new_database(&self) -> Database {
        let mut made = self.made.lock().unwrap();
        if made.given == made.there {
            let more = (0..AT_ONCE).map(|number| format!("CREATE SCHEMA t{}", made.there + number));
            self.run("relata", "test", more);
            made.there += AT_ONCE;
        }
        made.given += 1;
        Database { port: self.port, schema: format!("t{}", made.given - 1) }
    }

    /// Ends it at once, as a crash would.
    pub fn stop(&self) {
        self.stop_by("QUIT");
    }

    /// Ends it by a signal, `INT` or `QUIT`.
    fn stop_by(&self, signal: &str) {
        Self::signal(signal, &[process(&self.folder)]);
        until("PostgreSQL has stopped", || self.folder.join("ended").exists());
    }

    /// Ends it by a signal, `INT` or `QUIT`, and starts it again.
    pub fn restart(&self, signal: &str) {
        self.stop_by(signal);
        self.start_again();
    }

    /// Starts it after [`Server::stop`], on the same port with the same data.
    pub fn start_again(&self) {
        for file in ["ended", "data/postmaster.pid"] {
            let _may_be_gone = fs::remove_file(self.folder.join(file));
        }
        self.watchdog.lock().unwrap().stdin.as_mut().unwrap().write_all(b"\n").unwrap();
        wait_until_ready(&self.folder).unwrap_or_else(|log| panic!("PostgreSQL does not start again:\n{log}"));
    }

    /// Lets all its processes stand still: connections stay open, and nothing answers.
    pub fn freeze(&self) {
        let postmaster = process(&self.folder);
        // First the one that makes the others.
        Self::signal("STOP", std::slice::from_ref(&postmaster));
        Self::signal("STOP", &children(&postmaster));
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        let postmaster = process(&self.folder);
        Self::signal("CONT", &children(&postmaster));
        Self::signal("CONT", &[postmaster]);
    }

    fn signal(signal: &str, processes: &[String]) {
        // Some may end meanwhile.
        let _ = Command::new("kill").arg(format!("-{signal}")).args(processes).stderr(Stdio::null()).status();
    }

    /// Sets a parameter, which all its processes take up at once.
    pub fn set(&self, parameter: &str, value: &str) {
        let set = format!("ALTER SYSTEM SET {parameter} = '{value}'");
        self.run("postgres", "test", [set, "SELECT pg_reload_conf()".to_owned()]);
    }

    /// psql as `relata` in a database; what it prints is values alone.
    pub fn psql(&self, database: &Database) -> Command {
        let mut psql = self.psql_as("relata", "test");
        psql.env("PGOPTIONS", format!("-c search_path={}", database.schema));
        psql
    }

    fn psql_as(&self, user: &str, database: &str) -> Command {
        let mut psql = Command::new(self.programs.join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", user, "-d", database]);
        psql.arg(format!("-p{}", self.port)).stdin(Stdio::null());
        without_its_variables(&mut psql);
        psql
    }

    /// Runs statements as a user in a database, one after the other.
    fn run(&self, user: &str, database: &str, statements: impl IntoIterator<Item = String>) {
        let mut psql = self.psql_as(user, database);
        let done = psql.args(statements.into_iter().flat_map(|it| ["-c".to_owned(), it])).output().unwrap();
        assert!(done.status.success(), "psql: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// The processes that this one has started.
fn children(process: &str) -> Vec<String> {
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    // What follows the name, which may hold anything, begins with the state and the parent.
    let parent = |number: &String| {
        let stat = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
        Some(stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned())
    };
    all.filter(|number| parent(number).as_deref() == Some(process)).collect()
}

/// Looks again and again.
fn until(what: &str, holds: impl Fn() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < LIMIT, "not within {LIMIT:?}: {what}");
        thread::sleep(PAUSE);
    }
}

/// The environment of whoever runs the tests may name another server, or a way of speaking to it.
fn without_its_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"PG")) {
        command.env_remove(name);
    }
}

/// The file in which a server says how it is: the first line is its process, the eighth its state.
fn state(folder: &Path) -> String {
    fs::read_to_string(folder.join("data/postmaster.pid")).unwrap_or_default()
}

fn process(folder: &Path) -> String {
    state(folder).lines().next().unwrap_or_default().to_owned()
}

/// Waits until a server says that it takes connections.
fn wait_until_ready(folder: &Path) -> Result<(), String> {
    let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
    let begin = Instant::now();
    while begin.elapsed() < LIMIT {
        if state(folder).lines().nth(7).unwrap_or_default().trim() == "ready" {
            return Ok(());
        }
        if folder.join("ended").exists() {
            return Err(log());
        }
        thread::sleep(PAUSE);
    }
    Err(format!("{}\nIt was not ready within {LIMIT:?}.", log()))
}

/// Whom to run the server as: it refuses to be run by root.
fn user() -> &'static str {
    let id = |arguments: &[&str]| {
        let asked = Command::new("id").args(arguments).stderr(Stdio::null()).output().unwrap();
        asked.status.success().then_some(asked.stdout)
    };
    match id(&["-u"]) {
        Some(number) if number == b"0\n" => id(&["-u", "postgres"]).map_or("nobody", |_| "postgres"),
        _ => "",
    }
}

/// The folder with the programs of the newest PostgreSQL here.
fn programs() -> PathBuf {
    if let Some(named) = std::env::var_os(PROGRAMS) {
        let named = PathBuf::from(named);
        assert!(
            has_all(&named),
            "{PROGRAMS} names {}, which has no initdb, pg_basebackup, postgres and psql",
            named.display()
        );
        return named;
    }
    let number = |folder: &Path| folder.file_name().and_then(OsStr::to_str).and_then(|it| it.parse::<u32>().ok());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path()).filter(|it| number(it).is_some()).collect();
    versions.sort_by_key(|folder| std::cmp::Reverse(number(folder)));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = versions.into_iter().map(|it| it.join("bin")).chain(std::env::split_paths(&path));
    folders.into_iter().find(|folder| has_all(folder)).unwrap_or_else(|| {
        panic!(
            "PostgreSQL is not installed, and these tests run on it. On Debian and Ubuntu: apt-get install postgresql. \
             Where it is in neither /usr/lib/postgresql nor PATH, {PROGRAMS} names the folder with initdb, \
             pg_basebackup, postgres and psql."
        )
    })
}

fn has_all(folder: &Path) -> bool {
    ["initdb", "pg_basebackup", "postgres", "psql"].iter().all(|program| folder.join(program).is_file())
}
