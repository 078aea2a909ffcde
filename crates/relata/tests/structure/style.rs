//! How sources look: size, names, opening paragraphs, exceptions with reasons.

use crate::sources::{SHIPPED, sources};
use crate::{expect_none, root};

/// Longest source file, in lines.
const LONGEST: usize = 600;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[];

/// All crates.
fn everything() -> Vec<crate::sources::Source> {
    sources(&[SHIPPED, &["testkit"]].concat())
}

#[test]
fn files_are_short_enough_to_read() {
    let sources = everything();
    let long = sources
        .iter()
        .filter(|it| it.text.lines().count() >= LONGEST && LONGER.iter().all(|(path, _)| *path != it.path));
    expect_none(
        "split by what the parts are about, or say in LONGER why the file is better whole:",
        long.map(|it| format!("{} has {} lines", it.path, it.text.lines().count())),
    );
}

#[test]
fn modules_open_with_what_they_are() {
    let sources = everything();
    let silent = sources.iter().filter(|it| !it.text.starts_with("//!"));
    expect_none(
        "begin with a //! paragraph: what the module is and what it deliberately is not:",
        silent.map(|it| it.path.clone()),
    );
}

#[test]
fn files_are_named_for_what_they_hold() {
    let vague = ["common", "core", "helper", "helpers", "manager", "misc", "shared", "types", "util", "utils"];
    let sources = everything();
    let named = sources.iter().filter(|it| it.path.split(['/', '.']).any(|part| vague.contains(&part)));
    expect_none("name the file for the thing it is about:", named.map(|it| it.path.clone()));
}

#[test]
fn exceptions_from_lints_expire_and_give_reasons() {
    let mut findings = Vec::new();
    for source in everything() {
        // A macro cannot know whether the lint will fire where it is expanded.
        let macros = source.path == "crates/testkit/src/suite.rs";
        for (at, _) in source.code.match_indices("[allow(").filter(|_| !macros) {
            findings.push(format!("{}: allow, line {}", source.path, 1 + source.code[..at].matches('\n').count()));
        }
        for (at, _) in source.code.match_indices("[expect(") {
            let attribute = source.code[at..].split(")]").next().unwrap();
            if !attribute.contains("reason") {
                findings.push(format!("{}: expect, line {}", source.path, 1 + source.code[..at].matches('\n').count()));
            }
        }
    }
    expect_none("write #[expect(LINT, reason = \"…\")]:", findings);
}

#[test]
fn the_architecture_page_stays_short() {
    let lines = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap().lines().count();
    assert!(
        lines < 300,
        "ARCHITECTURE.md has {lines} lines; move detail into a decision (docs/adr) or a module's comment"
    );
}
