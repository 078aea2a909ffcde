//! The operators of the rule languages (conventions.md §5, §6): their names, and the test that operator and value make.
//!
//! [`super::rule`] walks groups and rules and calls this for each rule.

use super::pattern::Patterns;
use super::rule::Dialect;
use super::{Order, Test};
use crate::time;
use jiff::{Timestamp, civil, tz::TimeZone};
use serde_json::Value;
use std::net::Ipv6Addr;

/// What an operator does, apart from negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    In,
    Compare(Order),
    Time(Order),
    /// A regular expression: what stands before the value, what behind it, the options.
    Text(&'static str, &'static str, &'static str),
    Size,
    Empty,
    Null,
    Exist,
    /// The value is a rule for the object in the field.
    Object,
    /// The value is a rule for the elements of the array in the field.
    Array,
}

use Operator::{Array, Compare, Empty, Equal, Exist, In, Null, Object, Size, Text, Time};

/// Name, meaning, negated. Negated operators match a missing field too.
type Row = (&'static str, Operator, bool);

/// Operators of both languages.
const COMMON: &[Row] = &[
    ("equal", Equal, false),
    ("not_equal", Equal, true),
    ("in", In, false),
    ("not_in", In, true),
    ("less", Compare(Order::Less), false),
    ("less_or_equal", Compare(Order::LessOrEqual), false),
    ("greater", Compare(Order::Greater), false),
    ("greater_or_equal", Compare(Order::GreaterOrEqual), false),
    ("datetime_less", Time(Order::Less), false),
    ("datetime_less_or_equal", Time(Order::LessOrEqual), false),
    ("datetime_greater", Time(Order::Greater), false),
    ("datetime_greater_or_equal", Time(Order::GreaterOrEqual), false),
    ("begins_with", Text("^", "", ""), false),
    ("not_begins_with", Text("^", "", ""), true),
    ("contains", Text("", "", "i"), false),
    ("not_contains", Text("", "", ""), true),
    ("ends_with", Text("", "$", ""), false),
    ("not_ends_with", Text("", "$", ""), true),
    ("is_empty", Empty, false),
    ("is_not_empty", Empty, true),
    ("is_null", Null, false),
    ("is_not_null", Null, true),
    ("exist", Exist, false),
    ("not_exist", Exist, true),
];

/// Operators that only expressions have.
const EXPRESSION_ONLY: &[Row] = &[
    ("begins_with_i", Text("^", "", "i"), false),
    ("not_begins_with_i", Text("^", "", "i"), true),
    ("contains_s", Text("", "", ""), false),
    ("not_contains_i", Text("", "", "i"), true),
    ("ends_with_i", Text("", "$", "i"), false),
    ("not_ends_with_i", Text("", "$", "i"), true),
    ("size", Size, false),
    ("filter_object", Object, false),
    ("filter_array", Array, false),
];

/// The operator with this name, and whether it is negated.
pub(super) fn find(name: &str, dialect: Dialect) -> Option<(Operator, bool)> {
    COMMON
        .iter()
        .chain(more(dialect))
        .find(|(known, ..)| *known == name)
        .map(|&(_, operator, negated)| (operator, negated))
}

/// The names of all operators.
pub(super) fn names(dialect: Dialect) -> impl Iterator<Item = &'static str> {
    COMMON.iter().chain(more(dialect)).map(|(name, ..)| *name)
}

fn more(dialect: Dialect) -> &'static [Row] {
    match dialect {
        Dialect::Querybuilder => &[],
        Dialect::Expression => EXPRESSION_ONLY,
    }
}

/// Fields of hosts that hold IPv6 addresses in full form.
const IPV6_FIELDS: [&str; 2] = ["bk_host_innerip_v6", "bk_host_outerip_v6"];

/// What a value may be.
pub(super) struct Values<'a> {
    pub(super) dialect: Dialect,
    /// Elements of a list.
    pub(super) max_elements: usize,
    /// Zone of times without one.
    pub(super) zone: &'a TimeZone,
    pub(super) patterns: Patterns,
}

impl Values<'_> {
    /// The test that an operator makes of its value. The error is a sentence on the value.
    pub(super) fn test(&mut self, field: &str, operator: Operator, value: &Value) -> Result<Test, String> {
        match operator {
            Equal => basic(field, value).map(Test::Equal),
            In => self.list(field, value).map(|list| Test::In(list.into())),
            Compare(order) if value.is_number() => Ok(Test::Compare(order, value.clone())),
            Compare(_) => Err("the operator needs a number".to_owned()),
            Time(order) => self.time(value).map(|text| Test::Compare(order, text.into())),
            Text(before, behind, options) => {
                let text = value.as_str().filter(|text| !text.is_empty()).ok_or("the operator needs a text")?;
                self.patterns.compile(&format!("{before}{text}{behind}"), options).map(Test::Pattern)
            }
            Size => value.as_u64().map(Test::Size).ok_or_else(|| "the operator needs a count, 0 or more".to_owned()),
            Empty => Ok(Test::Size(0)),
            Null => Ok(Test::Equal(Value::Null)),
            Exist => Ok(Test::Exists),
            Object | Array => Err("the operator needs a rule".to_owned()),
        }
    }

    fn list(&self, field: &str, value: &Value) -> Result<Vec<Value>, String> {
        let list = value.as_array().ok_or("the operator needs a list")?;
        if list.len() > self.max_elements {
            return Err(format!("a list can have at most {} elements", self.max_elements));
        }
        let null_allowed = match self.dialect {
            Dialect::Querybuilder => true,
            Dialect::Expression if list.is_empty() => return Err("the list needs at least one element".to_owned()),
            Dialect::Expression => false,
        };
        let mut kinds = list.iter().filter(|element| !element.is_null()).map(std::mem::discriminant);
        if kinds.next().is_some_and(|first| kinds.any(|kind| kind != first)) {
            return Err("the elements of a list have to be of one type".to_owned());
        }
        let element = |element: &Value| {
            if null_allowed && element.is_null() { Ok(Value::Null) } else { basic(field, element) }
        };
        list.iter().map(element).collect()
    }

    /// The text that a time compares by: its stored form, or a date as it is.
    fn time(&self, value: &Value) -> Result<String, String> {
        let date = value.as_str().filter(|text| time::is_date(text));
        if let Some(date) = date {
            return Ok(date.to_owned());
        }
        let seconds_allowed = match self.dialect {
            Dialect::Querybuilder => false,
            Dialect::Expression => true,
        };
        Some(value)
            .filter(|value| value.is_string() || seconds_allowed)
            .and_then(|value| moment(value, self.zone))
            .map(time::stored)
            .ok_or_else(|| "the operator needs a time as YYYY-MM-DD hh:mm:ss or RFC 3339".to_owned())
    }
}

/// Reads a moment: `YYYY-MM-DD hh:mm:ss` or `YYYY-MM-DD` (midnight) in `zone`, RFC 3339, or seconds since 1970.
pub(super) fn moment(value: &Value, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(seconds) = value.as_i64() {
        return Timestamp::from_second(seconds).ok();
    }
    let text = value.as_str()?;
    if time::is_date(text) {
        let midnight = text.parse::<civil::Date>().ok()?.to_datetime(civil::Time::midnight());
        return zone.to_timestamp(midnight).ok();
    }
    time::parse(text, zone)
}

/// A text, number or truth value; addresses in the form in which they are stored.
fn basic(field: &str, value: &Value) -> Result<Value, String> {
    match value {
        Value::String(text) if IPV6_FIELDS.contains(&field) && !text.is_empty() => {
            let address: Ipv6Addr = text.parse().map_err(|_| "the field needs an IPv6 address")?;
            Ok(address.segments().map(|segment| format!("{segment:04x}")).join(":").into())
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Ok(value.clone()),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            Err("the operator needs a text, a number or a truth value".to_owned())
        }
    }
}
