//! `bool`: true or false.

use super::{Check, Field, Kind, Rule, check};
use crate::attribute::Attribute;
use crate::{Code, Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Boolean;

impl Kind for Boolean {
    fn name(&self) -> &'static str {
        "bool"
    }

    /// Any option is let pass at creation, only a truth value afterwards (models.md §4, last note).
    fn replace_option(&self, attribute: &mut Attribute) -> Result<()> {
        if attribute.option.is_boolean() { Ok(()) } else { Err(Error::new(Code::ParamNotBool).arg("option")) }
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, BooleanRule))
    }
}

#[derive(Debug)]
struct BooleanRule;

impl Rule for BooleanRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        if value.is_boolean() { Ok(value) } else { Err(field.error(Code::ParamNotBool)) }
    }

    fn fill(&self, field: &Field, default: Option<Value>) -> Result<Value> {
        default.map_or(Ok(Value::Bool(false)), |value| self.accept(field, value))
    }
}
