//! Examples of requests and answers, made from their schemas: what a schema gives as example, else a value of its type that
//! is usual under its name.

use super::Object;
use relata_app::endpoints;
use serde_json::{Value, json};

/// Levels of an example; what is deeper is left out.
const DEEPEST: usize = 8;

/// Adds an example to every parameter of a path, every request body and every answer.
pub(super) fn fill(document: &mut Value) {
    let schemas = document.pointer(super::SCHEMAS).and_then(Value::as_object).cloned().unwrap_or_default();
    let items = document.get_mut("paths").and_then(Value::as_object_mut);
    let operations = items.into_iter().flatten().filter_map(|(_, item)| item.as_object_mut()).flatten();
    for (_, operation) in operations {
        for parameter in operation.get_mut("parameters").and_then(Value::as_array_mut).into_iter().flatten() {
            if let (Some(name), Some("path"), None) =
                (text(parameter, "name"), text(parameter, "in"), parameter.get("example"))
            {
                let example = Maker { schemas: &schemas, sent: true }.make(
                    name,
                    parameter.get("schema").unwrap_or(&Value::Null),
                    0,
                );
                if let Some(parameter) = parameter.as_object_mut() {
                    parameter.insert("example".to_owned(), example);
                }
            }
        }
        for (place, sent) in [("/requestBody", true), ("/responses/200", false)] {
            let content = operation.pointer_mut(&format!("{place}/content/application~1json"));
            if let Some(content) = content.and_then(Value::as_object_mut)
                && let Some(schema) = content.get("schema")
            {
                let example = Maker { schemas: &schemas, sent }.make("", schema, 0);
                content.insert("example".to_owned(), example);
            }
        }
    }
}

fn text<'v>(value: &'v Value, member: &str) -> Option<&'v str> {
    value.get(member).and_then(Value::as_str)
}

struct Maker<'d> {
    schemas: &'d Object,
    /// It is sent: what only answers have is left out.
    sent: bool,
}

impl Maker<'_> {
    fn make(&self, name: &str, schema: &Value, depth: usize) -> Value {
        let Some(schema) = schema.as_object() else { return Value::Null };
        if let Some(example) = given(schema) {
            return example;
        }
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            let target = target.rsplit('/').next().and_then(|name| self.schemas.get(name));
            return target.map_or(Value::Null, |target| self.make(name, target, depth));
        }
        if let Some(Value::Array(parts)) = schema.get("allOf") {
            let parts = parts.iter().filter_map(|part| self.make(name, part, depth).as_object().cloned());
            return Value::Object(parts.flatten().collect());
        }
        for choice in ["oneOf", "anyOf"] {
            if let Some(first) = schema.get(choice).and_then(|it| it.get(0)) {
                return self.make(name, first, depth);
            }
        }
        let kind = schema.get("type").map(|kind| kind.get(0).unwrap_or(kind)).and_then(Value::as_str);
        match kind {
            Some("object") => self.object(schema, depth),
            Some("array") => self.list(name, schema, depth),
            Some("boolean") => false.into(),
            Some("integer" | "number") => usual(name).and_then(|text| text.parse::<i64>().ok()).unwrap_or(1).into(),
            Some("string") => usual(name).unwrap_or(if self.sent { "text" } else { "" }).into(),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Object, depth: usize) -> Value {
        let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let shown =
            properties.filter(|(_, it)| depth < DEEPEST && !(self.sent && it.get("readOnly") == Some(&json!(true))));
        let mut object: Object = shown.map(|(name, it)| (name.clone(), self.make(name, it, depth + 1))).collect();
        if object.is_empty()
            && let Some(any) = schema.get("additionalProperties").filter(|it| it.is_object())
        {
            object.insert("0".to_owned(), self.make("", any, depth + 1));
        }
        Value::Object(object)
    }

    fn list(&self, name: &str, schema: &Object, depth: usize) -> Value {
        let count = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1);
        let items = schema.get("items").filter(|_| depth < DEEPEST);
        items.map(|items| (0..count.max(1)).map(|_| self.make(name, items, depth + 1)).collect()).unwrap_or(json!([]))
    }
}

/// What the schema gives: an example with all that is required, or the only or first of its values.
fn given(schema: &Object) -> Option<Value> {
    let required = schema.get("required").and_then(Value::as_array);
    let is_whole = |example: &&Value| {
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        example.as_object().is_none_or(|example| names.into_iter().all(|name| example.contains_key(name)))
    };
    let listed = |name: &str| schema.get(name)?.get(0);
    let example = listed("examples").filter(is_whole).or_else(|| schema.get("const")).or_else(|| listed("enum"));
    example.or_else(|| schema.get("default").filter(|it| !it.is_object())).cloned()
}

fn usual(name: &str) -> Option<&'static str> {
    endpoints::USUAL_VALUES.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
