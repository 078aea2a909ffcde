//! `object`: any JSON object (the scope of a business set). Built-in models only.

use super::{Check, Field, Kind, Rule, check};
use crate::Result;
use crate::attribute::Attribute;
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Object;

impl Kind for Object {
    fn name(&self) -> &'static str {
        "object"
    }

    fn built_in_only(&self) -> bool {
        true
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, ObjectRule))
    }
}

#[derive(Debug)]
struct ObjectRule;

impl Rule for ObjectRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        if value.is_object() { Ok(value) } else { Err(field.invalid("give an object")) }
    }
}
