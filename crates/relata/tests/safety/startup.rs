//! How a server starts and stops: the line that says where it is, the token of the administrator, and what it refuses.

use crate::server::{Server, TOKEN, relata, serve, verify};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A command that has to fail; its exit code and what it says.
fn refused(command: &mut Command) -> (i32, String) {
    let output = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn port_0_takes_a_free_port_and_says_which_and_sigterm_ends_in_good_order() {
    let folder = folder();
    let server = Server::start(folder.path());
    let port: u16 = server.url().strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
    assert_ne!(port, 0);
    server.client().ok("search_objects", json!({}));
    server.stop();
    verify(folder.path());
}

#[test]
fn the_first_start_makes_a_token_shows_it_once_and_keeps_it_for_its_owner_alone() {
    let folder = folder();
    let said = folder.path().join("said");
    let start = || {
        let said = fs::File::create(&said).unwrap();
        Server::run(serve(folder.path()).stderr(said))
    };
    start().stop();
    let file = folder.path().join("admin.token");
    let token = fs::read_to_string(&file).unwrap().trim().to_owned();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(token.len() >= 32 && fs::read_to_string(&said).unwrap().contains(&token));
    start().stop();
    assert_eq!(fs::read_to_string(&said).unwrap(), "");
    assert_eq!(fs::read_to_string(&file).unwrap().trim(), token);

    let server = start();
    let listed = relata(folder.path(), &["user", "list", "--url", server.url(), "--token-file", "admin.token"]);
    assert!({ listed }.output().unwrap().status.success());
}

#[test]
fn a_second_store_in_the_folder_takes_the_token_that_is_kept_there() {
    let folder = folder();
    Server::run(&mut serve(folder.path())).stop();
    let token = fs::read_to_string(folder.path().join("admin.token")).unwrap();
    let second = ["serve", "--listen", "127.0.0.1:0", "--store", "sqlite:second.db"];
    let servers = [Server::run(&mut serve(folder.path())), Server::run(&mut relata(folder.path(), &second))];
    assert_eq!(fs::read_to_string(folder.path().join("admin.token")).unwrap(), token);
    for server in servers {
        let list = ["user", "list", "--url", server.url(), "--token-file", "admin.token"];
        assert!(relata(folder.path(), &list).output().unwrap().status.success());
        server.stop();
    }
}

#[test]
fn a_token_that_is_given_is_neither_shown_nor_kept() {
    let folder = folder();
    let said = folder.path().join("said");
    let log = fs::File::create(&said).unwrap();
    let server = Server::run(serve(folder.path()).env("RELATA_ADMIN_TOKEN", TOKEN).stderr(log));
    server.client().ok("search_objects", json!({}));
    server.stop();
    assert_eq!(fs::read_to_string(&said).unwrap(), "");
    assert!(!folder.path().join("admin.token").exists());
}

#[test]
fn a_token_that_is_too_short_is_refused() {
    let folder = folder();
    let (code, text) = refused(serve(folder.path()).env("RELATA_ADMIN_TOKEN", "short"));
    assert_ne!(code, 0);
    assert!(text.contains("RELATA_ADMIN_TOKEN") && text.contains("at least 16 characters"), "{text}");
    assert!(!text.contains("short\n") && !folder.path().join("admin.token").exists(), "{text}");
}

#[test]
fn a_second_process_on_a_store_is_refused() {
    let folder = folder();
    let server = Server::start(folder.path());
    let (code, text) = refused(&mut serve(folder.path()));
    assert_eq!(code, 1);
    assert!(text.contains("another relata process uses this store: relata.db; stop it first"), "{text}");
    let (code, text) = refused(&mut relata(folder.path(), &["verify", "--store", "sqlite:relata.db"]));
    assert_eq!(code, 1);
    assert!(text.contains("another relata process uses this store"), "{text}");
    server.client().ok("search_objects", json!({}));
    server.stop();
    Server::start(folder.path()).stop();
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_as_it_is() {
    let folder = folder();
    let file = folder.path().join("relata.db");
    for content in ["This is a letter, and not a store.\n".repeat(100), "short".to_owned()] {
        fs::write(&file, &content).unwrap();
        for mut command in [serve(folder.path()), relata(folder.path(), &["verify", "--store", "sqlite:relata.db"])] {
            let (code, text) = refused(&mut command);
            assert_eq!(code, 1);
            assert!(text.contains("relata.db is not a store of relata; nothing was changed"), "{text}");
            assert_eq!(fs::read_to_string(&file).unwrap(), content);
        }
    }
    assert_eq!(names(folder.path()), ["relata.db", "relata.db.lock"]);
}

fn names(folder: &Path) -> Vec<String> {
    let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn verify_of_a_store_that_is_not_there_makes_none() {
    let folder = folder();
    let (code, text) = refused(&mut relata(folder.path(), &["verify", "--store", "sqlite:relata.db"]));
    assert_eq!(code, 1);
    assert!(text.contains("there is no store at relata.db"), "{text}");
    assert_eq!(names(folder.path()), Vec::<String>::new());
}
