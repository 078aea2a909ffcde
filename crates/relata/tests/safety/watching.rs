//! Watchers that follow while others write and servers are killed: everyone ends with exactly what was written, in one
//! order.

use crate::server::{Client, EMBEDDED, Server, verify_store};
use relata_testkit::postgres::server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

const WRITERS: usize = 16;
const WATCHERS: usize = 8;
/// Instances that each writer creates.
const EACH: usize = 60;
const ALL: usize = WRITERS * EACH;

const DUPLICATE: i64 = 1_199_014;
const NO_EVENT: &str = "MQ0xDTVlYTZkM2YzOTRjMWY1ZDk4NmU5YmQ4Ng1ub0V2ZW50DTENMQ0=";

#[test]
fn watchers_of_the_embedded_store_lose_nothing_when_the_server_is_killed() {
    run(EMBEDDED, 1);
}

#[test]
fn watchers_of_three_servers_on_postgresql_lose_nothing_when_servers_are_killed() {
    run(&server().new_database().url(), 3);
}

/// Where each of the servers is at present.
struct Servers(Vec<Mutex<String>>);

impl Servers {
    fn client(&self, number: usize) -> Client {
        Client::at(&self.0[number % self.0.len()].lock().unwrap())
    }
}

fn run(store: &str, count: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut running: Vec<Server> = (0..count).map(|_| Server::start_from(folder.path(), store)).collect();
    running[0].client().create_model("watched");
    let servers = Servers(running.iter().map(|it| Mutex::new(it.url().to_owned())).collect());
    let seen = AtomicUsize::new(0);
    let told: Vec<Vec<String>> = thread::scope(|scope| {
        let (servers, seen) = (&servers, &seen);
        let watchers: Vec<_> = (0..WATCHERS).map(|number| scope.spawn(move || watch(servers, number, seen))).collect();
        for number in 0..WRITERS {
            scope.spawn(move || write(servers, number));
        }
        for (kill, part) in (0..2).zip(1..) {
            while seen.load(Ordering::Relaxed) < WATCHERS * ALL * part / 3 {
                thread::yield_now();
            }
            replace(&mut running, servers, kill % count, folder.path(), store);
        }
        watchers.into_iter().map(|watcher| watcher.join().unwrap()).collect()
    });
    let mut late = Follower::new();
    let mut stored = Vec::new();
    while stored.len() < ALL {
        stored.extend(late.next(&servers.client(0)).unwrap());
    }
    for (number, names) in told.iter().enumerate() {
        assert!(*names == stored, "watcher {number} was told something else than was written");
    }
    let written: BTreeSet<String> = (0..WRITERS).flat_map(|it| (0..EACH).map(move |n| name(it, n))).collect();
    assert_eq!(stored.iter().cloned().collect::<BTreeSet<_>>(), written);
    for writer in 0..WRITERS {
        let own = stored.iter().filter(|name| name.starts_with(&format!("{writer}-")));
        assert!(own.eq((0..EACH).map(|n| name(writer, n)).collect::<Vec<_>>().iter()), "the order of writer {writer}");
    }
    running.into_iter().for_each(Server::stop);
    verify_store(folder.path(), store);
}

/// Kills a server and starts another one in its place.
fn replace(running: &mut Vec<Server>, servers: &Servers, number: usize, folder: &Path, store: &str) {
    running.remove(number).kill();
    let new = Server::start_from(folder, store);
    new.url().clone_into(&mut servers.0[number].lock().unwrap());
    running.insert(number, new);
}

fn name(writer: usize, number: usize) -> String {
    format!("{writer}-{number}")
}

/// Creates instances one after the other. One whose answer was lost is sent again: it is there already, or not.
fn write(servers: &Servers, writer: usize) {
    let mut client = servers.client(writer);
    for number in 0..EACH {
        let input = json!({"bk_obj_id": "watched", "bk_inst_name": name(writer, number)});
        loop {
            match client.try_call("create_inst", input.clone()) {
                Some(answer) if answer.code == 0 || answer.code == DUPLICATE => break,
                // It is stopping, or its database connection was cut.
                Some(_) | None => {
                    thread::yield_now();
                    client = servers.client(writer);
                }
            }
        }
    }
}

/// Follows until everything was told; the names in the order of the events.
fn watch(servers: &Servers, number: usize, seen: &AtomicUsize) -> Vec<String> {
    let (mut follower, mut client) = (Follower::new(), servers.client(number));
    let mut names = Vec::new();
    while names.len() < ALL {
        if let Some(new) = follower.next(&client) {
            seen.fetch_add(new.len(), Ordering::Relaxed);
            names.extend(new);
        } else {
            thread::yield_now();
            client = servers.client(number);
        }
    }
    names
}

/// Somebody who remembers a cursor.
struct Follower {
    cursor: String,
}

impl Follower {
    fn new() -> Self {
        Self { cursor: NO_EVENT.to_owned() }
    }

    /// The names of what was created since; `None` when there was no answer.
    fn next(&mut self, client: &Client) -> Option<Vec<String>> {
        let input = json!({
            "bk_resource": "object_instance", "bk_cursor": self.cursor, "bk_fields": ["bk_inst_name"],
            "bk_event_types": ["create"], "bk_filter": {"bk_sub_resource": "watched"},
        });
        let answer = client.try_call("resource_watch", input).filter(|answer| answer.code == 0)?;
        let events = answer.data["bk_events"].as_array().unwrap();
        events.last().unwrap()["bk_cursor"].as_str().unwrap().clone_into(&mut self.cursor);
        let name = |event: &Value| event["bk_detail"]["bk_inst_name"].as_str().unwrap().to_owned();
        let watched = answer.data["bk_watched"] == true;
        Some(events.iter().filter(|_| watched).map(name).collect())
    }
}
