//! Jobs by the binary: killed in the middle they go on, on the same store or in another server, and nothing is done twice.

use crate::server::{Client, EMBEDDED, Server, TOKEN, relata, until, verify_store};
use relata_testkit::postgres::server;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Rows of the job that is killed; the second half names instances of the first by their labels.
const ROWS: usize = 30_000;

fn command(folder: &Path, server: &Server, arguments: &[&str]) -> Command {
    let mut command = relata(folder, arguments);
    command.args(["--url", server.url()]).env("RELATA_TOKEN", TOKEN);
    command
}

/// Runs a command that has to succeed; what it printed.
fn run(folder: &Path, server: &Server, arguments: &[&str]) -> String {
    let output = command(folder, server, arguments).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {out}{err}");
    out.into_owned()
}

fn rows() -> String {
    let mut text = String::new();
    for n in 0..ROWS / 2 {
        let new = json!({"op": "create", "model": "part", "label": format!("l{n}"), "attributes": {"bk_inst_name": format!("p{n}")}});
        writeln!(text, "{new}").unwrap();
    }
    for n in 0..ROWS / 2 {
        let link =
            json!({"op": "create", "association": "part_connect_part", "source": format!("l{n}"), "target": "l0"});
        writeln!(text, "{link}").unwrap();
    }
    text
}

fn define(client: &Client) {
    client.create_model("part");
    client.associate("part", "connect", "part", "n:n");
}

/// The one job that there is.
fn job(client: &Client) -> Value {
    let found = client.own_get("jobs");
    assert_eq!(found["items"].as_array().map(Vec::len), Some(1), "{found}");
    found["items"][0].clone()
}

fn done(client: &Client) -> usize {
    usize::try_from(job(client)["rows"]["done"].as_u64().unwrap()).unwrap()
}

/// Uploads the rows, and goes away once the job has begun to be carried out.
fn begin(folder: &Path, server: &Server) {
    let mut load = command(folder, server, &["import", "rows.ndjson", "--as-job", "--chunk", "100"]);
    let mut load = load.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let client = server.client();
    until("the job", || {
        let found = client.own_get("jobs");
        found["items"][0]["rows"]["done"].as_u64().filter(|done| *done > 0)
    });
    load.kill().unwrap();
    load.wait().unwrap();
}

/// Waits for the end of the job; every row has come to exactly one thing.
fn ends(folder: &Path, server: &Server) {
    let client = server.client();
    let job = until("the end of the job", || Some(job(&client)).filter(|it| !it["finished"].is_null()));
    assert_eq!((&job["state"], &job["counts"]["created"]), (&json!("done"), &json!(ROWS)), "{job}");
    let results = run(folder, server, &["job", "result", &job["id"].to_string()]);
    let results: Vec<Value> = results.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rows: Vec<usize> = results.iter().map(|it| usize::try_from(it["row"].as_u64().unwrap()).unwrap()).collect();
    assert_eq!(rows, (1..=ROWS).collect::<Vec<_>>());
    assert!(results.iter().all(|it| it["status"] == "created"));
    let count = |name: &str, of: Value| client.ok(name, of)["count"].clone();
    assert_eq!(count("count_object_instances", json!({"bk_obj_id": "part"})), json!(ROWS / 2));
    let links = json!({"bk_obj_id": "part", "conditions": null});
    assert_eq!(count("count_instance_associations", links), json!(ROWS / 2));
    assert!(run(folder, server, &["job", "list"]).contains("done"));
}

#[test]
fn a_job_that_is_killed_twice_goes_on_and_does_nothing_twice_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("rows.ndjson"), rows()).unwrap();
    let mut server = Server::start(path);
    define(&server.client());
    begin(path, &server);
    for part in [1, 3] {
        let client = server.client();
        until("some rows", || (done(&client) >= ROWS * part / 5).then_some(()));
        server.kill();
        verify_store(path, EMBEDDED);
        server = Server::start(path);
        let before = done(&server.client());
        assert!(before >= ROWS * part / 5 && before < ROWS, "{before}");
    }
    ends(path, &server);
    server.stop();
    verify_store(path, EMBEDDED);
}

#[test]
fn a_job_of_a_server_that_is_killed_is_carried_on_by_another_one_on_the_same_database() {
    let (folder, database) = (tempfile::tempdir().unwrap(), server().new_database());
    let path = folder.path();
    std::fs::write(path.join("rows.ndjson"), rows()).unwrap();
    let first = Server::start_from(path, &database.url());
    define(&first.client());
    begin(path, &first);
    let second = Server::start_from(path, &database.url());
    first.kill();
    let before = done(&second.client());
    assert!(before < ROWS, "{before}");
    ends(path, &second);
    second.stop();
    verify_store(path, &database.url());
}

#[test]
fn a_server_that_is_stopped_leaves_its_jobs_and_a_job_can_be_cancelled_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("rows.ndjson"), rows()).unwrap();
    let server = Server::start(path);
    define(&server.client());
    begin(path, &server);
    server.stop();
    let server = Server::start(path);
    let client = server.client();
    let left = job(&client);
    let id = left["id"].to_string();
    assert_eq!(left["state"], "running", "{left}");
    assert!(run(path, &server, &["job", "cancel", &id]).contains("cancelled"));
    let cancelled = job(&client);
    let done = cancelled["rows"]["done"].clone();
    assert_eq!(run(path, &server, &["job", "result", &id, "--lines"]).lines().count() as u64, done.as_u64().unwrap());
    run(path, &server, &["job", "delete", &id]);
    assert_eq!(client.own_get("jobs")["items"], json!([]));
    server.stop();
    verify_store(path, EMBEDDED);
}
