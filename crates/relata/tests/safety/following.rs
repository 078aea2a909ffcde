//! Programs that follow the change log through several server processes, while many write through all of them and others
//! hold transactions open in the database: each follower reads every change once, in the same order.

use crate::server::{Client, Server, TOKEN, until, verify_store};
use relata_testkit::postgres;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread;

const SERVERS: usize = 3;
const WRITERS: usize = 16;
const FOLLOWERS: usize = 8;
/// Requests of each writer, before the long transaction and during it.
const ROUNDS: usize = 6;
/// What is created last.
const LAST: &str = "the_last_one";

/// A session in the database with an open transaction.
struct Held(Child, ChildStdin);

impl Held {
    /// Begins with statements, of which one gives a row.
    fn begin(mut psql: Command, statements: &str) -> Self {
        let mut child = psql.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{statements}").unwrap();
        let mut row = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut row).unwrap();
        assert!(!row.is_empty(), "{statements} has failed");
        Self(child, input)
    }

    fn commit(self) {
        let Self(mut child, mut input) = self;
        writeln!(input, "COMMIT;").unwrap();
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

/// Reads the log in pages of this size until it has the last request's changes, which get their numbers together.
fn follow(client: &Client, limit: usize, furthest: &AtomicI64) -> Vec<Value> {
    let (mut seen, mut cursor) = (Vec::new(), 0);
    until("a follower has the last change", || {
        let path = format!("/api/relata/v1/changes?cursor={cursor}&limit={limit}");
        let reply = client.ask(&path, TOKEN, None).unwrap();
        assert_eq!(reply.status, 200, "{}", reply.body);
        let data = &reply.body;
        let changes = data["changes"].as_array().unwrap();
        for change in changes {
            assert_eq!(change["seq"], json!(seen.len() + 1), "the log goes on with {change}");
            seen.push(change.clone());
        }
        cursor = data["cursor"].as_i64().unwrap();
        furthest.fetch_max(cursor, Ordering::Relaxed);
        let is_last = |change: &Value| change["record"].to_string().contains(LAST);
        (changes.is_empty() && seen.last().is_some_and(is_last)).then_some(())
    });
    seen
}

/// Creates instances, one request after the other; each is numbered.
fn write(client: &Client, writer: usize, first: usize) {
    for number in first..first + ROUNDS {
        let name = |part: usize| json!({"bk_inst_name": format!("w{writer} {number} {part}")});
        let details: Vec<Value> = (0..=number % 3).map(name).collect();
        client.ok("batch_create_inst", json!({"bk_obj_id": "rack", "details": details}));
    }
}

fn write_all(servers: &[Server], first: usize) {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let client = servers[writer % SERVERS].client();
            scope.spawn(move || write(&client, writer, first));
        }
    });
}

#[test]
fn every_follower_of_every_server_reads_the_same_log() {
    let (postgres, folder) = (postgres::Server::other(), tempfile::tempdir().unwrap());
    let database = postgres.new_database();
    let servers = [(); SERVERS].map(|()| Server::start_from(folder.path(), &database.url()));
    let client = servers[0].client();
    client.create_model("rack");
    let furthest = AtomicI64::new(0);
    let reads = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM changes;";
    let reading = Held::begin(postgres.psql(&database), reads);
    let logs: Vec<Vec<Value>> = thread::scope(|scope| {
        let following = (0..FOLLOWERS).map(|number| {
            let (client, furthest) = (servers[number % SERVERS].client(), &furthest);
            scope.spawn(move || follow(&client, 3 + 20 * number, furthest))
        });
        let following: Vec<_> = following.collect();
        write_all(&servers, 0);
        // Whoever only reads holds nobody back.
        let end = i64::try_from(ROUNDS * WRITERS).unwrap();
        until("the followers have what was written so far", || (furthest.load(Ordering::Relaxed) > end).then_some(()));
        let writing = Held::begin(postgres.psql(&database), "BEGIN; SELECT pg_current_xact_id();");
        write_all(&servers, ROUNDS);
        writing.commit();
        client.create_model(LAST);
        following.into_iter().map(|follower| follower.join().unwrap()).collect()
    });
    reading.commit();
    for log in &logs {
        assert!(*log == logs[0], "two followers have read different logs");
    }
    in_order(&logs[0]);
    servers.into_iter().for_each(Server::stop);
    verify_store(folder.path(), &database.url());
}

/// Every instance is there once, those of a writer in the order in which it has created them.
fn in_order(log: &[Value]) {
    let mut names: BTreeMap<String, Vec<[usize; 2]>> = BTreeMap::new();
    for change in log {
        let text = change["record"].to_string();
        let Some((_, rest)) = text.split_once("\"bk_inst_name\":\"w") else { continue };
        let words: Vec<&str> = rest.split('"').next().unwrap().split(' ').collect();
        names.entry(words[0].to_owned()).or_default().push([words[1], words[2]].map(|it| it.parse().unwrap()));
    }
    let expected: Vec<[usize; 2]> =
        (0..2 * ROUNDS).flat_map(|number| (0..=number % 3).map(move |part| [number, part])).collect();
    assert_eq!(names.len(), WRITERS);
    for (writer, created) in names {
        assert_eq!(created, expected, "{writer}");
    }
}
