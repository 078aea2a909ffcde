//! Servers that share a PostgreSQL database: they start at once, hear of each other's revocations, and refuse a database
//! that a newer release has changed for good.

use crate::server::{Client, Server, TOKEN, relata, serve_from, until};
use relata_testkit::postgres::{self, server};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::sync::Barrier;
use std::thread;
use tempfile::TempDir;

const SERVERS: usize = 3;
/// How often they start at once: one that comes a moment later may meet what another has half done.
const ROUNDS: usize = 8;

/// Starts a server in each folder at the same moment, without a token for the administrator; what they say goes to `said`.
fn start_at_once(folders: &[&Path; SERVERS], store: &str) -> Vec<Server> {
    let start = Barrier::new(SERVERS);
    thread::scope(|scope| {
        let starting = folders.iter().enumerate().map(|(number, folder)| {
            let start = &start;
            scope.spawn(move || {
                let said = fs::File::create(folder.join(format!("said-{number}"))).unwrap();
                let mut command = serve_from(folder, store);
                start.wait();
                Server::run(command.stderr(said))
            })
        });
        let starting: Vec<_> = starting.collect();
        let started = starting
            .into_iter()
            .enumerate()
            .map(|(number, server)| server.join().unwrap_or_else(|_| panic!("{}", said(folders[number], number))));
        started.collect()
    })
}

/// What a server has said.
fn said(folder: &Path, number: usize) -> String {
    fs::read_to_string(folder.join(format!("said-{number}"))).unwrap()
}

/// The one token that was made, which has to work everywhere, and be that of the only user.
fn one_administrator(folders: &[&Path; SERVERS], servers: &[Server]) {
    let made: Vec<&&Path> = folders.iter().filter(|folder| folder.join("relata-data/admin.token").exists()).collect();
    let kept = fs::read_to_string(made[0].join("relata-data/admin.token")).unwrap();
    let shown = folders.iter().enumerate().filter(|(number, folder)| said(folder, *number).contains(kept.trim()));
    assert_eq!(shown.count(), 1, "the token is shown by one server");
    for server in servers {
        for what in ["users", "tokens"] {
            let found = server.client().ask(&format!("/api/relata/v1/{what}/search"), kept.trim(), Some(&json!({})));
            let found = found.unwrap().body;
            assert_eq!(found["info"].as_array().map(Vec::len), Some(1), "{what}: {found}");
        }
    }
}

#[test]
fn three_servers_that_start_at_once_on_an_empty_database_make_one_administrator() {
    for _ in 0..ROUNDS {
        let store = server().new_database().url();
        let folders = [(); SERVERS].map(|()| tempfile::tempdir().unwrap());
        let folders = folders.each_ref().map(TempDir::path);
        let servers = start_at_once(&folders, &store);
        let made = folders.iter().filter(|folder| folder.join("relata-data/admin.token").exists());
        assert_eq!(made.count(), 1, "the token is kept by one server");
        one_administrator(&folders, &servers);
        servers.into_iter().for_each(Server::stop);
    }
}

#[test]
fn three_servers_of_one_folder_that_start_at_once_keep_one_token() {
    let store = server().new_database().url();
    let folder = tempfile::tempdir().unwrap();
    let folders = [folder.path(); SERVERS];
    let servers = start_at_once(&folders, &store);
    one_administrator(&folders, &servers);
    servers.into_iter().for_each(Server::stop);
}

/// What a caller with this token gets.
fn status(client: &Client, token: &str) -> u16 {
    client.ask("/api/v3/find/object", token, Some(&json!({}))).unwrap().status
}

#[test]
fn who_was_revoked_at_one_server_is_refused_by_another_also_while_a_transaction_goes_on() {
    let (postgres, folder) = (postgres::Server::other(), tempfile::tempdir().unwrap());
    let database = postgres.new_database();
    let [here, there] = [(); 2].map(|()| Server::start_from(folder.path(), &database.url()));
    let (client, other) = (here.client(), there.client());
    // As long as it is open, the log gets no numbers.
    let mut psql = postgres.psql(&database).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = psql.stdin.take().unwrap();
    writeln!(input, "BEGIN; SELECT pg_current_xact_id();").unwrap();
    BufReader::new(psql.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    for (user, how) in [("ann", "tokens/revoke"), ("bob", "users/revoke")] {
        client.own("users/create", &json!({"user": user}));
        let made = client.own("tokens/create", &json!({"user": user}));
        let token = made["token"].as_str().unwrap();
        assert_eq!(status(&other, token), 200);
        client.own(how, &json!({"id": made["id"], "user": user}));
        until("the other server refuses the token", || (status(&other, token) == 401).then_some(()));
    }
    drop(input);
    psql.wait().unwrap();
}

#[test]
fn a_store_of_a_newer_release_is_used_as_far_as_that_release_allows() {
    let (folder, database) = (tempfile::tempdir().unwrap(), server().new_database());
    let store = database.url();
    Server::start_from(folder.path(), &store).stop();
    let set = |version: i64, readable_by: i64| {
        let set = format!("UPDATE store_format SET version = {version}, readable_by = {readable_by}");
        assert!(server().psql(&database).args(["-c", &set]).status().unwrap().success());
    };
    let found = || {
        let found = server().psql(&database).args(["-c", "SELECT version, readable_by FROM store_format"]).output();
        String::from_utf8(found.unwrap().stdout).unwrap()
    };
    let run = |arguments: &[&str]| {
        let output = relata(folder.path(), arguments).env("RELATA_STORE", &store).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    // The release after this one leaves the tables so that this one can go on with them.
    set(2, 1);
    Server::start_from(folder.path(), &store).stop();
    let (code, said) = run(&["migrate"]);
    assert!(code == Some(0) && said.contains("has format 2 already"), "{said}");
    assert_eq!(found(), "2|1\n");
    // One that comes later does not.
    set(3, 2);
    for arguments in
        [&["serve", "--listen", "127.0.0.1:0"][..], &["migrate"], &["verify"], &["copy", "--to", "sqlite:c"]]
    {
        let (code, said) = run(arguments);
        let why = "the database has format 3, and this relata knows formats up to 1; use a newer relata";
        assert!(code == Some(1) && said.contains(why), "{arguments:?}: {said}");
    }
    assert_eq!(found(), "3|2\n");
    set(1, 1);
    let server = Server::run(serve_from(folder.path(), &store).env("RELATA_ADMIN_TOKEN", TOKEN));
    assert_eq!(server.client().ok("search_objects", json!({"bk_obj_id": "none"})), Value::Array(Vec::new()));
    server.stop();
}
