//! Files that are loaded by the command line: a load that is killed and goes on, pairs, and what an export gives back.

use crate::server::{Client, Server, relata, until, verify};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Output, Stdio};

/// Rows of the load that is killed: instances, and links between them.
const INSTANCES: usize = 60_000;
const LINKS: usize = 40_000;

fn command(folder: &Path, server: &Server, arguments: &[&str]) -> std::process::Command {
    let mut command = relata(folder, arguments);
    command.args(["--url", server.url()]).env("RELATA_TOKEN", crate::server::TOKEN);
    command
}

fn run(folder: &Path, server: &Server, arguments: &[&str]) -> Output {
    command(folder, server, arguments).output().unwrap()
}

/// Runs a command that has to end with this code; what it printed.
fn ends(folder: &Path, server: &Server, arguments: &[&str], code: i32) -> String {
    let output = run(folder, server, arguments);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {out}{err}");
    out.into_owned()
}

fn define(client: &Client) {
    for model in ["part", "place"] {
        client.create_model(model);
    }
    for (id, kind, option) in [
        ("size", "int", json!({"min": 0, "max": 1_000_000})),
        ("live", "bool", json!(false)),
        ("tier", "enum", json!([{"id": "1", "name": "gold", "is_default": true}, {"id": "2", "name": "silver"}])),
        ("note", "longchar", json!("")),
    ] {
        let attribute = json!({
            "bk_obj_id": "part", "bk_property_id": id, "bk_property_name": format!("The {id}"), "bk_property_type": kind,
            "editable": true, "option": option,
        });
        client.ok("create_object_attribute", attribute);
    }
    client.associate("place", "group", "part", "1:n");
    client.associate("part", "connect", "part", "n:n");
}

fn count(client: &Client, model: &str) -> usize {
    let found = client.ok("count_object_instances", json!({"bk_obj_id": model}));
    usize::try_from(found["count"].as_u64().unwrap()).unwrap()
}

fn links(client: &Client, model: &str) -> usize {
    let found = client.ok("count_instance_associations", json!({"bk_obj_id": model, "conditions": null}));
    usize::try_from(found["count"].as_u64().unwrap()).unwrap()
}

fn stream() -> String {
    let mut text = String::new();
    for n in 0..INSTANCES {
        let new = json!({"op": "create", "model": "part", "label": format!("l{n}"), "attributes": {"bk_inst_name": format!("p{n}")}});
        writeln!(text, "{new}").unwrap();
        if n > 0 && n <= LINKS {
            let link =
                json!({"op": "create", "association": "part_connect_part", "source": format!("l{n}"), "target": "l0"});
            writeln!(text, "{link}").unwrap();
        }
    }
    text
}

fn import(folder: &Path, server: &Server) -> Child {
    let arguments = ["import", "rows.ndjson", "--key", "the load", "--results", "results.ndjson"];
    command(folder, server, &arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_load_of_100_000_rows_that_is_killed_goes_on_and_writes_no_row_twice_and_loses_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("rows.ndjson"), stream()).unwrap();
    let mut server = Server::start(path);
    define(&server.client());
    for part in [1, 3] {
        let mut load = import(path, &server);
        let client = server.client();
        until("some rows", || (count(&client, "part") >= INSTANCES * part / 5).then_some(()));
        server.kill();
        load.kill().unwrap();
        load.wait().unwrap();
        verify(path);
        server = Server::start(path);
        let before = count(&server.client(), "part");
        assert!(before < INSTANCES, "it was done before it was killed");
    }
    assert!(import(path, &server).wait().unwrap().success());
    let client = server.client();
    assert_eq!((count(&client, "part"), links(&client, "part")), (INSTANCES, LINKS));
    let results = std::fs::read_to_string(path.join("results.ndjson")).unwrap();
    assert_eq!(results.lines().count(), INSTANCES + LINKS);
    assert!(results.lines().all(|line| line.contains("\"created\"")));
    server.stop();
    verify(path);
}

#[test]
fn files_in_either_encoding_are_loaded_linked_and_exported_and_an_export_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let server = Server::start(path);
    define(&server.client());
    let rows = "名称,The size,live,tier,note\n交换机一,7,是,silver,\"两\n行\"\np2,8,false,1,\np3,99999999,,,\n";
    let (bytes, _, _) = encoding_rs::GB18030.encode(rows);
    std::fs::write(path.join("parts.csv"), bytes).unwrap();
    let load = ["import", "parts.csv", "--model", "part", "--map", "名称=bk_inst_name"];
    let tried = ends(path, &server, &[&load[..], &["--dry-run"]].concat(), 6);
    assert!(tried.contains("3 rows") && tried.contains("would be 2 created, 1 failed"), "{tried}");
    assert_eq!(count(&server.client(), "part"), 0);
    ends(path, &server, &load, 6);
    std::fs::write(path.join("places.ndjson"), "{\"bk_inst_name\":\"hall\"}\n\n{\"bk_inst_name\":\"room\"}\n").unwrap();
    ends(path, &server, &["import", "places.ndjson", "--model", "place"], 0);

    std::fs::write(path.join("pairs.csv"), "source,target\nhall,交换机一\nroom;p2\nroom,交换机一\nhall,p2\n").unwrap();
    let link = ["link", "--association", "place_group_part", "--file", "pairs.csv", "--results", "pairs.ndjson"];
    let linked = ends(path, &server, &link, 6);
    assert!(linked.contains("2 created, 2 failed"), "{linked}");
    let results = std::fs::read_to_string(path.join("pairs.ndjson")).unwrap();
    let rows: Vec<Value> = results.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.iter().map(|it| it["row"].as_u64().unwrap()).collect::<Vec<_>>(), [2, 3, 4, 5]);
    assert_eq!([&rows[1]["code"], &rows[2]["code"]], [&json!(1_199_010), &json!(1_101_061)]);

    for file in ["parts.ndjson", "out.csv"] {
        ends(path, &server, &["export", "part", "--out", file], 0);
        let again = ends(path, &server, &["import", file, "--model", "part"], 0);
        assert!(again.contains("2 unchanged\n"), "{file}: {again}");
        let again = ends(path, &server, &["import", file, "--model", "part", "--ignore-ids"], 0);
        assert!(again.contains("2 unchanged\n"), "{file}: {again}");
    }
    let filter = json!({"field": "size", "operator": "equal", "value": 8}).to_string();
    let some = ends(path, &server, &["export", "part", "--filter", &filter], 0);
    assert!(some.lines().count() == 1 && some.contains("p2"), "{some}");
    server.stop();
    verify(path);
}
