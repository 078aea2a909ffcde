//! The rule language Q1, "querybuilder" (conventions.md §5): a group of rules.

use super::rule::{self, Dialect};
use super::{Filter, KeyError, Limits};
use jiff::tz::TimeZone;
use serde_json::Value;

/// The limits of most lists, and of the search for instance associations.
pub const USUAL: Limits = Limits { depth: 3, elements: 500, all: usize::MAX, any: 20 };

/// No limits (`find_instassociation_with_inst`), but for the depth that nothing exceeds.
pub const NONE: Limits = Limits { depth: usize::MAX, elements: usize::MAX, all: usize::MAX, any: usize::MAX };

/// Reads a querybuilder; times without a zone are in `zone`. The error names the key below the parameter that holds the
/// querybuilder; see [`KeyError::into_error`].
pub fn parse(value: &Value, limits: Limits, zone: &TimeZone) -> Result<Filter, KeyError> {
    rule::parse(value, Dialect::Querybuilder, limits, zone)
}

#[cfg(test)]
mod tests;
