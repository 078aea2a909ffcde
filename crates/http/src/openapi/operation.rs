//! One operation of the document: a row under one path.

use super::{Object, SCHEMAS, object};
use crate::request::Style;
use crate::router::{self, Mount, placeholders};
use axum::http::Method;
use relata_app::endpoint::{Effect, Endpoint, LIST_MARK, MEDIA_MARK};
use relata_model::ACCOUNT;
use serde_json::{Value, json};
use std::collections::HashMap;

/// The domain of a row: the outermost module it is declared in.
pub(super) fn tag(row: &Endpoint) -> &'static str {
    row.module.split("::").nth(1).unwrap_or(row.module)
}

/// Marks a member of an input that several rows have: it is there only where the path has a placeholder of its name.
const IN_PATH: &str = "x-in-path";

/// Gives each operation an id of its own.
#[derive(Default)]
pub(super) struct Operations {
    paths_of: HashMap<&'static str, usize>,
}

impl Operations {
    /// The operation of a row at `path`, which may name its placeholders differently.
    pub(super) fn describe(&mut self, mount: &Mount, path: &str, sent: &Value, answered: &Value) -> Value {
        let row = mount.row;
        let (summary, description) = texts(row);
        let mut body = sent.as_object().cloned().unwrap_or_default();
        let list = body.remove(LIST_MARK);
        let media = body.remove(MEDIA_MARK);
        let parameters = parameters(mount, path, &mut body);
        if let Some(list) = list.as_ref().and_then(Value::as_str).filter(|_| mount.style != Style::Esb) {
            body = take(&mut body, list).map(object).unwrap_or_default();
        }
        let count = self.paths_of.entry(row.name).or_default();
        *count += 1;
        let mut operation = object(json!({
            "operationId": if *count == 1 { row.name.to_owned() } else { format!("{}_{count}", row.name) },
            "tags": [tag(row)],
            "summary": summary,
            "description": description,
            "parameters": parameters,
            "responses": responses(mount, answered, media.as_ref()),
        }));
        if *count > 1 {
            operation.insert("deprecated".to_owned(), true.into());
        }
        if mount.method != Method::GET && says_something(&body) {
            let line = || body.get("properties")?.get("operations")?.get("items").cloned();
            let line = line().filter(|_| matches!(row.effect, Effect::Lines | Effect::Upload));
            let mut content = object(json!({"application/json": {"schema": body}}));
            if let Some(mut line) = line {
                // The schema is that of each line. Generators name what they make of it by the title.
                if let Some(line) = line.as_object_mut() {
                    line.insert("title".to_owned(), format!("{} line", row.name).into());
                }
                content.insert(crate::lines::CONTENT.to_owned(), json!({"schema": line}));
            }
            let body = json!({"content": content});
            operation.insert("requestBody".to_owned(), body);
        }
        operation.into()
    }
}

/// Summary and description out of the comment above the row.
fn texts(row: &Endpoint) -> (String, String) {
    let doc: Vec<&str> = row.doc.lines().map(str::trim).collect();
    let doc = doc.join("\n");
    let (summary, rest) = doc.trim().split_once("\n\n").unwrap_or((doc.trim(), ""));
    let needs = format!("Permission: {}.", row.permission());
    (summary.to_owned(), if rest.is_empty() { needs } else { format!("{rest}\n\n{needs}") })
}

/// Takes out of the body what is sent in the path, or as query. What the example of the whole has is theirs, and what is in
/// the path always has one.
fn parameters(mount: &Mount, path: &str, body: &mut Object) -> Vec<Value> {
    let mut parameters = Vec::new();
    let example = body.get("examples").and_then(|it| it.get(0)).cloned().unwrap_or_default();
    let own = placeholders(mount.path);
    if mount.style == Style::Esb {
        for name in own_names(mount.row) {
            demand(body, name);
        }
        leave_out(body);
        return parameters;
    }
    for (name, shown) in own.zip(names(path)) {
        let schema = take(body, name).unwrap_or_else(|| usual(name));
        parameters.push(parameter("path", shown, schema, example.get(name)));
    }
    leave_out(body);
    if mount.method == Method::GET {
        for (name, schema) in body.remove("properties").as_ref().and_then(Value::as_object).into_iter().flatten() {
            parameters.push(parameter("query", name, schema.clone(), example.get(name)));
        }
    }
    parameters
}

/// The names of a path's placeholders.
fn names(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The placeholders of all paths of a row, each once.
fn own_names(row: &'static Endpoint) -> Vec<&'static str> {
    let mut names: Vec<&str> = row.paths.iter().flat_map(|path| placeholders(path)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Takes a member out of the schema of an object.
fn take(body: &mut Object, name: &str) -> Option<Value> {
    if let Some(Value::Array(required)) = body.get_mut("required") {
        required.retain(|it| it != name);
    }
    if let Some(Value::Array(examples)) = body.get_mut("examples") {
        for example in examples.iter_mut().filter_map(Value::as_object_mut) {
            example.remove(name);
        }
    }
    let mut schema = body.get_mut("properties")?.as_object_mut()?.remove(name)?;
    unmark(&mut schema);
    Some(schema)
}

/// What is in the path is given by the caller.
fn unmark(schema: &mut Value) {
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|name, _| name != "readOnly" && name != IN_PATH);
    }
}

/// Takes out of the schema of an object the members that are marked so.
fn leave_out(body: &mut Object) {
    if let Some(properties) = body.get_mut("properties").and_then(Value::as_object_mut) {
        properties.retain(|_, schema| schema.get(IN_PATH).is_none());
    }
}

/// Makes a placeholder of the path a member of the body.
fn demand(body: &mut Object, name: &str) {
    let properties = body.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        let schema = properties.entry(name).or_insert_with(|| usual(name));
        unmark(schema);
    }
    if name != router::SUPPLIER
        && let Some(required) = body.entry("required").or_insert_with(|| json!([])).as_array_mut()
        && !required.iter().any(|it| it == name)
    {
        required.push(name.into());
    }
}

/// The schema of a placeholder that no input mentions.
fn usual(name: &str) -> Value {
    match name {
        router::SUPPLIER => {
            json!({"type": "string", "description": "The only tenant.", "default": ACCOUNT, "examples": [ACCOUNT]})
        }
        _ => json!({"type": "string"}),
    }
}

fn parameter(place: &str, name: &str, mut schema: Value, example: Option<&Value>) -> Value {
    let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
    let mut parameter = object(json!({"name": name, "in": place, "required": place == "path", "schema": schema}));
    if let Some(description) = description {
        parameter.insert("description".to_owned(), description);
    }
    if let Some(example) = example {
        parameter.insert("example".to_owned(), example.clone());
    }
    parameter.into()
}

/// A body that has members, or may have any.
fn says_something(body: &Object) -> bool {
    let has = |name: &str| body.get(name).is_some_and(|it| it.as_object().is_none_or(|it| !it.is_empty()));
    ["properties", "additionalProperties", "$ref", "items"].into_iter().any(has)
}

/// `media` names the types other than JSON that the answer may have.
fn responses(mount: &Mount, answered: &Value, media: Option<&Value>) -> Value {
    if mount.style == Style::Relata {
        // Generators of clients expect an object where anything may come.
        let answered = if answered.is_boolean() { &json!({}) } else { answered };
        let (content_type, description) = match mount.row.effect {
            Effect::Pages => (crate::lines::CONTENT, "A line for each element of the list."),
            Effect::Read | Effect::Write | Effect::Lines | Effect::Upload | Effect::Follow => {
                ("application/json", "Done.")
            }
        };
        let mut content = object(json!({content_type: {"schema": answered}}));
        for media in media.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            content.insert(media.to_owned(), json!({"schema": {"type": "string"}}));
        }
        let mut responses = object(json!({"200": {"description": description, "content": content}}));
        for status in super::frame::PROBLEMS {
            responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/Problem{status}")}));
        }
        return responses.into();
    }
    let success = json!({
        "allOf": [
            {"$ref": format!("#{SCHEMAS}/Success")},
            {"type": "object", "properties": {"data": answered}, "required": ["data"]},
        ],
    });
    let mut responses = object(json!({
        "200": {
            "description": "Done, or refused: `result` says which.",
            "content": {"application/json": {
                "schema": {"oneOf": [success, {"$ref": format!("#{SCHEMAS}/Failure")}]},
            }},
        },
    }));
    for status in super::frame::FAILURES {
        responses.insert(status.to_owned(), json!({"$ref": format!("#/components/responses/{status}")}));
    }
    responses.into()
}
