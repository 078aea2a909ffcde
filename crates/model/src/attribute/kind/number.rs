//! `int` and `float`: numbers, optionally within a range.
//!
//! The range is an object with `min` and `max`, each a number or a numeric text; a bound that is missing, null or `""` is
//! open. The whole may be JSON text, and `""` is the open range.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Error, Map, Result};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::fmt::Display;

/// An integer of 64 bits with sign.
#[derive(Debug)]
pub(super) struct Int;

impl Kind for Int {
    fn name(&self) -> &'static str {
        "int"
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        given(&attribute.option)?;
        range(&attribute.option, read_integer).map(drop)
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, IntRule(range(&attribute.option, read_integer)?)))
    }
}

#[derive(Debug)]
struct IntRule(Range<i64>);

impl Rule for IntRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let Value::Number(number) = &value else { return Err(field.error(Code::ParamNotInteger)) };
        let truncated = number.as_i64().or_else(|| number.as_f64().and_then(truncate));
        let Some(integer) = truncated else { return Err(field.invalid("the number does not fit into 64 bits")) };
        self.0.contain(field, integer)?;
        // A fraction is kept as given, as the API does; a whole number is an integer however it was written.
        let whole = number.as_f64().is_some_and(|value| value.fract() == 0.0);
        Ok(if whole { integer.into() } else { value })
    }
}

/// A floating-point number of 64 bits.
#[derive(Debug)]
pub(super) struct Float;

impl Kind for Float {
    fn name(&self) -> &'static str {
        "float"
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        given(&attribute.option)?;
        range(&attribute.option, read_float).map(drop)
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, FloatRule(range(&attribute.option, read_float)?)))
    }
}

#[derive(Debug)]
struct FloatRule(Range<f64>);

impl Rule for FloatRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let Some(number) = value.as_f64().filter(|number| number.is_finite()) else {
            return Err(field.error(Code::ParamRefersToNothing).hint("give a number"));
        };
        self.0.contain(field, number)?;
        Ok(value)
    }
}

#[derive(Debug)]
struct Range<T> {
    min: Option<T>,
    max: Option<T>,
}

impl<T: PartialOrd + Display + Copy> Range<T> {
    fn contain(&self, field: &Field, value: T) -> Result<()> {
        if let Some(min) = self.min.filter(|min| value < *min) {
            return Err(field.invalid(format!("{min} at the least")));
        }
        if let Some(max) = self.max.filter(|max| value > *max) {
            return Err(field.invalid(format!("{max} at the most")));
        }
        Ok(())
    }
}

/// Refuses a definition without option; `""` says that there is no bound.
fn given(option: &Value) -> Result<()> {
    if option.is_null() { Err(Error::new(Code::ParamMissing).arg("option")) } else { Ok(()) }
}

fn range<T: PartialOrd>(option: &Value, read: fn(&str) -> Option<T>) -> Result<Range<T>> {
    let bounds = match option {
        Value::Null => Map::new(),
        Value::String(text) if text.is_empty() => Map::new(),
        Value::String(text) => {
            serde_json::from_str(text).map_err(|_| bad_range("it is neither an object nor JSON of one"))?
        }
        Value::Object(members) => members.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => {
            return Err(bad_range("give an object with min and max"));
        }
    };
    let range = Range { min: bound(bounds.get("min"), read)?, max: bound(bounds.get("max"), read)? };
    match (&range.min, &range.max) {
        (Some(min), Some(max)) if min > max => Err(bad_range("min is larger than max")),
        _ => Ok(range),
    }
}

fn bound<T>(value: Option<&Value>, read: fn(&str) -> Option<T>) -> Result<Option<T>> {
    let text = match value {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(_) | Value::Array(_) | Value::Object(_)) => String::new(),
    };
    read(&text).map(Some).ok_or_else(|| bad_range("min and max have to be numbers of the attribute's type"))
}

fn bad_range(hint: &str) -> Error {
    Error::refers_to_nothing("option").hint(hint)
}

fn read_integer(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| read_float(text).filter(|value| value.fract() == 0.0).and_then(truncate))
}

fn read_float(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

/// The number without its fraction; `None` when it does not fit.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked before")]
pub(super) fn truncate(value: f64) -> Option<i64> {
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    (-BEYOND..BEYOND).contains(&value).then_some(value as i64)
}
