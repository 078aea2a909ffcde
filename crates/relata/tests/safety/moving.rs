//! A store that moves: to another place by `relata copy`, and to the format of this version by `relata migrate`.

use crate::server::{Server, TOKEN, relata, serve, verify};
use serde_json::{Value, json};
use std::path::Path;

/// A store with linked instances in a folder, at rest.
fn estate(folder: &Path) -> Value {
    let server = Server::start(folder);
    let client = server.client();
    for obj_id in ["rack", "server"] {
        client.create_model(obj_id);
        let details: Vec<Value> = (0..5).map(|n| json!({"bk_inst_name": format!("{obj_id}{n}")})).collect();
        client.ok("batch_create_inst", json!({"bk_obj_id": obj_id, "details": details}));
    }
    let association = client.associate("rack", "group", "server", "1:n");
    for n in 1..=5 {
        let pair = json!({"bk_obj_asst_id": association, "bk_inst_id": 1 + n % 2, "bk_asst_inst_id": n});
        client.ok("add_instance_association", pair);
    }
    let links = links(&server);
    server.stop();
    links
}

fn links(server: &Server) -> Value {
    let found = server.client().ok("find_instance_association", json!({"bk_obj_id": "rack", "condition": {}}));
    assert_eq!(found.as_array().map(Vec::len), Some(5), "{found}");
    found
}

fn copy(folder: &Path, to: &str) -> (Option<i32>, String, String) {
    let arguments = ["copy", "--from", "sqlite:relata.db", "--to", to];
    let output = relata(folder, &arguments).output().unwrap();
    let [out, err] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    (output.status.code(), out, err)
}

#[test]
fn a_copied_store_serves_what_the_first_one_served() {
    let [folder, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let before = estate(folder.path());
    let to = format!("sqlite:{}/new/relata.db", other.path().display());
    let (code, out, err) = copy(folder.path(), &to);
    assert_eq!(code, Some(0), "{out}{err}");
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("Copied ") && lines[0].contains(&format!("from sqlite:relata.db to {to}")), "{out}");
    assert_eq!(lines[1..], ["All holds in sqlite:relata.db.".to_owned(), format!("All holds in {to}.")]);
    // Run again there is nothing left to do.
    let (code, out, _) = copy(folder.path(), &to);
    assert!(code == Some(0) && out.starts_with("Copied 0 "), "{out}");

    let place = other.path().join("new");
    let server = Server::run(serve(&place).env("RELATA_ADMIN_TOKEN", TOKEN));
    assert_eq!(links(&server), before);
    server.client().create_model("later");
    server.stop();
    verify(&place);
    let (code, _, err) = copy(folder.path(), &to);
    assert!(code == Some(1) && err.contains("no beginning of this copy"), "{err}");
    verify(&place);
}

#[test]
fn a_copy_names_what_it_lacks() {
    let folder = tempfile::tempdir().unwrap();
    let (code, _, err) = copy(folder.path(), "sqlite:relata.db");
    assert!(code == Some(2) && err.contains("it is the store to copy from"), "{err}");
    let (code, _, err) = copy(folder.path(), "sqlite:new.db");
    assert!(code == Some(1) && err.contains("there is no store at relata.db"), "{err}");
    let output = relata(folder.path(), &["copy"]).output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && err.contains("RELATA_COPY_TO"), "{err}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn migrating_says_from_which_format_to_which() {
    let folder = tempfile::tempdir().unwrap();
    let migrate = || {
        let output = relata(folder.path(), &["migrate", "--store", "sqlite:relata.db"]).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (code, said) = migrate();
    assert!(code == Some(1) && said.contains("there is no store at relata.db"), "{said}");
    std::fs::write(folder.path().join("relata.db"), "").unwrap();
    assert_eq!(migrate(), (Some(0), "sqlite:relata.db was brought from format 0 to 1.\n".to_owned()));
    assert_eq!(migrate(), (Some(0), "sqlite:relata.db has format 1 already.\n".to_owned()));
    let server = Server::start(folder.path());
    let (code, said) = migrate();
    assert!(code == Some(1) && said.contains("another relata process uses this store"), "{said}");
    server.stop();
}

#[test]
fn the_service_manager_hears_when_the_server_is_ready_and_when_it_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let hear = || {
        let mut state = [0; 64];
        let length = manager.recv(&mut state).unwrap();
        String::from_utf8(state[..length].to_vec()).unwrap()
    };
    let server = Server::run(serve(folder.path()).env("RELATA_ADMIN_TOKEN", TOKEN).env("NOTIFY_SOCKET", &path));
    assert_eq!(hear(), "READY=1");
    server.client().ok("search_objects", json!({}));
    server.stop();
    assert_eq!(hear(), "STOPPING=1");
}
