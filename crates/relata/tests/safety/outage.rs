//! The database goes away under a server, and comes back: callers hear that they may try again, none of them waits for
//! long, and nobody has to start the server anew.

use crate::server::{Answer, Client, Server, TOKEN, until, verify_store};
use relata_testkit::postgres;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What docs/OPERATIONS.md promises is 10 s, and 20 s more for a commit under way; a busy machine may need some more.
const LONGEST: Duration = Duration::from_secs(45);

const WRITERS: usize = 8;

#[test]
fn a_server_survives_a_database_that_is_stopped() {
    survives(postgres::Server::stop, postgres::Server::start_again);
}

#[test]
fn a_server_survives_a_database_that_stands_still() {
    survives(postgres::Server::freeze, postgres::Server::thaw);
}

fn survives(go_away: fn(&postgres::Server), come_back: fn(&postgres::Server)) {
    let folder = tempfile::tempdir().unwrap();
    let database = postgres::Server::other();
    let store = database.new_database().url();
    let server = Server::start_from(folder.path(), &store);
    let client = server.client();
    client.create_model("rack");
    assert_eq!(ready(&client), 200);

    let mut fates = write_meanwhile(&server, || go_away(&database));
    until("the server says that it is not ready", || (ready(&client) == 503).then_some(()));
    are_turned_away(&client);
    come_back(&database);
    until("the server is ready again", || (ready(&client) == 200).then_some(()));

    let again = client.call("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": "again"}));
    fates.push(("again".to_owned(), Some(again)));
    came_true(&client, &fates);
    server.stop();
    verify_store(folder.path(), &store);
}

/// What was answered as done is there, and what was answered as not done is not.
fn came_true(client: &Client, fates: &[(String, Option<Answer>)]) {
    let rows = client.ok("get_inst_detail", json!({"bk_obj_id": "rack"}));
    let name = |row: &Value| row["bk_inst_name"].as_str().unwrap().to_owned();
    let there: BTreeSet<String> = rows["info"].as_array().unwrap().iter().map(name).collect();
    for (name, fate) in fates {
        match fate.as_ref().unwrap_or_else(|| panic!("{name} got no answer")) {
            Answer { status: 200, code: 0, .. } => assert!(there.contains(name), "{name} is lost"),
            Answer { status: 503, .. } => assert!(!there.contains(name), "{name} is there"),
            // Nobody knows.
            Answer { status: 504, .. } => {}
            other => panic!("{name} is answered {other:?}"),
        }
    }
}

#[test]
fn reads_go_on_while_no_standby_confirms_what_many_write() {
    let (folder, postgres) = (tempfile::tempdir().unwrap(), postgres::Server::other());
    let database = postgres.new_database();
    let server = Server::start_from(folder.path(), &database.url());
    let client = server.client();
    client.create_model("rack");
    // Ids come in stretches, and the next one is a commit, too.
    for number in 0..50 {
        client.ok("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": format!("before {number}")}));
    }
    let commits_wait = || {
        let count = "SELECT count(*) > 4 FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
        postgres.psql(&database).args(["-c", count]).output().unwrap().stdout == b"t\n"
    };
    postgres.set("synchronous_standby_names", "nobody");
    let fates: Vec<(String, Option<Answer>)> = thread::scope(|scope| {
        let writing = (0..4 * WRITERS).map(|writer| {
            let (client, name) = (server.client(), writer.to_string());
            let create = json!({"bk_obj_id": "rack", "bk_inst_name": name});
            scope.spawn(move || (name, client.try_call("create_inst", create)))
        });
        let writing: Vec<_> = writing.collect();
        until("commits wait for a standby", || commits_wait().then_some(()));
        for _ in 0..20 {
            assert_eq!(ready(&client), 200);
            client.ok("get_inst_detail", json!({"bk_obj_id": "rack"}));
        }
        postgres.set("synchronous_standby_names", "");
        writing.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    came_true(&client, &fates);
    server.stop();
    verify_store(folder.path(), &database.url());
}

fn ready(client: &Client) -> u16 {
    let begin = Instant::now();
    let reply = client.ask("/readyz", "", None).unwrap();
    assert!(begin.elapsed() < LONGEST, "/readyz took {:?}", begin.elapsed());
    reply.status
}

/// Lets writers create instances until something happens, and until each has got another answer than success; gives every
/// name with its answer.
fn write_meanwhile(server: &Server, happen: impl FnOnce()) -> Vec<(String, Option<Answer>)> {
    let created = AtomicUsize::new(0);
    let write = |writer: usize| {
        let client = server.client();
        let mut fates = Vec::new();
        loop {
            let name = format!("{writer}-{}", fates.len());
            let begin = Instant::now();
            let answer = client.try_call("create_inst", json!({"bk_obj_id": "rack", "bk_inst_name": name}));
            assert!(begin.elapsed() < LONGEST, "{name} took {:?}", begin.elapsed());
            let goes_on = answer.as_ref().is_some_and(|answer| answer.status == 200);
            fates.push((name, answer));
            if !goes_on {
                return fates;
            }
            created.fetch_add(1, Ordering::Relaxed);
        }
    };
    thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(move || write(writer))).collect();
        until("all write", || (created.load(Ordering::Relaxed) >= 2 * WRITERS).then_some(()));
        happen();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    })
}

/// Asks in every style, to read and to write: the answer is 503, in the style's envelope, and says when to try again.
fn are_turned_away(client: &Client) {
    let (search, model) = (
        json!({}),
        json!({"bk_classification_id": "bk_network", "bk_obj_id": "never",
        "bk_obj_name": "Never", "bk_obj_icon": "icon"}),
    );
    let esb = |body: &Value| {
        let mut body = body.clone();
        body["bk_token"] = json!(TOKEN);
        body
    };
    for (path, body, code, message) in [
        ("/api/v3/find/object", search.clone(), "bk_error_code", "bk_error_msg"),
        ("/api/v3/create/object", model.clone(), "bk_error_code", "bk_error_msg"),
        ("/api/c/compapi/v2/cc/search_objects/", esb(&search), "code", "message"),
        ("/api/c/compapi/v2/cc/create_object/", esb(&model), "code", "message"),
        ("/api/bk-cmdb/prod/api/v3/find/object", search, "code", "message"),
        ("/api/bk-cmdb/prod/api/v3/create/object", model, "code", "message"),
    ] {
        let begin = Instant::now();
        let reply = client.ask(path, TOKEN, Some(&body)).unwrap_or_else(|| panic!("{path} got no answer"));
        assert!(begin.elapsed() < LONGEST, "{path} took {:?}", begin.elapsed());
        assert_eq!((reply.status, reply.retry_after.as_deref()), (503, Some("1")), "{path}: {}", reply.body);
        assert_eq!(reply.body["result"], false, "{path}: {}", reply.body);
        assert!(reply.body[code].as_i64().unwrap() > 0 && reply.body[message].is_string(), "{path}: {}", reply.body);
    }
}
