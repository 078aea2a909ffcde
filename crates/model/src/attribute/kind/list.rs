//! `list`: one of the texts of `option`.

use super::{Check, Field, Kind, MAX_OPTION_TEXT, MAX_OPTIONS, Rule, check, has_nul};
use crate::attribute::Attribute;
use crate::{Code, Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;
use std::collections::HashSet;

#[derive(Debug)]
pub(super) struct List;

impl Kind for List {
    fn name(&self) -> &'static str {
        "list"
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        let bad = || Error::new(Code::ListOptionInvalid).arg("option");
        let entries = attribute.option.as_array().filter(|entries| !entries.is_empty()).ok_or_else(bad)?;
        if entries.len() > MAX_OPTIONS {
            return Err(Error::new(Code::TooLong).arg("option").arg(MAX_OPTIONS));
        }
        for entry in entries {
            let text = entry.as_str().filter(|_| !has_nul(entry)).ok_or_else(bad)?;
            if text.chars().count() > MAX_OPTION_TEXT {
                return Err(Error::new(Code::TooLong).arg("option").arg(MAX_OPTION_TEXT));
            }
        }
        Ok(())
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        let entries = attribute.option.as_array().map_or(&[][..], Vec::as_slice);
        Ok(check(attribute, ListRule(entries.iter().filter_map(Value::as_str).map(str::to_owned).collect())))
    }
}

#[derive(Debug)]
struct ListRule(HashSet<String>);

impl Rule for ListRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let not_an_option = || field.invalid("give one of the texts of the option");
        let Value::String(text) = &value else { return Err(not_an_option()) };
        if self.0.contains(text) {
            return Ok(value);
        }
        let trimmed = text.trim();
        if self.0.contains(trimmed) { Ok(trimmed.into()) } else { Err(not_an_option()) }
    }
}
