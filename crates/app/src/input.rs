//! Pieces that inputs and answers of endpoints share.

use relata_model::{Code, Error, Map, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use std::borrow::Cow;
use std::marker::PhantomData;

/// A number that may arrive as JSON number or, from a path or a query, as text.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Number(Value);

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["integer", "string"], "pattern": "^-?[0-9]+$"})
    }
}

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
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
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

/// Gives a type the schema of its parameter.
macro_rules! looks_like_its_parameter {
    ($type:ident) => {
        impl<T: schemars::JsonSchema> schemars::JsonSchema for $type<T> {
            fn inline_schema() -> bool {
                T::inline_schema()
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                T::schema_name()
            }

            fn schema_id() -> std::borrow::Cow<'static, str> {
                T::schema_id()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                T::json_schema(generator)
            }
        }
    };
}
pub(crate) use looks_like_its_parameter;

/// Values by their index in a list of the request: a JSON object whose keys are the decimal indexes.
#[derive(Clone, Debug)]
pub struct Indexed<T>(pub Vec<(usize, T)>);

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: JsonSchema> JsonSchema for Indexed<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Indexed{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": {"pattern": "^[0-9]+$"},
            "additionalProperties": generator.subschema_for::<T>(),
        })
    }
}

impl<T: Serialize> Serialize for Indexed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(index, value)| (index, value)))
    }
}

/// A JSON object that goes out as it is, such as a stored document. `T` is what it looks like.
#[derive(Debug, Serialize)]
#[serde(transparent, bound = "")]
pub(crate) struct Document<T>(pub(crate) Map, #[serde(skip)] PhantomData<fn() -> T>);

looks_like_its_parameter!(Document);

impl<T> From<Map> for Document<T> {
    fn from(map: Map) -> Self {
        Self(map, PhantomData)
    }
}

/// Documents out of objects.
pub(crate) fn documents<T>(maps: Vec<Map>) -> Vec<Document<T>> {
    maps.into_iter().map(Document::from).collect()
}

/// The schema of a `T` of which members may be left out.
#[derive(Debug)]
pub(crate) struct Part<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Part<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("PartOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = T::json_schema(generator);
        schema.remove("required");
        schema
    }
}
