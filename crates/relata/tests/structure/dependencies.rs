//! Which crate may depend on which: on those below it in ARCHITECTURE.md, and on no library that belongs elsewhere.

use crate::{expect_none, root};
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;
use std::process::Command;

/// Our crates, from the bottom to the top, and those of ours that each is built on. `relata-testkit` is for tests only.
const BUILT_ON: &[(&str, &[&str])] = &[
    ("relata-model", &[]),
    ("relata-app", &["relata-model"]),
    ("relata-store-embedded", &["relata-model"]),
    ("relata-store-postgres", &["relata-model"]),
    ("relata-search", &["relata-model"]),
    ("relata-http", &["relata-app", "relata-model"]),
    (
        "relata",
        &[
            "relata-app",
            "relata-http",
            "relata-model",
            "relata-search",
            "relata-store-embedded",
            "relata-store-postgres",
        ],
    ),
    ("relata-testkit", &["relata-app", "relata-model"]),
];

/// What would bring in async runtimes, HTTP, SQL, a terminal or randomness.
const OUTSIDE: &[&str] = &[
    "async-std",
    "axum",
    "clap",
    "getrandom",
    "hyper",
    "indicatif",
    "libsqlite3-sys",
    "postgres",
    "prometheus-client",
    "rand",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tokio",
    "tokio-postgres",
    "tracing-subscriber",
    "ureq",
];

/// Crates that are pure: nothing of [`OUTSIDE`], not even through a library.
const PURE: &[&str] = &["relata-model", "relata-app"];

/// Libraries with one home, each with the only crate of ours that may name it.
const HOMES: &[(&str, &str)] = &[
    ("axum", "relata-http"),
    ("prometheus-client", "relata-http"),
    ("rust-embed", "relata-http"),
    ("rusqlite", "relata-store-embedded"),
    ("tokio-postgres", "relata-store-postgres"),
    ("tantivy", "relata-search"),
    ("deadpool", "relata-store-postgres"),
    ("rustls", "relata-store-postgres"),
    ("clap", "relata"),
    ("csv", "relata"),
    ("encoding_rs", "relata"),
    ("flate2", "relata"),
    ("getrandom", "relata"),
    ("indicatif", "relata"),
    ("ldap3", "relata"),
    ("openidconnect", "relata"),
    ("toml", "relata"),
    ("tracing-subscriber", "relata"),
    ("ureq", "relata"),
];

/// What the build of this machine has already: libraries for other systems need not be fetched.
const HOST_ONLY: [&str; 3] = ["--offline", "--filter-platform", "host-tuple"];

fn metadata() -> Metadata {
    let manifest = root().join("Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).other_options(HOST_ONLY.map(str::to_owned)).exec().unwrap()
}

/// The direct dependencies of a crate that reach what is shipped.
fn shipped(package: &Package) -> impl Iterator<Item = &str> {
    package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development).map(|it| it.name.as_str())
}

#[test]
fn crates_depend_only_on_those_below_them() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let name = package.name.as_str();
        let Some((_, allowed)) = BUILT_ON.iter().find(|(it, _)| *it == name) else {
            findings.push(format!("{name} is in no row of BUILT_ON"));
            continue;
        };
        let wrong = shipped(package).filter(|it| it.starts_with("relata") && !allowed.contains(it));
        findings.extend(wrong.map(|it| format!("{name} -> {it}")));
    }
    expect_none(
        "move what is needed down into a crate that both may use (usually relata-model), or give a new crate a row in \
         BUILT_ON and in ARCHITECTURE.md:",
        findings,
    );
}

#[test]
fn only_tests_use_the_test_kit() {
    let metadata = metadata();
    let packages = metadata.workspace_packages();
    let users = packages.iter().filter(|package| shipped(package).any(|it| it == "relata-testkit"));
    expect_none("make relata-testkit a dev-dependency of:", users.map(|it| it.name.to_string()));
}

#[test]
fn model_and_app_have_no_runtime_no_http_no_sql_and_no_randomness() {
    let mut findings = Vec::new();
    for name in PURE {
        let reached = closure(name);
        findings.extend(OUTSIDE.iter().filter(|it| reached.contains(**it)).map(|it| format!("{name} reaches {it}")));
    }
    expect_none("take it as a parameter or a trait from the binary instead:", findings);
}

/// The names of all packages that a crate needs when it is built by itself. In the whole workspace a library has the features
/// that anybody wants: there those of `relata-app` would also be those of what the binary connects with.
fn closure(name: &str) -> BTreeSet<String> {
    let asked = ["tree", "--locked", "--offline", "--package", name, "--edges", "normal", "--prefix", "none"];
    let told = Command::new(env!("CARGO")).args(asked).args(["--format", "{p}"]).current_dir(root()).output().unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let reached: BTreeSet<String> = String::from_utf8(told.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    assert!(reached.contains("serde_json"), "{reached:?}");
    reached
}

#[test]
fn libraries_stay_in_their_crate() {
    let metadata = metadata();
    let mut findings = Vec::new();
    for package in metadata.workspace_packages() {
        let strangers = HOMES
            .iter()
            .filter(|(library, home)| package.name.as_str() != *home && shipped(package).any(|it| it == *library));
        findings
            .extend(strangers.map(|(library, home)| format!("{} uses {library}, whose home is {home}", package.name)));
    }
    expect_none("call the home of the library through its own functions, or move the code there:", findings);
}

#[test]
fn everything_comes_from_the_registry() {
    let metadata = metadata();
    let elsewhere = metadata.packages.iter().filter(|package| match &package.source {
        Some(source) => !source.is_crates_io(),
        None => !metadata.workspace_members.contains(&package.id),
    });
    expect_none(
        "depend on a released version on crates.io:",
        elsewhere.map(|it| format!("{} comes from {:?}", it.name, it.source)),
    );
}

#[test]
fn versions_are_in_the_root_with_a_line_of_reason() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let table = text.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let without = table.lines().filter(|line| line.contains('=') && !line.contains("path =") && !line.contains('#'));
    expect_none("say behind a # why the library is needed:", without.map(str::to_owned));
    let metadata = metadata();
    let root = root().canonicalize().unwrap();
    let mut own = Vec::new();
    for package in metadata.workspace_packages() {
        let text = std::fs::read_to_string(&package.manifest_path).unwrap();
        let table = text.split("dependencies]").skip(1).filter_map(|part| part.split("\n[").next());
        let lines = table.flat_map(str::lines).filter(|line| line.contains('=') && !line.contains("workspace = true"));
        let file = package.manifest_path.strip_prefix(&root).unwrap_or(&package.manifest_path);
        own.extend(lines.map(|line| format!("{file}: {line}")));
    }
    expect_none("write NAME.workspace = true and the version in the root Cargo.toml:", own);
}
