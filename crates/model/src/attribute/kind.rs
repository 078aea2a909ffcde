//! The kinds of attributes: one file each, one line each in [`KINDS`].

use super::Attribute;
use crate::Result;
use jiff::tz::TimeZone;
use serde_json::Value;
use std::fmt::Debug;

/// A kind of attribute: what its definition may say.
pub trait Kind: Debug + Sync {
    /// The name on the wire (`bk_property_type`).
    fn name(&self) -> &'static str;

    /// Whether an attribute may hold several values (`ismultiple`).
    fn may_be_multiple(&self) -> bool;

    /// Checks `option` and `default` of a definition (models.md §3.1 steps 12–13 and 24, §4), and makes of it the check of
    /// values. Clears what the kind does not keep (a `default` of enum kinds).
    fn define(&self, attribute: &mut Attribute) -> Result<()>;

    /// The check of values for a definition that passed [`Kind::define`]. `zone` is the zone of times without one.
    fn compile(&self, attribute: &Attribute, zone: &TimeZone) -> Result<Box<dyn Check>>;
}

/// A compiled attribute: checks and fills values.
pub trait Check: Debug + Send + Sync {
    /// Checks a value and brings it into its stored form (texts trimmed, times in UTC). Errors name the attribute by its
    /// display name and carry the codes of models.md §4.
    fn accept(&self, value: Value) -> Result<Value>;

    /// The value of an instance that gives none (models.md §6).
    fn absent(&self) -> Result<Value>;
}

/// Every kind.
pub const KINDS: &[&dyn Kind] = &[];

/// The kind with this name.
pub fn by_name(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}
