//! `relata copy` between the engines: killed in the middle and run again, both stores hold the same and answer the same.
//! What must not be copied, or to there, is refused with a sentence that says why.

use crate::server::{EMBEDDED, Server, TOKEN, relata, serve_from, until, verify_store};
use relata_testkit::postgres::{Database, server};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

const INSTANCES: usize = 400;

/// Fills a store with models, instances, links and callers.
fn fill(folder: &Path, store: &str) {
    let server = Server::start_from(folder, store);
    let client = server.client();
    for model in ["rack", "server"] {
        client.create_model(model);
        for first in (0..INSTANCES).step_by(200) {
            let name = |n: usize| json!({"bk_inst_name": format!("{model} {n} \u{e9}\u{4e2d}\"%")});
            let details: Vec<Value> = (first..first + 200).map(name).collect();
            client.ok("batch_create_inst", json!({"bk_obj_id": model, "details": details}));
        }
    }
    let association = client.associate("rack", "group", "server", "1:n");
    for first in (1..=INSTANCES).step_by(100) {
        let link = |n: usize| json!({"bk_inst_id": 1 + n % 7, "bk_asst_inst_id": n});
        let details: Vec<Value> = (first..first + 100).map(link).collect();
        let batch = json!({"bk_obj_id": "rack", "bk_asst_obj_id": "server", "bk_obj_asst_id": association,
            "details": details});
        client.ok("batch_create_instance_association", batch);
    }
    client.ok("delete_inst", json!({"bk_obj_id": "rack", "bk_inst_id": INSTANCES}));
    client.own("users/create", &json!({"user": "ann"}));
    client.own("tokens/create", &json!({"user": "ann", "name": "laptop"}));
    server.stop();
}

/// What a store answers to searches of all kinds. A server that starts on it changes nothing.
fn answers(folder: &Path, store: &str) -> Vec<Value> {
    let server = Server::start_from(folder, store);
    let client = server.client();
    let audit = json!({"condition": {"operation_time": {"start": "2000-01-01 00:00:00"}}, "page": {"limit": 200}});
    let mut answers: Vec<Value> = [
        ("search_objects", json!({})),
        ("get_inst_detail", json!({"bk_obj_id": "rack", "page": {"limit": 200, "sort": "-bk_inst_name"}})),
        ("get_inst_detail", json!({"bk_obj_id": "server", "page": {"start": 200, "limit": 200, "sort": "bk_inst_id"}})),
        (
            "search_inst_by_object",
            json!({"bk_obj_id": "server", "condition": {"bk_inst_name": {"$regex": " 3[0-9] "}}}),
        ),
        ("find_instance_association", json!({"bk_obj_id": "rack", "condition": {"bk_inst_id": 3}})),
        ("list_operation_audit", audit),
    ]
    .into_iter()
    .map(|(name, input)| client.ok(name, input))
    .collect();
    answers.extend(["users", "tokens", "apps"].map(|what| client.own(&format!("{what}/search"), &json!({}))));
    let log = until("all changes have their numbers", || {
        let log = client.ask("/api/relata/v1/changes?limit=1000", TOKEN, None).unwrap().body;
        (log["changes"].as_array().unwrap().last()?["resource"] == "token").then_some(log)
    });
    answers.push(log);
    server.stop();
    answers
}

fn copy_command(folder: &Path, from: &str, to: &str) -> Command {
    let mut command = relata(folder, &["copy"]);
    command.env("RELATA_STORE", from).env("RELATA_COPY_TO", to).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Copies; the exit code, and what was said.
fn copy(folder: &Path, from: &str, to: &str) -> (Option<i32>, String) {
    let output = copy_command(folder, from, to).output().unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// Copies the rest; how much that was.
fn copy_rest(folder: &Path, from: &str, to: &str) -> usize {
    let (code, said) = copy(folder, from, to);
    assert!(code == Some(0) && said.matches("All holds in ").count() == 2, "{said}");
    let count = said.strip_prefix("Copied ").and_then(|rest| rest.split(' ').next()).unwrap();
    count.replace(',', "").parse().unwrap()
}

/// A session in which the tables take no more changes; ends with its input.
fn no_more_changes(database: &Database) -> Child {
    let mut psql = server().psql(database).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(psql.stdin.as_mut().unwrap(), "BEGIN; LOCK TABLE changes IN SHARE MODE; SELECT 1;").unwrap();
    BufReader::new(psql.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    psql
}

fn is_waited_for(database: &Database) -> bool {
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'changes'::regclass";
    server().psql(database).args(["-c", waiting]).output().unwrap().stdout == b"1\n"
}

#[test]
fn a_copy_to_postgres_and_back_that_is_killed_in_the_middle_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (place, database) = (folder.path(), server().new_database());
    let store = database.url();
    fill(place, EMBEDDED);
    let before = answers(place, EMBEDDED);

    let made = relata(place, &["migrate"]).env("RELATA_STORE", &store).status().unwrap();
    assert!(made.success());
    let mut locked = no_more_changes(&database);
    let mut copying = copy_command(place, EMBEDDED, &store).spawn().unwrap();
    until("the copy has come to the changes", || is_waited_for(&database).then_some(()));
    // Nobody serves what is only half there, and no second copy comes between.
    let refused = serve_from(place, &store).output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(refused.status.code() == Some(1) && said.contains("another relata process copies or checks it"), "{said}");
    copying.kill().unwrap();
    copying.wait().unwrap();
    drop(locked.stdin.take());
    locked.wait().unwrap();
    let links = server().psql(&database).args(["-c", "SELECT count(*) FROM links"]).output().unwrap();
    assert_eq!(links.stdout, format!("{INSTANCES}\n").as_bytes());
    assert!(copy_rest(place, EMBEDDED, &store) > INSTANCES);
    assert_eq!(copy_rest(place, EMBEDDED, &store), 0);
    verify_store(place, &store);
    assert!(answers(place, &store) == before, "PostgreSQL answers something else");

    let back = copy_back(place, &store);
    verify_store(place, &store);
    verify_store(place, &back);
    assert!(answers(place, &back) == before, "the store that came back answers something else");
}

/// Copies to an embedded store, killed in the middle. That is where the copy has written some more than the tables are at
/// the beginning; how much, is tried.
fn copy_back(folder: &Path, from: &str) -> String {
    let all = copy_rest(folder, from, "sqlite:whole.db");
    let mut size = 256 * 1024;
    for attempt in 0..12 {
        let (name, to) = (format!("back-{attempt}.db"), format!("sqlite:back-{attempt}.db"));
        let written = || folder.join(format!("{name}-wal")).metadata().map_or(0, |file| file.len());
        let mut copying = copy_command(folder, from, &to).spawn().unwrap();
        while written() < size && copying.try_wait().unwrap().is_none() {
            thread::sleep(Duration::from_millis(1));
        }
        copying.kill().unwrap();
        copying.wait().unwrap();
        let rest = copy_rest(folder, from, &to);
        if (1..all).contains(&rest) {
            return to;
        }
        size = if rest == 0 { size * 2 / 3 } else { size * 3 / 2 };
    }
    panic!("the copy of {all} was never killed in the middle")
}

#[test]
fn a_copy_says_why_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (place, database) = (folder.path(), server().new_database());
    let store = database.url();
    let refused = |from: &str, to: &str, code: i32, why: &str| {
        let (exit, said) = copy(place, from, to);
        assert!(exit == Some(code) && said.contains(why), "{from} to {to}: {exit:?} {said}");
        assert!(!said.contains("Copied") && !said.contains("PASSWORD@127"), "{said}");
    };
    Server::start(place).stop();
    refused(EMBEDDED, "http://localhost/relata", 2, "is not a store; write sqlite:PATH");
    refused(EMBEDDED, "postgres:///relata", 2, "names no host");
    refused(EMBEDDED, "postgres://relata:PASSWORD@127.0.0.1:1/test", 1, "the database cannot be reached");
    refused(EMBEDDED, &store.replace("/test?", "/missing?"), 1, "database \"missing\" does not exist");
    refused(&store, EMBEDDED, 1, "the store to copy from is empty");

    let running = Server::start_from(place, &store);
    running.client().create_model("rack");
    let in_use = "another relata process uses this database; stop all servers first";
    refused(EMBEDDED, &store, 1, &format!("the store to copy to: {in_use}"));
    refused(&store, "sqlite:new.db", 1, &format!("the store to copy from: {in_use}"));
    running.stop();
    refused(EMBEDDED, &store, 1, "no beginning of this copy");
    verify_store(place, &store);
    let running = Server::start(place);
    refused(EMBEDDED, &store, 1, "the store to copy from: another relata process uses this store");
    refused(&store, EMBEDDED, 1, "the store to copy to: another relata process uses this store");
    running.stop();

    let strange = server().new_database();
    assert!(server().psql(&strange).args(["-c", "CREATE TABLE letters (text text)"]).status().unwrap().success());
    refused(EMBEDDED, &strange.url(), 1, "the database holds tables, but not those of relata; nothing was changed");
}
