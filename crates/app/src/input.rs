//! Pieces that inputs of endpoints share.

use relata_model::{Code, Error, Map, Result};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

/// A number that may arrive as JSON number or, from a path or a query, as text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Number(Value);

impl Number {
    /// The integer, or `None` when it is none or is absent.
    pub fn integer(&self) -> Option<i64> {
        match &self.0 {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// The integer, else the error with this code and parameter name.
    pub fn required(&self, code: Code, parameter: &str) -> Result<i64> {
        self.integer().ok_or_else(|| Error::new(code).arg(parameter).hint(format!("{parameter} is an integer")))
    }
}

/// An input that is one free map, such as the attributes of an instance or a condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Free(pub Map);

impl Free {
    /// A text member, empty when it is absent or no text.
    pub fn text(&self, member: &str) -> &str {
        self.0.get(member).and_then(Value::as_str).unwrap_or_default()
    }

    /// A member that may be a number or, from a path, a text.
    pub fn number(&self, member: &str) -> Number {
        Number(self.0.get(member).cloned().unwrap_or_default())
    }
}

/// Values by their index in a list of the request: a JSON object whose keys are the decimal indexes.
#[derive(Clone, Debug)]
pub struct Indexed<T>(pub Vec<(usize, T)>);

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Serialize> Serialize for Indexed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(index, value)| (index, value)))
    }
}
