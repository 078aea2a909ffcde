//! Counts of rows by the value of a field.

use super::compare;
use crate::Map;
use serde_json::{Number, Value};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Counts rows by the value that they have in a field. A row that lacks the field, or has an empty list there, counts for
/// null; one with a list for each element of it.
#[derive(Debug)]
pub struct Groups<'f> {
    field: &'f str,
    counts: BTreeMap<Ordered, u64>,
}

/// A value in the order of values.
#[derive(Debug)]
struct Ordered(Value);

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        compare(Some(&self.0), Some(&other.0))
    }
}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ordered {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ordered {}

impl<'f> Groups<'f> {
    /// No rows yet. `field` is a member of the documents.
    pub const fn new(field: &'f str) -> Self {
        Self { field, counts: BTreeMap::new() }
    }

    /// Counts a row.
    pub fn add(&mut self, doc: &Map) {
        match doc.get(self.field) {
            Some(Value::Array(elements)) if !elements.is_empty() => {
                let mut elements: Vec<&Value> = elements.iter().collect();
                elements.sort_unstable_by(|a, b| compare(Some(a), Some(b)));
                elements.dedup_by(|a, b| compare(Some(a), Some(b)).is_eq());
                for element in elements {
                    self.add_many(element, 1);
                }
            }
            None | Some(Value::Array(_)) => self.add_many(&Value::Null, 1),
            Some(value) => self.add_many(value, 1),
        }
    }

    /// Counts so many rows with a value.
    pub fn add_many(&mut self, value: &Value, rows: u64) {
        *self.counts.entry(Ordered(plain(value))).or_default() += rows;
    }

    /// Each value with the number of its rows, in the order of values.
    pub fn into_counts(self) -> Vec<(Value, u64)> {
        self.counts.into_iter().map(|(Ordered(value), count)| (value, count)).collect()
    }
}

/// Equal numbers are written in one way.
fn plain(value: &Value) -> Value {
    let whole = value.as_f64().map(|number| number.to_string()).and_then(|text| text.parse::<Number>().ok());
    match whole {
        Some(number) if number.is_i64() && compare(Some(value), Some(&Value::Number(number.clone()))).is_eq() => {
            Value::Number(number)
        }
        _ => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::Groups;
    use serde_json::{Map, Value, json};

    #[test]
    fn rows_count_by_value_and_lists_by_element() {
        let rows = json!([{"a": "x"}, {"a": ["x", "y", "x"]}, {"a": []}, {}, {"a": null}, {"a": 1}, {"a": 1.0}, {"a": 0.5}, {"a": true}]);
        let mut groups = Groups::new("a");
        for row in rows.as_array().unwrap() {
            groups.add(row.as_object().unwrap_or(&Map::new()));
        }
        let expected =
            [(Value::Null, 3), (json!(0.5), 1), (json!(1), 2), (json!("x"), 2), (json!("y"), 1), (json!(true), 1)];
        assert_eq!(groups.into_counts(), expected);
    }
}
