//! What a filter means: the one evaluator, and the one order of values.
//!
//! Both are total: every filter has an answer for every document. Numbers compare by their exact value, be they written as
//! integers or as fractions, and never with texts.

use super::{Filter, Order, Test};
use crate::Map;
use crate::page::Sort;
use serde_json::{Number, Value};
use std::cmp::Ordering;

/// What the fields of a filter are looked up in.
#[derive(Clone, Copy)]
enum Root<'a> {
    Document(&'a Map),
    /// An element of an array, which is the only field ([`Test::Element`]).
    Element(&'a Value),
}

impl<'a> Root<'a> {
    /// The value at a path; dots reach into objects.
    fn reach(self, path: &str) -> Option<&'a Value> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let top = match self {
            Self::Document(doc) => doc.get(first)?,
            Self::Element(element) => (first == "element").then_some(element)?,
        };
        rest.map_or(Some(top), |rest| rest.split('.').try_fold(top, |value, name| value.as_object()?.get(name)))
    }
}

impl Filter {
    /// True when the document passes.
    pub fn matches(&self, doc: &Map) -> bool {
        self.holds(Root::Document(doc))
    }

    fn holds(&self, root: Root<'_>) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.holds(root)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(root)),
            Self::Not(part) => !part.holds(root),
            Self::Field { field, test } => test.holds(root.reach(field)),
        }
    }
}

impl Test {
    fn holds(&self, value: Option<&Value>) -> bool {
        let array = || value.and_then(Value::as_array);
        match self {
            Self::Equal(wanted) => whole_or_element(value, |value| equal(value, wanted)),
            Self::In(values) => whole_or_element(value, |value| values.contains(value)),
            Self::Compare(order, bound) => {
                whole_or_element(value, |value| value.is_some_and(|value| order.holds(value, bound)))
            }
            Self::Pattern(pattern) => whole_or_element(value, |value| {
                value.and_then(Value::as_str).is_some_and(|text| pattern.is_match(text))
            }),
            Self::Object(filter) => whole_or_element(value, |value| {
                value.and_then(Value::as_object).is_some_and(|object| filter.matches(object))
            }),
            Self::Exists => value.is_some(),
            Self::Size(size) => array().is_some_and(|array| u64::try_from(array.len()) == Ok(*size)),
            Self::HasAll(list) => {
                !list.is_empty() && list.iter().all(|wanted| whole_or_element(value, |value| equal(value, wanted)))
            }
            Self::Element(filter) => {
                array().is_some_and(|array| array.iter().any(|element| filter.holds(Root::Element(element))))
            }
        }
    }
}

impl Order {
    fn holds(self, value: &Value, bound: &Value) -> bool {
        let comparable = (value.is_number() && bound.is_number()) || (value.is_string() && bound.is_string());
        let ordering = compare(Some(value), Some(bound));
        comparable
            && match self {
                Self::Less => ordering.is_lt(),
                Self::LessOrEqual => ordering.is_le(),
                Self::Greater => ordering.is_gt(),
                Self::GreaterOrEqual => ordering.is_ge(),
            }
    }
}

fn whole_or_element(value: Option<&Value>, holds: impl Fn(Option<&Value>) -> bool) -> bool {
    holds(value)
        || value.and_then(Value::as_array).is_some_and(|array| array.iter().any(|element| holds(Some(element))))
}

fn equal(value: Option<&Value>, wanted: &Value) -> bool {
    compare(value, Some(wanted)).is_eq()
}

/// The total order of values: missing and null, numbers (by exact value), texts (byte order), objects (member by member
/// in the order of names), arrays (element by element), truth values.
pub fn compare(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    let (a, b) = (a.unwrap_or(&Value::Null), b.unwrap_or(&Value::Null));
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare_numbers(a, b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Array(a), Value::Array(b)) => {
            let elements = a.iter().zip(b).map(|(a, b)| compare(Some(a), Some(b)));
            first_difference(elements).then(a.len().cmp(&b.len()))
        }
        (Value::Object(a), Value::Object(b)) => {
            let members = a
                .iter()
                .zip(b)
                .map(|((name_a, a), (name_b, b))| name_a.cmp(name_b).then_with(|| compare(Some(a), Some(b))));
            first_difference(members).then(a.len().cmp(&b.len()))
        }
        (a, b) => rank(a).cmp(&rank(b)),
    }
}

/// The order of two documents under a sort order. Equal documents are left to the caller, who takes the smaller id first.
pub fn order(sort: &[Sort], a: &Map, b: &Map) -> Ordering {
    first_difference(sort.iter().map(|Sort { field, descending }| {
        let ordering = compare(Root::Document(a).reach(field), Root::Document(b).reach(field));
        if *descending { ordering.reverse() } else { ordering }
    }))
}

fn first_difference(mut orderings: impl Iterator<Item = Ordering>) -> Ordering {
    orderings.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

const fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Number(_) => 1,
        Value::String(_) => 2,
        Value::Object(_) => 3,
        Value::Array(_) => 4,
        Value::Bool(_) => 5,
    }
}

fn compare_numbers(a: &Number, b: &Number) -> Ordering {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(a), None) => compare_with_fraction(a, fraction(b)),
        (None, Some(b)) => compare_with_fraction(b, fraction(a)).reverse(),
        (None, None) => fraction(a).partial_cmp(&fraction(b)).unwrap_or(Ordering::Equal),
    }
}

/// A number that is no integer of 64 bits; JSON has no NaN.
fn fraction(number: &Number) -> f64 {
    number.as_f64().unwrap_or(0.0)
}

#[expect(clippy::cast_possible_truncation, reason = "the cast saturates, far beyond every integer of 64 bits")]
fn compare_with_fraction(integer: i128, fraction: f64) -> Ordering {
    let whole = fraction.trunc();
    integer.cmp(&(whole as i128)).then_with(|| whole.partial_cmp(&fraction).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests;
