//! `enum` and `enummulti`: ids of the entries of `option`. The default is marked in the entries.

use super::{Check, Field, Kind, MAX_OPTION_TEXT, MAX_OPTIONS, Rule, check, has_nul};
use crate::attribute::Attribute;
use crate::{Code, Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::HashSet;

/// One entry.
pub(super) const ENUM: Enumeration = Enumeration { multi: false };
/// A list of entries.
pub(super) const ENUM_MULTI: Enumeration = Enumeration { multi: true };

#[derive(Debug)]
pub(super) struct Enumeration {
    multi: bool,
}

impl Kind for Enumeration {
    fn name(&self) -> &'static str {
        if self.multi { "enummulti" } else { "enum" }
    }

    fn may_be_multiple(&self) -> bool {
        self.multi
    }

    fn keeps_default(&self) -> bool {
        false
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        let entries = match &mut attribute.option {
            Value::Array(entries) => entries,
            Value::Null => return Err(Error::new(Code::ParamMissing).arg("option")),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => return Err(bad_shape()),
        };
        if entries.len() > MAX_OPTIONS {
            return Err(Error::new(Code::TooLong).arg("option").arg(MAX_OPTIONS));
        }
        let mut defaults = 0_usize;
        for entry in entries {
            defaults += usize::from(define_entry(entry)?);
        }
        let several = self.multi && attribute.multiple == Some(true);
        if !several && defaults != 1 {
            return Err(Error::new(Code::SingleChoice)
                .arg("option")
                .hint(format!("{defaults} entries have is_default, one has to")));
        }
        Ok(())
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        let entries = attribute.option.as_array().map_or(&[][..], Vec::as_slice);
        let id = |entry: &Value| entry.get("id").and_then(Value::as_str).map(str::to_owned);
        let is_default = |entry: &&Value| entry.get("is_default") == Some(&Value::Bool(true));
        let ids = entries.iter().filter_map(id).collect();
        let defaults = entries.iter().filter(is_default).filter_map(id).collect();
        let options = Options { ids, defaults };
        Ok(if self.multi {
            check(attribute, Several { options, single: attribute.multiple != Some(true) })
        } else {
            check(attribute, One(options))
        })
    }
}

/// Checks an entry, fills what it may leave out, and says whether it is a default.
fn define_entry(entry: &mut Value) -> Result<bool> {
    if has_nul(entry) {
        return Err(bad_shape());
    }
    let members = entry.as_object_mut().ok_or_else(bad_shape)?;
    for (key, label) in [("id", "option id"), ("name", "option name")] {
        let text = members.get(key).and_then(Value::as_str).ok_or_else(bad_shape)?;
        if text.is_empty() {
            return Err(Error::required(label));
        }
        if text.chars().count() > MAX_OPTION_TEXT {
            return Err(Error::new(Code::TooLong).arg(label).arg(MAX_OPTION_TEXT));
        }
    }
    if members.entry("type").or_insert_with(|| "text".into()) != "text" {
        return Err(bad_shape());
    }
    members.entry("is_default").or_insert(Value::Bool(false)).as_bool().ok_or_else(bad_shape)
}

fn bad_shape() -> Error {
    Error::invalid("option").hint(r#"give a list of {"id", "name", "type": "text", "is_default"}"#)
}

#[derive(Debug)]
struct Options {
    ids: HashSet<String>,
    defaults: Vec<String>,
}

impl Options {
    /// The value when it is an id, or one with white space around it.
    fn member(&self, field: &Field, value: Value) -> Result<Value> {
        let Value::String(text) = &value else { return Err(not_an_id(field)) };
        if self.ids.contains(text) {
            return Ok(value);
        }
        let trimmed = text.trim();
        if self.ids.contains(trimmed) { Ok(trimmed.into()) } else { Err(not_an_id(field)) }
    }
}

fn not_an_id(field: &Field) -> Error {
    field.invalid("give the id of an option")
}

#[derive(Debug)]
struct One(Options);

impl Rule for One {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        self.0.member(field, value)
    }

    fn fill(&self, field: &Field, _: Option<Value>) -> Result<Value> {
        match self.0.defaults.as_slice() {
            [] => Ok(Value::Null),
            [id] => Ok(id.as_str().into()),
            _ => Err(field.error(Code::SingleChoice)),
        }
    }
}

#[derive(Debug)]
struct Several {
    options: Options,
    /// At most one id may be given.
    single: bool,
}

impl Rule for Several {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let Value::Array(ids) = value else { return Err(field.invalid("give a list of ids of options")) };
        if ids.is_empty() {
            return field.empty(Value::Array(ids));
        }
        if self.single && ids.len() != 1 {
            return Err(field.error(Code::SingleChoice));
        }
        ids.into_iter().map(|id| self.options.member(field, id)).collect()
    }

    fn fill(&self, field: &Field, _: Option<Value>) -> Result<Value> {
        match self.options.defaults.as_slice() {
            [] => Ok(Value::Null),
            [_, _, ..] if self.single => Err(field.error(Code::SingleChoice)),
            ids => Ok(ids.into()),
        }
    }
}
