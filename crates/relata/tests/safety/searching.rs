//! The search by its index: what was answered is found by the very next request, also while much is written, after a kill, with
//! a damaged index and while it is made anew.

use crate::server::{Client, EMBEDDED, Server, TOKEN, relata, until, verify};
use relata_testkit::postgres::server;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

const MODEL: &str = "thing";

fn create(client: &Client, name: &str) -> i64 {
    client.ok("create_inst", json!({"bk_obj_id": MODEL, "bk_inst_name": name}))["bk_inst_id"].as_i64().unwrap()
}

fn total(client: &Client, q: &str) -> u64 {
    let found = client.own("search", &json!({"q": q, "kind": "instance"}));
    assert_eq!(found["exact"], true, "{found}");
    found["total"].as_u64().unwrap()
}

/// Creates batches of 200 as long as wanted; gives how many there are.
fn import(client: &Client, go_on: &AtomicBool) -> u64 {
    let mut made = 0;
    while go_on.load(Ordering::Relaxed) || made == 0 {
        let rows: Vec<Value> = (made..made + 200).map(|it| json!({"bk_inst_name": format!("bulk-{it}")})).collect();
        client.ok("batch_create_inst", json!({"bk_obj_id": MODEL, "details": rows}));
        made += 200;
    }
    made
}

/// Writes and searches in turn while another caller imports; gives how many instances there are.
fn write_and_find(writer: &Client, reader: &Client, importer: &Client) -> u64 {
    let go_on = AtomicBool::new(true);
    let total_imported = thread::scope(|scope| {
        let import = scope.spawn(|| import(importer, &go_on));
        for round in 0..25 {
            let id = create(writer, &format!("written-{round:03}-北京"));
            assert_eq!(total(reader, &format!("written-{round:03}")), 1);
            writer.ok(
                "update_inst",
                json!({"bk_obj_id": MODEL, "bk_inst_id": id, "bk_inst_name": format!("again-{round:03}")}),
            );
            assert_eq!(total(reader, &format!("written-{round:03} 北京")), 0);
            assert_eq!(total(reader, &format!("again-{round:03}")), 1);
            if round % 5 == 0 {
                writer.ok("delete_inst", json!({"bk_obj_id": MODEL, "bk_inst_id": id}));
                assert_eq!(total(reader, &format!("again-{round:03}")), 0);
            }
        }
        go_on.store(false, Ordering::Relaxed);
        import.join().unwrap()
    });
    assert_eq!(total(reader, "bulk"), total_imported);
    assert_eq!(total(reader, "again"), 20);
    total_imported
}

/// A figure of the metrics.
fn figure(server: &Server, name: &str) -> f64 {
    let text = ureq::get(format!("{}/metrics", server.url())).call().unwrap().body_mut().read_to_string().unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

fn follow(server: &Server) {
    until("the index follows", || {
        let known = figure(server, "relata_search_changes");
        (known > 0.0 && known >= figure(server, "relata_store_changes")).then_some(())
    });
}

#[test]
fn what_was_written_is_found_at_once_also_by_the_index_of_before_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let it = Server::start(folder.path());
    it.client().create_model(MODEL);
    let imported = write_and_find(&it.client(), &it.client(), &it.client());
    follow(&it);
    create(&it.client(), "last-one");
    it.kill();

    let it = Server::start(folder.path());
    assert!(figure(&it, "relata_search_changes") > 0.0, "it goes on where it was");
    assert_eq!((total(&it.client(), "last"), total(&it.client(), "bulk")), (1, imported));
    it.stop();
    verify(folder.path());
}

#[test]
fn what_one_server_has_written_another_finds_at_once() {
    let store = server().new_database().url();
    let folder = tempfile::tempdir().unwrap();
    let [here, there] = [(); 2].map(|()| Server::start_from(folder.path(), &store));
    here.client().create_model(MODEL);
    write_and_find(&here.client(), &there.client(), &here.client());
    for it in [here, there] {
        it.stop();
    }
}

fn damage(folder: &Path) {
    let mut damaged = 0;
    for entry in fs::read_dir(folder.join("relata.db-search")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it != "lock") {
            fs::write(path, "damaged").unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 3);
}

#[test]
fn a_damaged_index_is_made_anew_and_so_is_one_on_request_while_writes_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let it = Server::start(folder.path());
    it.client().create_model(MODEL);
    create(&it.client(), "sw-01");
    follow(&it);
    it.stop();
    damage(folder.path());

    let it = Server::start(folder.path());
    assert_eq!(total(&it.client(), "sw-0"), 1);
    follow(&it);
    let go_on = AtomicBool::new(true);
    thread::scope(|scope| {
        let (client, going) = (it.client(), &go_on);
        let import = scope.spawn(move || import(&client, going));
        for _ in 0..3 {
            let asked =
                relata(folder.path(), &["search", "rebuild", "--url", it.url()]).env("RELATA_TOKEN", TOKEN).output();
            let asked = asked.unwrap();
            assert!(asked.status.success(), "{}", String::from_utf8_lossy(&asked.stderr));
            assert_eq!(total(&it.client(), "sw-0"), 1);
        }
        go_on.store(false, Ordering::Relaxed);
        let imported = import.join().unwrap();
        assert_eq!(total(&it.client(), "bulk"), imported);
        follow(&it);
        assert_eq!(total(&it.client(), "bulk"), imported);
    });
    it.stop();
    let made = relata(folder.path(), &["search", "rebuild", "--stopped", "--store", EMBEDDED]).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let it = Server::start(folder.path());
    assert!(figure(&it, "relata_search_changes") > 0.0);
    assert_eq!(total(&it.client(), "sw-0"), 1);
}
