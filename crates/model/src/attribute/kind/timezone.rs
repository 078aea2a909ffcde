//! `timezone`: the name of a time zone or an offset. Only its characters are checked, like in the API.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Timezone;

impl Kind for Timezone {
    fn name(&self) -> &'static str {
        "timezone"
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, TimezoneRule))
    }
}

#[derive(Debug)]
struct TimezoneRule;

impl Rule for TimezoneRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamNotTimezone)?;
        // The minus sign U+2212 is allowed beside the hyphen.
        let sound = text.chars().all(|it| it.is_ascii_alphanumeric() || "-\u{2212}_/+".contains(it));
        if sound && !text.is_empty() { Ok(Value::String(text)) } else { Err(field.error(Code::ParamNotTimezone)) }
    }
}
