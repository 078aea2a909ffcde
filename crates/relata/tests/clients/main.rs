//! Programs that others have written, as callers: a validator, generators of clients and the public client library of the API
//! read the description of the API and use the binary as it is.
//!
//! They are in Python, in an environment that `.ci/python` makes under `target`; the tests themselves reach no other host.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests report by a panic, also in functions that no test attribute marks"
)]

#[path = "../safety/server.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod server;

use server::{Server, TOKEN};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The interpreter with the libraries of `requirements.txt`.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let python = target.join("python/bin/python");
    assert!(python.is_file(), "there is no {}; run .ci/python, as make test does", python.display());
    python
}

/// Runs a script of this folder against a new server; it has to end well.
fn run(script: &str) {
    let folder = TempDir::new().unwrap();
    // What a webhook cannot deliver is undelivered at once.
    let mut serve = server::serve(folder.path());
    let server = Server::run(serve.env("RELATA_ADMIN_TOKEN", TOKEN).env("RELATA_WEBHOOKS_RETRY_SECONDS", "0"));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients").join(script);
    let mut command = Command::new(python());
    // Nothing of the environment of the tests, a proxy least of all. What is generated goes into the folder.
    command.env_clear().current_dir(folder.path());
    let ended = command.arg("-IB").arg(&script).arg(server.url()).arg(TOKEN).output().unwrap();
    let (said, failure) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success(), "{} ends with {}:\n{said}{failure}", script.display(), ended.status);
}

#[test]
fn the_document_is_valid_and_clients_can_be_generated() {
    run("document.py");
}

#[test]
fn answers_of_all_endpoints_fit_the_document_in_every_style() {
    run("answers.py");
}

#[test]
fn the_public_python_client_works_unmodified() {
    run("public_client.py");
}
