//! `enumquote`: ids of instances of one other model. The entries of `option` name that model, and those of its instances
//! that are the default. Whether they exist is not asked here.

use super::{Check, Field, Kind, MAX_OPTIONS, Rule, check, has_nul, integer};
use crate::attribute::Attribute;
use crate::{Code, Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

/// The name of this kind.
const NAME: &str = "enumquote";

/// What an attribute quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote<'a> {
    /// Textual id of the model.
    pub model: &'a str,
    /// Instances that are the default.
    pub instances: Vec<i64>,
}

/// What an attribute of this kind quotes; `None` for one of another kind or without an option.
pub fn quote(attribute: &Attribute) -> Option<Quote<'_>> {
    let entries = attribute.option.as_array().filter(|_| attribute.kind == NAME)?;
    let model = entries.first()?.get("bk_obj_id")?.as_str()?;
    Some(Quote { model, instances: entries.iter().filter_map(|entry| id(entry.get("bk_inst_id")?)).collect() })
}

/// The id of an instance: an integer that is not 0.
fn id(value: &Value) -> Option<i64> {
    integer(value).filter(|id| *id != 0)
}

#[derive(Debug)]
pub(super) struct EnumQuote;

impl Kind for EnumQuote {
    fn name(&self) -> &'static str {
        NAME
    }

    fn may_be_multiple(&self) -> bool {
        true
    }

    fn keeps_default(&self) -> bool {
        false
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        let single = attribute.multiple != Some(true);
        let entries = match &mut attribute.option {
            Value::Array(entries) if !entries.is_empty() => entries,
            Value::Null => return Err(Error::new(Code::ParamMissing).arg("option")),
            Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
                return Err(bad_shape());
            }
        };
        if entries.len() > MAX_OPTIONS {
            return Err(Error::new(Code::TooLong).arg("option").arg(MAX_OPTIONS));
        }
        for entry in entries.iter_mut() {
            define_entry(entry)?;
        }
        let model = |entry: &Value| entry.get("bk_obj_id").cloned();
        if !entries.iter().all(|entry| model(entry) == entries.first().and_then(model)) {
            return Err(Error::invalid("option").hint("all entries name one model"));
        }
        if single && entries.len() != 1 {
            return Err(Error::new(Code::SingleChoice).arg("option"));
        }
        Ok(())
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        let defaults = quote(attribute).map(|quote| quote.instances).unwrap_or_default();
        Ok(check(attribute, Quoted { defaults, single: attribute.multiple != Some(true) }))
    }
}

fn define_entry(entry: &mut Value) -> Result<()> {
    let has_model = entry.get("bk_obj_id").and_then(Value::as_str).is_some_and(|model| !model.is_empty());
    let has_instance = entry.get("bk_inst_id").and_then(id).is_some();
    if !has_model || !has_instance || has_nul(entry) {
        return Err(bad_shape());
    }
    let members = entry.as_object_mut().ok_or_else(bad_shape)?;
    if members.entry("type").or_insert_with(|| "int".into()) != "int" {
        return Err(bad_shape());
    }
    Ok(())
}

fn bad_shape() -> Error {
    Error::invalid("option").hint(r#"give a list of {"bk_obj_id", "bk_inst_id", "type": "int"}"#)
}

#[derive(Debug)]
struct Quoted {
    defaults: Vec<i64>,
    /// At most one id may be given.
    single: bool,
}

impl Rule for Quoted {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let bad = || field.invalid("give a list of ids of instances (integers)");
        let Value::Array(ids) = value else { return Err(bad()) };
        if ids.is_empty() {
            return field.empty(Value::Array(ids));
        }
        if self.single && ids.len() != 1 {
            return Err(field.error(Code::SingleChoice));
        }
        ids.iter().map(|value| id(value).map(Value::from).ok_or_else(bad)).collect()
    }

    fn fill(&self, _: &Field, _: Option<Value>) -> Result<Value> {
        Ok(if self.defaults.is_empty() { Value::Null } else { self.defaults.clone().into() })
    }
}
