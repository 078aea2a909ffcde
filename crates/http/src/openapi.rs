//! The description of the API in the form of `OpenAPI` 3.1, one for each URL style, made from the endpoint rows.
//!
//! Nothing about an endpoint is written here: paths, texts and schemas are those of its row. What all endpoints share is
//! (envelopes, failures, credentials), in `frame`. Needs no credentials: it says what the source says.

mod example;
mod frame;
mod operation;
mod served;

pub(crate) use served::{Documents, is_known, mount};

use crate::request::Style;
use crate::router;
use axum::http::Method;
use operation::Operations;
use relata_app::endpoints;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Where schemas with a name are.
const SCHEMAS: &str = "/components/schemas";

/// A schema or another object of the document.
type Object = Map<String, Value>;

/// The members of a `json!({…})`.
fn object(value: Value) -> Object {
    if let Value::Object(members) = value { members } else { Object::new() }
}

/// The document of a style.
fn document(style: Style) -> Value {
    // What is sent is written out in place, what comes back is named: the same record is two schemas, since much of what
    // an answer always has may be left out of a request.
    let settings = SchemaSettings::draft2020_12().with(|it| {
        it.definitions_path = SCHEMAS.into();
        it.meta_schema = None;
    });
    let mut input = settings.clone().with(|it| it.inline_subschemas = true).into_generator();
    let mut answer = settings.for_serialize().into_generator();
    let mut operations = Operations::default();
    let mut tags = BTreeSet::new();
    let mut paths: BTreeMap<String, (String, Object)> = BTreeMap::new();
    for row in endpoints::all() {
        let (sent, answered) = (row.describe)(&mut input, &mut answer);
        for mount in
            router::mounts(row).into_iter().filter(|it| it.style.described_in() == style && is_shown(style, &it.method))
        {
            tags.insert(operation::tag(row));
            // Rows may name the placeholders of one path differently, a document may not: the first names them.
            let (path, item) =
                paths.entry(router::numbered(&mount)).or_insert_with(|| (shown_path(&mount), Object::new()));
            let operation = operations.describe(&mount, path, sent.as_value(), answered.as_value());
            item.insert(mount.method.as_str().to_lowercase(), operation);
        }
    }
    let mut schemas = frame::schemas(style);
    schemas.extend(answer.take_definitions(true));
    schemas.extend(input.take_definitions(true));
    let mut document = json!({
        "openapi": "3.1.0",
        "info": frame::info(style),
        "servers": [{"url": "/"}],
        "security": frame::security(style),
        "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
        "paths": paths.into_values().map(|(path, item)| (path, Value::Object(item))).collect::<Object>(),
        "components": {
            "schemas": schemas,
            "responses": frame::responses(style),
            "securitySchemes": frame::security_schemes(style),
        },
    });
    tidy(&mut document);
    example::fill(&mut document);
    document
}

/// In ESB style what reads may be asked by GET, too, which would be the same operation again.
fn is_shown(style: Style, method: &Method) -> bool {
    style != Style::Esb || method == Method::POST
}

fn shown_path(mount: &router::Mount) -> String {
    let end = if mount.style == Style::Esb { "/" } else { "" };
    format!("{}/{}{end}", mount.root, mount.path)
}

/// Turns comments of the source into texts for readers of the API, and takes out what says nothing.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for silent in ["default", "required"] {
                if members.get(silent).is_some_and(is_empty) {
                    members.remove(silent);
                }
            }
            for (name, member) in members.iter_mut() {
                match (name.as_str(), member) {
                    ("description" | "summary", Value::String(text)) => *text = plain(text),
                    // Names are those of members here, not of keywords.
                    ("properties", Value::Object(properties)) => properties.values_mut().for_each(tidy_schema),
                    ("items", items) => tidy_schema(items),
                    ("examples" | "enum" | "const" | "default", _) => {}
                    (_, other) => tidy(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Not every generator of clients knows that true is the schema of anything.
fn tidy_schema(schema: &mut Value) {
    if *schema == true {
        *schema = json!({});
    }
    tidy(schema);
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.values().all(is_empty),
    }
}

/// Without links into the source, references to the specification, and ends of lines within a paragraph.
fn plain(comment: &str) -> String {
    let mut text = String::with_capacity(comment.len());
    let mut rest = comment;
    while let Some((before, inside)) = rest.split_once(" (") {
        text.push_str(before);
        match inside.split_once(')') {
            Some((reference, behind)) if reference.contains(".md §") => rest = behind,
            _ => {
                text.push_str(" (");
                rest = inside;
            }
        }
    }
    text.push_str(rest);
    let text = text.replace("[`", "`").replace("`]", "`");
    let paragraphs = text.split("\n\n").map(|paragraph| {
        let is_list = paragraph.starts_with("- ");
        if is_list { paragraph.to_owned() } else { paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ") }
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests;
