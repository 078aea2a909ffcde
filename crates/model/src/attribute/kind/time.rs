//! `time`: a moment, stored in UTC (conventions.md §8).

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Result, time};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Time;

impl Kind for Time {
    fn name(&self) -> &'static str {
        "time"
    }

    fn compile(&self, attribute: &Attribute, zone: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, TimeRule(zone.clone())))
    }
}

/// The zone of times without one.
#[derive(Debug)]
struct TimeRule(TimeZone);

impl Rule for TimeRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let text = field.text(value, Code::ParamInvalid)?;
        if text.is_empty() {
            return field.empty(Value::Null);
        }
        time::parse(&text, &self.0)
            .map(time::stored)
            // Texts of years before 0 would not sort by time.
            .filter(|stored| !stored.starts_with('-'))
            .map(Value::String)
            .ok_or_else(|| field.invalid("give a time as YYYY-MM-DD hh:mm:ss or in RFC 3339"))
    }
}
