//! The kinds of attributes: one file each (twins share one), one line each in [`KINDS`].
//!
//! A kind says what a definition may hold and compiles it into a [`Check`] of values. Rules that need the store (does the
//! model exist, is the name taken) are not here.

mod boolean;
mod date;
mod enumeration;
pub mod enumquote;
pub mod id_rule;
pub mod innertable;
mod list;
mod number;
mod object;
mod objuser;
mod organization;
mod reference;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod timezone;

use super::Attribute;
use crate::{Code, Error, Result};
use jiff::tz::TimeZone;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::Value;
use std::fmt::Debug;

/// A kind of attribute: what its definition may say.
pub trait Kind: Debug + Sync {
    /// The name on the wire (`bk_property_type`).
    fn name(&self) -> &'static str;

    /// Whether an attribute may hold several values (`ismultiple`).
    fn may_be_multiple(&self) -> bool {
        false
    }

    /// Only attributes of built-in models are of this kind; a caller cannot define one.
    fn built_in_only(&self) -> bool {
        false
    }

    /// Whether a definition keeps a `default`. Enum kinds mark it in their `option` instead.
    fn keeps_default(&self) -> bool {
        true
    }

    /// Checks `option` of a new definition (models.md §3.1 step 12, §4) and fills what it leaves out. Errors name `option`.
    fn define_option(&self, _attribute: &mut Attribute) -> Result<()> {
        Ok(())
    }

    /// Checks an `option` that replaces a stored one (models.md §3.2).
    fn replace_option(&self, attribute: &mut Attribute) -> Result<()> {
        self.define_option(attribute)
    }

    /// Checks `default` against a sound `option` (step 24); clears it where the kind keeps none. Errors name `default`.
    fn define_default(&self, attribute: &mut Attribute) -> Result<()> {
        if !self.keeps_default() {
            attribute.default = None;
        }
        let Some(default) = attribute.default.clone() else { return Ok(()) };
        let probe = Attribute { name: "default".to_owned(), required: false, default: None, ..attribute.clone() };
        self.compile(&probe, &TimeZone::UTC)?.accept(default).map(drop)
    }

    /// [`Kind::define_option`] and [`Kind::define_default`].
    fn define(&self, attribute: &mut Attribute) -> Result<()> {
        self.define_option(attribute)?;
        self.define_default(attribute)
    }

    /// The check of values for a definition that passed [`Kind::define`], or of a built-in one, which may also lack an
    /// option. `zone` is the zone of times without one.
    fn compile(&self, attribute: &Attribute, zone: &TimeZone) -> Result<Box<dyn Check>>;
}

/// A compiled attribute: checks and fills values.
pub trait Check: Debug + Send + Sync {
    /// Checks a value and brings it into its stored form (texts trimmed, times in UTC). Errors name the attribute by its
    /// display name and carry the codes of models.md §4.
    fn accept(&self, value: Value) -> Result<Value>;

    /// The value, in its stored form, of an instance that gives none (models.md §6). That a required attribute has to be
    /// given is for the caller to demand beforehand.
    fn absent(&self) -> Result<Value>;
}

/// The names of the kinds, as the schema of a text that is one of them.
pub(super) fn names(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name()).collect();
    json_schema!({"type": "string", "enum": names})
}

/// Every kind.
pub const KINDS: &[&dyn Kind] = &[
    &text::SINGLECHAR,
    &text::LONGCHAR,
    &number::Int,
    &number::Float,
    &enumeration::ENUM,
    &enumeration::ENUM_MULTI,
    &enumquote::EnumQuote,
    &date::Date,
    &time::Time,
    &objuser::ObjUser,
    &organization::Organization,
    &timezone::Timezone,
    &boolean::Boolean,
    &list::List,
    &id_rule::IdRule,
    &innertable::InnerTable,
    &table::Table,
    &object::Object,
    &reference::FOREIGN_KEY,
    &reference::SINGLE_ASSOCIATION,
    &reference::MULTI_ASSOCIATION,
];

/// The kind with this name.
pub fn by_name(name: &str) -> Option<&'static dyn Kind> {
    KINDS.iter().copied().find(|kind| kind.name() == name)
}

/// Compiles an attribute by its kind. An unknown kind is 1199085.
pub fn compile(attribute: &Attribute, zone: &TimeZone) -> Result<Box<dyn Check>> {
    by_name(&attribute.kind)
        .ok_or_else(|| Error::new(Code::AttributeTypeUnknown).arg(attribute.kind.as_str()))?
        .compile(attribute, zone)
}

/// The most entries of an `option` that is a list.
const MAX_OPTIONS: usize = 200;

/// The longest text of such an entry, in characters.
const MAX_OPTION_TEXT: usize = 128;

/// What errors and null values need to know of an attribute.
#[derive(Clone, Debug)]
struct Field {
    name: String,
    required: bool,
}

impl Field {
    /// An error whose argument is the display name.
    fn error(&self, code: Code) -> Error {
        Error::new(code).arg(self.name.as_str())
    }

    /// 1199006 and what to do about it.
    fn invalid(&self, hint: impl Into<String>) -> Error {
        self.error(Code::ParamInvalid).hint(hint)
    }

    /// `value` where it counts as not given: refused when the attribute is required.
    fn empty(&self, value: Value) -> Result<Value> {
        if self.required { Err(self.error(Code::ParamRequired)) } else { Ok(value) }
    }

    /// The value as a text without outer white space; `code` when it is none.
    fn text(&self, value: Value, code: Code) -> Result<String> {
        let Value::String(text) = value else { return Err(self.error(code)) };
        let trimmed = text.trim();
        if trimmed.len() == text.len() { Ok(text) } else { Ok(trimmed.to_owned()) }
    }
}

/// The rule of one kind for values that are not null.
trait Rule: Debug + Send + Sync + 'static {
    /// See [`Check::accept`].
    fn accept(&self, field: &Field, value: Value) -> Result<Value>;

    /// See [`Check::absent`]; `default` is that of the definition.
    fn fill(&self, field: &Field, default: Option<Value>) -> Result<Value> {
        default.map_or(Ok(Value::Null), |value| self.accept(field, value))
    }
}

#[derive(Debug)]
struct Compiled<R> {
    field: Field,
    rule: R,
    fill: Result<Value>,
}

impl<R: Rule> Check for Compiled<R> {
    fn accept(&self, value: Value) -> Result<Value> {
        if value.is_null() {
            return self.field.empty(value);
        }
        if has_nul(&value) {
            return Err(self.field.invalid("the character NUL (U+0000) cannot be stored"));
        }
        self.rule.accept(&self.field, value)
    }

    fn absent(&self) -> Result<Value> {
        self.fill.clone()
    }
}

/// The check of an attribute whose values obey `rule`.
fn check(attribute: &Attribute, rule: impl Rule) -> Box<dyn Check> {
    let field = Field { name: attribute.name.clone(), required: attribute.required };
    let fill = rule.fill(&field, attribute.default.clone());
    Box::new(Compiled { field, rule, fill })
}

/// True when a text in the value, or a key, holds the character NUL, which engines do not keep.
pub fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_nul),
        Value::Object(members) => members.iter().any(|(key, value)| key.contains('\0') || has_nul(value)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The number as an integer; `None` when it has a fraction or does not fit into 64 bits with sign.
fn integer(value: &Value) -> Option<i64> {
    let number = value.as_number()?;
    number.as_i64().or_else(|| number.as_f64().filter(|value| value.fract() == 0.0).and_then(number::truncate))
}
