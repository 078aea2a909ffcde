//! `docs/COMPATIBILITY.md` says of every endpoint of the API whether it is done. It is made of the endpoint rows, the list of
//! the API's endpoints and `docs/deviations.toml`, and must not be stale: `make docs` writes it.

use crate::endpoints::{Listed, listed, row};
use crate::{expect_none, root};
use relata_app::endpoint::{Api, Endpoint};
use relata_app::endpoints;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is different on purpose, written by hand.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deviations {
    /// Of no endpoint in particular.
    general: Vec<String>,
    /// By the endpoint's name.
    endpoints: BTreeMap<String, String>,
    /// Endpoints of the API that are no rows here, by name.
    elsewhere: BTreeMap<String, String>,
}

fn deviations() -> Deviations {
    toml::from_str(&std::fs::read_to_string(root().join("docs/deviations.toml")).unwrap()).unwrap()
}

/// Makes a sentence fit into a cell of a table.
fn cell(text: &str) -> String {
    text.trim().replace('\n', " ").replace('|', "\\|")
}

fn page() -> String {
    let deviations = deviations();
    let listed = listed();
    let mut domains: BTreeMap<&str, Vec<&Listed>> = BTreeMap::new();
    for it in &listed {
        domains.entry(&it.domain).or_default().push(it);
    }
    let mut text = head(&deviations, &domains);
    for (domain, rows) in &domains {
        let _ = write!(text, "\n## {domain}\n\n| name | method and path | ESB | state |\n| --- | --- | --- | --- |\n");
        for it in rows {
            let esb = if it.esb_path.is_some() { "yes" } else { "" };
            let state = match (row(&it.name), deviations.endpoints.get(&it.name)) {
                (None, _) => deviations
                    .elsewhere
                    .get(&it.name)
                    .map_or("not yet".to_owned(), |it| format!("deviation: {}", cell(it))),
                (Some(_), None) => "done".to_owned(),
                (Some(_), Some(deviation)) => format!("deviation: {}", cell(deviation)),
            };
            let native = match (&it.native_method, &it.native_path) {
                (Some(method), Some(path)) => format!("{method} `{path}`"),
                _ => "none".to_owned(),
            };
            let _ = writeln!(text, "| {} | {native} | {esb} | {state} |", it.name);
        }
    }
    let unlisted = |row: &&Endpoint| row.api == Api::V3 && listed.iter().all(|it| it.name != row.name);
    let title = "Beyond the list\n\nInternal endpoints of the API that no list of it names; they are kept for its own web interface.";
    own(&mut text, title, "/api/v3", endpoints::all().filter(unlisted), &deviations);
    let title =
        "Relata's own\n\nWhat the API lacks. These have the envelope of the native style, and no ESB or gateway URL.";
    own(&mut text, title, "/api/relata/v1", endpoints::all().filter(|row| row.api == Api::Relata), &deviations);
    text
}

fn head(deviations: &Deviations, domains: &BTreeMap<&str, Vec<&Listed>>) -> String {
    let mut text = String::from(
        "# Compatibility\n\n\
         Which endpoints of the HTTP API v3 Relata has, and where it answers differently on purpose. This page is made by a\n\
         test from the endpoint table, `crates/relata/tests/data/endpoints.json` and `docs/deviations.toml`; `make docs` writes it.\n\n\
         *done*: as the API documents it. *deviation*: done, with the difference that is named. *not yet*: answers 404.\n\
         Every endpoint that is done has its native and its gateway URL, and an ESB URL by its name, also where the column\n\
         ESB is empty.\n\n\
         ## Everywhere\n\n",
    );
    for deviation in &deviations.general {
        let _ = writeln!(text, "- {}", deviation.trim());
    }
    text.push_str("\n## Summary\n\n| domain | endpoints | done |\n| --- | ---: | ---: |\n");
    let is_done = |rows: &[&Listed]| {
        rows.iter().filter(|it| row(&it.name).is_some() || deviations.elsewhere.contains_key(&it.name)).count()
    };
    for (domain, rows) in domains {
        let _ = writeln!(text, "| {domain} | {} | {} |", rows.len(), is_done(rows));
    }
    let all: Vec<&Listed> = domains.values().flatten().copied().collect();
    let _ = writeln!(text, "| all | {} | {} |", all.len(), is_done(&all));
    text
}

/// A section of rows that the list does not have.
fn own(text: &mut String, title: &str, prefix: &str, rows: impl Iterator<Item = &'static Endpoint>, all: &Deviations) {
    let _ = write!(text, "\n## {title}\n\n| name | method and path | what it does |\n| --- | --- | --- |\n");
    for row in rows {
        let path = row.paths.first().unwrap();
        let note = all.endpoints.get(row.name).map(|it| format!(" Deviation: {}", cell(it))).unwrap_or_default();
        let _ = writeln!(text, "| {} | {:?} `{prefix}{path}` | {}{note} |", row.name, row.method, cell(row.doc));
    }
}

#[test]
fn compatibility_page_is_up_to_date() {
    let (path, page) = (root().join("docs/COMPATIBILITY.md"), page());
    if std::env::var_os("RELATA_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == page, "docs/COMPATIBILITY.md is stale; run `make docs` and look at what changed");
}

#[test]
fn deviations_are_those_of_endpoints_that_exist() {
    let deviations = deviations();
    let unknown = deviations.endpoints.keys().filter(|name| endpoints::all().all(|row| row.name != **name));
    expect_none("correct the name in docs/deviations.toml, or remove the line:", unknown.cloned());
}
