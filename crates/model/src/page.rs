//! Paging and sorting (conventions.md §4).

use crate::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The value of `limit` that older callers send for "no limit".
pub const NO_LIMIT: i64 = 999_999_999;

/// The `page` member of a request. Numbers may be absent; `sort` is `field`, `-field`, `+field`, `field:1`, `field:-1`,
/// several separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{"start": 0, "limit": 10}]))]
pub struct Page {
    /// Rows to skip.
    pub start: i64,
    /// Rows to return at the most; what 0 means depends on the endpoint.
    pub limit: i64,
    /// `field` or `-field`, several separated by commas.
    pub sort: String,
    /// Asks for the count instead of the rows, where an endpoint answers either.
    pub enable_count: bool,
}

/// One field of a sort order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    /// Field of the record.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

impl Page {
    /// The sort order. Never fails: an unknown field has no effect.
    pub fn sort(&self) -> Vec<Sort> {
        self.sort
            .split(',')
            .filter_map(|part| {
                let part = part.trim();
                let (field, descending) = if let Some(field) = part.strip_prefix('-') {
                    (field, true)
                } else if let Some(field) = part.strip_suffix(":-1") {
                    (field, true)
                } else {
                    (part.strip_prefix('+').unwrap_or(part).trim_end_matches(":1"), false)
                };
                (!field.is_empty()).then(|| Sort { field: field.to_owned(), descending })
            })
            .collect()
    }

    /// Rows to skip, for endpoints that do not check it: a negative start counts as 0.
    pub fn start(&self) -> u64 {
        u64::try_from(self.start).unwrap_or(0)
    }

    /// The limit of endpoints where 0 and [`NO_LIMIT`] mean everything (validator C).
    pub fn limit_or_all(&self) -> Option<u64> {
        u64::try_from(self.limit).ok().filter(|limit| *limit != 0 && self.limit != NO_LIMIT)
    }

    /// The limit of endpoints that demand one between 1 and `max` (validator A): else 1199006 `page.limit`.
    pub fn strict_limit(&self, max: i64) -> Result<u64> {
        if self.limit < 1 || self.limit > max {
            return Err(Error::invalid("page.limit").hint(format!("give a page.limit between 1 and {max}")));
        }
        Ok(self.limit.unsigned_abs())
    }

    /// The limit of endpoints that give either rows or their number (validator B): `None` when the number is asked for.
    pub fn limit_or_count(&self, max: i64) -> Result<Option<u64>> {
        if self.enable_count {
            if self.start != 0 || self.limit != 0 || !self.sort.is_empty() {
                return Err(Error::invalid("page.enable_count").hint("it goes without start, limit and sort"));
            }
            return Ok(None);
        }
        if self.start < 0 {
            return Err(Error::refers_to_nothing("page.start").hint("it is not negative"));
        }
        if self.limit <= 0 {
            return Err(Error::refers_to_nothing("page.limit").hint("it is more than 0"));
        }
        if self.limit > max && self.limit != NO_LIMIT {
            return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {max}")));
        }
        Ok(Some(self.limit.unsigned_abs()))
    }
}
