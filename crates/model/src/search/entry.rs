//! What an instance is found by: its name, its id and the values of its attributes.

use super::text::{addresses, clip, fold};
use crate::Map;
use crate::instance::field;
use crate::model::{id_field, name_field};
use serde_json::Value;
use std::borrow::Cow;
use std::net::IpAddr;

/// Stamps of the system, which say nothing of the thing itself.
const STAMPS: &[&str] = &[
    field::MODEL,
    field::ACCOUNT,
    field::CREATE_TIME,
    field::LAST_TIME,
    field::CREATED_AT,
    field::CREATED_BY,
    field::UPDATED_AT,
    field::UPDATED_BY,
    field::BUSINESS,
    field::PARENT,
];

/// Levels of lists and objects in a value that are looked into.
const DEEPEST: u32 = 8;

/// What something is found by, folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name, in which single spaces stand between words.
    pub name: String,
    /// Its id, as text.
    pub id: String,
    /// All its values, name and id among them.
    pub values: Vec<String>,
}

impl Entry {
    /// What an instance of a model is found by.
    pub fn of(model: &str, doc: &Map) -> Self {
        let text = |name: &str| doc.get(name).and_then(shown).unwrap_or_default();
        let values = values(model, doc).into_iter().map(|(_, value)| fold(&value).into_owned()).collect();
        Self::new(&text(name_field(model)), &text(id_field(model)), values)
    }

    /// Of something else. `values` are folded and hold name and id as well.
    pub fn new(name: &str, id: &str, values: Vec<String>) -> Self {
        Self { name: plain(name), id: plain(id), values }
    }

    /// The IP addresses that it has.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> {
        self.values.iter().flat_map(|value| addresses(value))
    }
}

/// A text as names are compared: folded, with single spaces, as much of it as counts.
pub(super) fn plain(text: &str) -> String {
    let folded = fold(text);
    let words: Vec<&str> = folded.split_whitespace().collect();
    clip(&words.join(" ")).to_owned()
}

/// The values by which an instance is found, each with the name of its attribute; the elements of lists one by one.
pub fn values<'d>(model: &str, doc: &'d Map) -> Vec<(&'d str, Cow<'d, str>)> {
    let id = id_field(model);
    let mut found = Vec::new();
    for (name, value) in doc.iter().filter(|(name, _)| *name == id || !STAMPS.contains(&name.as_str())) {
        collect(name, value, DEEPEST, &mut found);
    }
    found
}

fn collect<'d>(name: &'d str, value: &'d Value, levels: u32, found: &mut Vec<(&'d str, Cow<'d, str>)>) {
    match value {
        Value::Array(items) if levels > 0 => {
            for item in items {
                collect(name, item, levels - 1, found);
            }
        }
        Value::Object(members) if levels > 0 => {
            for item in members.values() {
                collect(name, item, levels - 1, found);
            }
        }
        Value::Array(_) | Value::Object(_) => {}
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            found.extend(shown(value).filter(|text| !text.is_empty()).map(|text| (name, text)));
        }
    }
}

fn shown(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
