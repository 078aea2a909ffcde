//! The attributes of a model as commands need them: found by id or name, and their values read from and written as text.

use serde_json::{Map, Value, json};

use super::client::{CallError, Client, records};

/// The field of an instance's id.
pub(crate) const ID: &str = "bk_inst_id";
/// Attributes that the system keeps.
const STAMPS: [&str; 4] = ["bk_created_at", "bk_created_by", "bk_updated_at", "bk_updated_by"];

/// An attribute.
#[derive(Clone, Debug)]
pub(crate) struct Attribute {
    /// Textual id.
    pub(crate) id: String,
    name: String,
    kind: String,
    option: Value,
}

/// The attributes of a model, without those that the system keeps.
#[derive(Clone, Debug)]
pub(crate) struct Attributes(Vec<Attribute>);

impl Attributes {
    /// Asks the server.
    pub(crate) fn of(client: &Client, model: &str) -> Result<Self, CallError> {
        let found = records(client.post("/api/v3/find/objectattr", &json!({"bk_obj_id": model}))?);
        let attribute = |record: Value| {
            let text = |member: &str| record.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
            let (id, name, kind) = (text("bk_property_id"), text("bk_property_name"), text("bk_property_type"));
            Attribute { id, name, kind, option: record.get("option").cloned().unwrap_or_default() }
        };
        let all = found.into_iter().map(attribute).filter(|it| !STAMPS.contains(&it.id.as_str()));
        Ok(Self(all.collect()))
    }

    /// Their ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|it| it.id.as_str())
    }

    /// By its id, else by its name.
    pub(crate) fn find(&self, named: &str) -> Option<&Attribute> {
        let by_id = self.0.iter().find(|it| it.id == named);
        by_id.or_else(|| self.0.iter().find(|it| it.name == named))
    }
}

impl Attribute {
    /// The value that a text stands for. What cannot be one stays a text, and the server says what is wrong with it.
    pub(crate) fn value(&self, text: &str) -> Value {
        let json = || serde_json::from_str::<Value>(text).ok();
        match self.kind.as_str() {
            "int" => text.trim().parse::<i64>().map_or_else(|_| text.into(), Value::from),
            "float" => json().filter(Value::is_number).unwrap_or_else(|| text.into()),
            "bool" => match text.trim().to_lowercase().as_str() {
                "true" | "1" | "yes" | "是" => true.into(),
                "false" | "0" | "no" | "否" => false.into(),
                _ => text.into(),
            },
            "enum" => self.choice(text).into(),
            "enummulti" => {
                let split = || text.split(['\n', ',']).map(|it| self.choice(it.trim()).into()).collect();
                json().filter(Value::is_array).unwrap_or_else(|| Value::Array(split()))
            }
            "organization" | "enumquote" | "innertable" => json().unwrap_or_else(|| text.into()),
            _ => text.into(),
        }
    }

    /// The id of a choice that is named by id or name.
    fn choice<'t>(&'t self, text: &'t str) -> &'t str {
        let choices = self.option.as_array().map(Vec::as_slice).unwrap_or_default();
        let member = |it: &'t Value, name: &str| it.get(name).and_then(Value::as_str);
        if choices.iter().any(|it| member(it, "id") == Some(text)) {
            return text;
        }
        choices.iter().find(|it| member(it, "name") == Some(text)).and_then(|it| member(it, "id")).unwrap_or(text)
    }
}

/// A value as a cell of CSV.
pub(crate) fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A row with an id changes that instance, unless ids are to be ignored; one without creates or changes the one with its
/// values of a unique rule.
pub(crate) fn operation(model: &str, mut attributes: Map<String, Value>, ignore_ids: bool) -> Value {
    let id = attributes.remove(ID).filter(|id| !ignore_ids && !id.is_null() && *id != "");
    attributes.remove("bk_obj_id");
    match id {
        Some(id) => json!({"op": "update", "model": model, "instance": id, "attributes": attributes}),
        None => json!({"op": "upsert", "model": model, "attributes": attributes}),
    }
}
