//! The server for tests goes with the tests.

use relata_testkit::postgres::server;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// What a test does that is killed while it uses a server. The one below runs it.
#[test]
#[ignore = "waits until it is killed"]
fn stays_until_it_is_killed() {
    server().new_database();
    println!("\nfolder={}", server().folder().display());
    loop {
        thread::park();
    }
}

#[test]
fn the_server_and_its_folder_go_when_the_tests_are_killed() {
    let mut tests = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", "postgres::stays_until_it_is_killed"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(tests.stdout.take().unwrap()).lines().map_while(Result::ok);
    let folder = lines.find_map(|line| line.strip_prefix("folder=").map(str::to_owned)).unwrap();
    let folder = Path::new(&folder);
    let state = fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let server = Path::new("/proc").join(state.lines().next().unwrap());
    assert!(server.exists());
    tests.kill().unwrap();
    tests.wait().unwrap();
    let begin = Instant::now();
    while folder.exists() || server.exists() {
        assert!(begin.elapsed() < Duration::from_mins(1), "{folder:?} or {server:?} is still there");
        thread::yield_now();
    }
}

#[test]
fn every_database_is_another() {
    let urls = [(); 120].map(|()| server().new_database().url());
    let apart: std::collections::BTreeSet<_> = urls.iter().collect();
    assert_eq!(apart.len(), urls.len());
}
