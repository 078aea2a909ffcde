//! `foreignkey`, `singleasst`, `multiasst`: references of built-in models, whose values are checked where they are used.

use super::{Check, Field, Kind, Rule, check};
use crate::Result;
use crate::attribute::Attribute;
use jiff::tz::TimeZone;
use serde_json::Value;

/// The id of a row elsewhere (a host's cloud area).
pub(super) const FOREIGN_KEY: Reference = Reference("foreignkey");
/// An association from before there were associations.
pub(super) const SINGLE_ASSOCIATION: Reference = Reference("singleasst");
/// Several of them.
pub(super) const MULTI_ASSOCIATION: Reference = Reference("multiasst");

#[derive(Debug)]
pub(super) struct Reference(&'static str);

impl Kind for Reference {
    fn name(&self) -> &'static str {
        self.0
    }

    fn may_be_multiple(&self) -> bool {
        true
    }

    fn built_in_only(&self) -> bool {
        true
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, Anything))
    }
}

#[derive(Debug)]
struct Anything;

impl Rule for Anything {
    fn accept(&self, _: &Field, value: Value) -> Result<Value> {
        Ok(value)
    }
}
