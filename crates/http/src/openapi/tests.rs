use super::{document, is_shown, plain};
use crate::request::Style;
use crate::router;
use relata_app::endpoints;
use serde_json::Value;
use std::collections::{BTreeSet, HashSet};

/// Every operation: path, method, content.
fn operations(document: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths.iter().flat_map(|(path, item)| {
        item.as_object().unwrap().iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[test]
fn every_way_to_reach_a_row_is_an_operation() {
    for style in Style::DESCRIBED {
        let document = document(style);
        let numbered = |path: &str| {
            let parts = path.trim_end_matches('/').split('/');
            parts.map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
        };
        let described: BTreeSet<(String, String)> =
            operations(&document).map(|(path, method, _)| (method.to_uppercase(), numbered(path))).collect();
        let mounted: BTreeSet<(String, String)> = endpoints::all()
            .flat_map(router::mounts)
            .filter(|it| it.style.described_in() == style && is_shown(style, &it.method))
            .map(|it| (it.method.to_string(), numbered(&format!("{}/{}", it.root, it.path))))
            .collect();
        assert_eq!(described, mounted);
    }
}

#[test]
fn operations_have_ids_of_their_own_and_say_what_they_do() {
    for style in Style::DESCRIBED {
        let document = document(style);
        let mut ids = HashSet::new();
        for (path, method, operation) in operations(&document) {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
            assert!(!operation["summary"].as_str().unwrap().is_empty(), "{method} {path}");
        }
    }
}

/// A number at its end means that two types have one name, and which of them gets it depends on the order of the rows.
#[test]
fn no_two_schemas_of_answers_share_a_name() {
    let document = document(Style::Native);
    let names = document["components"]["schemas"].as_object().unwrap().keys();
    let shared: Vec<&String> = names.filter(|name| name.ends_with(|last: char| last.is_ascii_digit())).collect();
    assert!(shared.is_empty(), "give one of the types another name by #[schemars(rename = \"…\")]: {shared:?}");
}

/// The members of all objects in a schema that have no description; a reference is described where it leads to.
fn silent(at: &str, schema: &Value, found: &mut Vec<String>) {
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        silent(&at, member, found);
        if member["description"].as_str().is_none_or(str::is_empty) && member.get("$ref").is_none() {
            found.push(at);
        }
    }
    for inner in ["items", "additionalProperties"].into_iter().filter_map(|it| schema.get(it)) {
        silent(at, inner, found);
    }
    for choice in ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|it| schema[it].as_array()).flatten() {
        silent(at, choice, found);
    }
}

#[test]
fn parameters_and_members_are_described() {
    let mut found = Vec::new();
    for style in Style::DESCRIBED {
        let document = document(style);
        for (path, method, operation) in operations(&document) {
            silent(
                &format!("{method} {path}"),
                &operation["requestBody"]["content"]["application/json"]["schema"],
                &mut found,
            );
            for parameter in operation["parameters"].as_array().unwrap() {
                if parameter["description"].as_str().is_none_or(str::is_empty) {
                    found.push(format!("{method} {path}: {}", parameter["name"]));
                }
            }
        }
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            // What the envelopes hold is explained as a whole.
            if !["Success", "Failure"].contains(&name.as_str()) {
                silent(name, schema, &mut found);
            }
        }
    }
    assert!(found.is_empty(), "write a comment above these members: {found:#?}");
}

#[test]
fn comments_become_texts() {
    assert_eq!(plain("Groups (models.md §7) of\n[`Kind`] (see there)."), "Groups of `Kind` (see there).");
    assert_eq!(plain("One (a).\n\n- two\n- three"), "One (a).\n\n- two\n- three");
}
