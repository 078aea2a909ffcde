//! Rules that hold the project together, as tests: which crate may use which, what a source may say, what documents must
//! agree with. ARCHITECTURE.md explains the rules; a test that fails says what to do.
//!
//! They read `cargo metadata` and the sources as text, so they need no running server.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a panic is how a test reports")]

mod compatibility;
mod dependencies;
mod endpoints;
mod sources;
mod style;

use std::path::PathBuf;

/// The root of the project.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Fails with all findings at once, below a sentence that says what to do about them.
fn expect_none(what_to_do: &str, findings: impl IntoIterator<Item = String>) {
    let findings: Vec<String> = findings.into_iter().collect();
    assert!(findings.is_empty(), "{what_to_do}\n  {}\n", findings.join("\n  "));
}
