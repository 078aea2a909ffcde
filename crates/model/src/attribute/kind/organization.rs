//! `organization`: ids of organizational units. Whether they exist is not asked.

use super::{Check, Field, Kind, Rule, check, integer};
use crate::attribute::Attribute;
use crate::{Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Organization;

impl Kind for Organization {
    fn name(&self) -> &'static str {
        "organization"
    }

    fn may_be_multiple(&self) -> bool {
        true
    }

    fn define_default(&self, attribute: &mut Attribute) -> Result<()> {
        let Some(default) = attribute.default.clone() else { return Ok(()) };
        // As if it were required: an empty list is no default.
        let probe = Attribute { name: "default".to_owned(), required: true, default: None, ..attribute.clone() };
        let check = self.compile(&probe, &TimeZone::UTC)?;
        check.accept(default).map(drop).map_err(|_| Error::refers_to_nothing("default").hint(HINT))
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, OrganizationRule { single: attribute.multiple == Some(false) }))
    }
}

const HINT: &str = "give a list of ids of organizational units (integers)";

#[derive(Debug)]
struct OrganizationRule {
    /// At most one id may be given.
    single: bool,
}

impl Rule for OrganizationRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let Value::Array(ids) = value else { return Err(field.invalid(HINT)) };
        if ids.is_empty() {
            return field.empty(Value::Array(ids));
        }
        if self.single && ids.len() != 1 {
            return Err(field.invalid("give one id"));
        }
        ids.iter().map(|id| integer(id).map(Value::from).ok_or_else(|| field.invalid(HINT))).collect()
    }
}
