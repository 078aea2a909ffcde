//! `date`: a calendar date `YYYY-MM-DD`.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Result, time};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Date;

impl Kind for Date {
    fn name(&self) -> &'static str {
        "date"
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, DateRule))
    }
}

#[derive(Debug)]
struct DateRule;

impl Rule for DateRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamInvalid)?;
        if text.is_empty() {
            return field.empty(Value::Null);
        }
        if time::is_date(&text) { Ok(text.into()) } else { Err(field.invalid("give a date as YYYY-MM-DD")) }
    }
}
