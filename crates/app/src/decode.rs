//! Typed inputs out of JSON, as the API decodes them.
//!
//! Serde alone would read a struct from a list, member by member in the order of declaration, and refuse a null where the
//! API takes it for something absent. Maps and free values stay as they are.

use relata_model::Map;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};
use serde_json::{Error, Value};

/// Decodes a value.
pub(crate) fn decode<'de, T: Deserialize<'de>>(value: Value) -> Result<T, Error> {
    T::deserialize(Wire(value))
}

struct Wire(Value);

impl IntoDeserializer<'_, Error> for Wire {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Wire {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let members = match self.0 {
            Value::Object(members) => members,
            Value::Null => Map::new(),
            Value::Array(_) => return Err(Error::invalid_type(Unexpected::Seq, &"an object")),
            Value::Bool(flag) => return Err(Error::invalid_type(Unexpected::Bool(flag), &"an object")),
            Value::Number(_) => return Err(Error::invalid_type(Unexpected::Other("a number"), &"an object")),
            Value::String(text) => return Err(Error::invalid_type(Unexpected::Str(&text), &"an object")),
        };
        let given = members.into_iter().filter(|(_, value)| !value.is_null());
        visitor.visit_map(MapDeserializer::new(given.map(|(name, value)| (name, Self(value)))))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if let Value::Array(list) = self.0 {
            return visitor.visit_seq(SeqDeserializer::new(list.into_iter().map(Self)));
        }
        self.0.deserialize_seq(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::{Map, decode};
    use serde::Deserialize;
    use serde_json::{Value, json};

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Outer {
        inner: Inner,
        list: Vec<Inner>,
        maybe: Option<Vec<Inner>>,
        free: Map,
    }

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(default)]
    struct Inner {
        number: i64,
        text: String,
    }

    #[test]
    fn a_struct_is_an_object_at_every_level() {
        for value in [
            json!([]),
            json!({"inner": [1, "a"]}),
            json!({"list": [[1, "a"]]}),
            json!({"maybe": [{"number": 1}, [2]]}),
            json!({"list": {"0": {}}}),
            json!({"free": []}),
            json!({"inner": {"number": 1.0}}),
            json!({"inner": {"number": u64::MAX}}),
            json!({"inner": "a"}),
        ] {
            assert!(decode::<Outer>(value.clone()).is_err(), "{value}");
        }
    }

    #[test]
    fn null_is_absent_but_a_value_in_free_maps() {
        let value = json!({"inner": {"number": 1, "text": null, "more": [[]]}, "list": [null], "free": {"a": null}});
        let outer: Outer = decode(value).unwrap();
        assert_eq!(outer.inner, Inner { number: 1, text: String::new() });
        assert_eq!(outer.list, [Inner::default()]);
        assert_eq!(Value::from(outer.free), json!({"a": null}));
    }
}
