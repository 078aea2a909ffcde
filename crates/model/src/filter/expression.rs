//! The rule language Q2, "filter expression" (conventions.md §6): a rule or a group of rules.

use super::rule::{self, Dialect};
use super::{Filter, Limits};
use crate::{Error, Result};
use jiff::tz::TimeZone;
use serde_json::Value;

const LIMITS: Limits = Limits { depth: 3, elements: 500, all: 50, any: 50 };

/// Characters of a refused expression that are repeated to the caller.
const SHOWN: usize = 4096;

/// Reads an expression; times without a zone are in `zone`. A wrong shape is 1199000, everything else 1199006 whose
/// argument is the text `conditions: ` and the expression (cut after 4096 characters).
pub fn parse(value: &Value, zone: &TimeZone) -> Result<Filter> {
    rule::parse(value, Dialect::Expression, LIMITS, zone).map_err(|error| match &error.key {
        None => error.into_error(crate::Code::JsonDecode, ""),
        Some(key) => {
            let place = if key.is_empty() { String::new() } else { format!("{key}: ") };
            let shown: String = value.to_string().chars().take(SHOWN).collect();
            Error::invalid(format!("conditions: {shown}")).hint(format!("{place}{}", error.problem))
        }
    })
}

#[cfg(test)]
mod tests;
