//! `singlechar` and `longchar`: texts, limited in bytes, optionally matching a regular expression.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::{Attribute, pattern};
use crate::{Code, Error, Result, model};
use jiff::tz::TimeZone;
use regex::Regex;
use serde_json::Value;

/// A text of up to 256 bytes.
pub(super) const SINGLECHAR: Text = Text { name: "singlechar", limit: 256 };
/// A text of up to 2000 bytes.
pub(super) const LONGCHAR: Text = Text { name: "longchar", limit: 2000 };

#[derive(Debug)]
pub(super) struct Text {
    name: &'static str,
    limit: usize,
}

impl Kind for Text {
    fn name(&self) -> &'static str {
        self.name
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        expression(&attribute.option).map(drop)
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        let obj_id = attribute.obj_id.as_str();
        let topology_name =
            matches!(obj_id, "biz" | "set" | "module") && attribute.property_id == model::name_field(obj_id);
        let rule = TextRule { limit: self.limit, expression: expression(&attribute.option)?, topology_name };
        Ok(check(attribute, rule))
    }
}

fn expression(option: &Value) -> Result<Option<Regex>> {
    match option {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => pattern::compile(text).map(Some).map_err(|error| {
            Error::new(Code::RegexInvalid).arg("option").hint(pattern::explain(&error)).detail(error.to_string())
        }),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(Error::new(Code::RegexNotString).arg("option"))
        }
    }
}

#[derive(Debug)]
struct TextRule {
    limit: usize,
    expression: Option<Regex>,
    /// The name of a business, set or module, which may not hold the separator `##`.
    topology_name: bool,
}

impl Rule for TextRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamNotString)?;
        if text.is_empty() {
            return field.empty(Value::String(text));
        }
        if text.len() > self.limit {
            return Err(field.error(Code::ValueTooLong).hint(format!("{} bytes of UTF-8 at the most", self.limit)));
        }
        if self.topology_name && text.contains("##") {
            return Err(field.invalid("it must not hold ##"));
        }
        if self.expression.as_ref().is_some_and(|expression| !expression.is_match(&text)) {
            return Err(field.error(Code::RegexMismatch));
        }
        Ok(Value::String(text))
    }

    fn fill(&self, field: &Field, default: Option<Value>) -> Result<Value> {
        let default = default.and_then(|value| self.accept(field, value).ok());
        Ok(default.unwrap_or_else(|| Value::String(String::new())))
    }
}
