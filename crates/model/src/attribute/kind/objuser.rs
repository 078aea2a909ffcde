//! `objuser`: names of users, separated by commas in one text. Whether they exist is not asked.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct ObjUser;

impl Kind for ObjUser {
    fn name(&self) -> &'static str {
        "objuser"
    }

    fn may_be_multiple(&self) -> bool {
        true
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, UserRule))
    }
}

/// The longest value, in bytes.
const LIMIT: usize = 2000;

#[derive(Debug)]
struct UserRule;

impl Rule for UserRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamNotString)?;
        if text.is_empty() {
            return field.empty(Value::String(text));
        }
        if text.len() > LIMIT {
            return Err(field.error(Code::ValueTooLong).hint(format!("{LIMIT} bytes at the most")));
        }
        let sound = text.starts_with(|first: char| first.is_ascii_alphanumeric())
            && text.chars().all(|it| it.is_ascii_alphanumeric() || matches!(it, '@' | '.' | ',' | '_' | '-'));
        if sound {
            Ok(Value::String(text))
        } else {
            Err(field.error(Code::RegexMismatch).hint("give names of users, separated by commas"))
        }
    }
}
