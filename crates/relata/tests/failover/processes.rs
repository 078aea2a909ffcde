//! Processes that must not outlive the test: found by the folder they run in, signalled together, and ended by a watchdog
//! when the test ends, however it ends.
//!
//! PostgreSQL leaves the process that started it, so neither a handle nor a process group is enough to find all of it.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Waits for the end of its input, kills all that runs in the folder, and removes that.
const WATCHDOG: &str = r#"
read -r _
for pass in 1 2 3; do
    for process in /proc/[0-9]*; do
        case $(readlink "$process/cwd") in "$1"/*) kill -9 "${process#/proc/}" ;; esac
    done
done
rm -rf "$1"
"#;

/// A temporary folder in which processes run, as the user of PostgreSQL where the test itself is run by root.
pub(crate) struct Folder {
    path: PathBuf,
    watchdog: Child,
    /// PostgreSQL refuses to be run by root.
    as_postgres: bool,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let path = tempfile::Builder::new().prefix("relata-failover-").tempdir().unwrap().keep();
        let mut watchdog = Command::new("sh");
        watchdog.args(["-c", WATCHDOG, "sh"]).arg(&path).current_dir("/").process_group(0);
        watchdog.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let watchdog = watchdog.spawn().unwrap();
        let user = Command::new("id").arg("-u").output().unwrap();
        let it = Self { path, watchdog, as_postgres: user.stdout == b"0\n" };
        it.give_away(&it.path);
        it
    }

    fn give_away(&self, path: &Path) {
        if self.as_postgres {
            run(Command::new("chown").arg("postgres:postgres").arg(path));
        }
    }

    /// Makes a folder in it that belongs to the user of the processes.
    pub(crate) fn make(&self, name: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::create_dir(&path).unwrap();
        self.give_away(&path);
        path
    }

    /// Writes a file there.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path.join(name);
        fs::write(&path, text).unwrap();
        self.give_away(&path);
        path
    }

    /// Starts a program in a folder of it; what it says goes to `NAME.log`.
    pub(crate) fn start(&self, name: &str, program: &str, arguments: &[String]) -> Child {
        let mut command = Command::new("setpriv");
        if self.as_postgres {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        } else {
            command.arg("--no-new-privs");
        }
        let log = File::options().create(true).append(true).open(self.path.join(format!("{name}.log"))).unwrap();
        command.arg(program).args(arguments).current_dir(self.path.join(name)).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LC_ALL", "C.UTF-8");
        command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
    }

    /// The processes that run in a folder of it, and not at once in one below another.
    fn processes(&self, name: &str) -> Vec<String> {
        let folder = self.path.join(name);
        let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let numbers = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let here = |number: &String| {
            number.bytes().all(|it| it.is_ascii_digit())
                && fs::read_link(format!("/proc/{number}/cwd")).is_ok_and(|cwd| cwd.starts_with(&folder))
        };
        numbers.filter(here).collect()
    }

    /// Sends a signal to all that runs in a folder.
    pub(crate) fn signal(&self, name: &str, signal: &str) {
        let processes = self.processes(name);
        // Some may end meanwhile.
        let _ = Command::new("kill").arg(format!("-{signal}")).args(processes).stderr(Stdio::null()).status();
    }

    /// Kills all that runs in a folder, at once; what it starts meanwhile, too.
    pub(crate) fn kill(&self, name: &str) {
        until(&format!("{name} is gone"), Duration::from_secs(10), || {
            self.signal(name, "KILL");
            self.processes(name).is_empty().then_some(())
        });
    }

    /// The last lines of a log.
    pub(crate) fn tail(&self, name: &str) -> String {
        let Ok(log) = File::open(self.path.join(format!("{name}.log"))) else { return String::new() };
        let lines: Vec<String> = BufReader::new(log).lines().map_while(Result::ok).collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The end of its input is what it waits for.
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// Runs a command to its end.
fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

/// Asks again and again, at most for so long.
pub(crate) fn until<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < limit, "not within {limit:?}: {what}");
        thread::sleep(Duration::from_millis(25));
    }
}

/// Free ports. They are below those that the system gives to connections: a server's port must stay free while it is down.
pub(crate) struct Ports(u16);

impl Ports {
    pub(crate) fn new() -> Self {
        Self(20_000 + u16::try_from(std::process::id() % 500 * 20).unwrap())
    }

    pub(crate) fn next(&mut self) -> u16 {
        loop {
            self.0 = if self.0 >= 32_000 { 20_000 } else { self.0 + 1 };
            if TcpListener::bind(("127.0.0.1", self.0)).is_ok() {
                return self.0;
            }
        }
    }
}
