//! Filters: one tree, one meaning, and the languages it is written in: three of the API (conventions.md §5–§7), and that of
//! addresses ([`terms`]).
//!
//! [`Filter::matches`] is the meaning. Engines may answer from an index what they can, and must agree with it.
//!
//! [`querybuilder`] and [`expression`] are dialects of one grammar (`rule`, `operator`); [`condition`] holds the older
//! styles. Bodies can be hostile: each language bounds how deep a filter nests, and `pattern` what its regular
//! expressions may cost, so that evaluating needs no bounds of its own.

pub mod condition;
mod eval;
pub mod expression;
mod groups;
mod operator;
mod pattern;
pub mod querybuilder;
mod rule;
pub mod shape;
pub mod terms;
#[cfg(test)]
mod tests;

use crate::{Code, Error, Result};
pub use eval::{compare, order};
pub use groups::Groups;
pub use rule::{KeyError, Limits};
use serde_json::Value;

/// A filter tree.
#[derive(Clone, Debug)]
pub enum Filter {
    /// All of these (AND); without parts it matches everything.
    All(Vec<Filter>),
    /// At least one of these (OR); without parts it matches nothing.
    Any(Vec<Filter>),
    /// Not this.
    Not(Box<Filter>),
    /// A test of one field.
    Field {
        /// Name of the field; dots reach into objects.
        field: String,
        /// The test.
        test: Test,
    },
}

/// A test of one value. A field that holds an array passes when an element does, or the array as a whole.
#[derive(Clone, Debug)]
pub enum Test {
    /// Equal. Numbers by value; null equals null and missing.
    Equal(Value),
    /// Equal to one of these; an empty list matches nothing.
    In(Values),
    /// Smaller or larger than a value of the same type (numbers, texts in byte order); other types never pass.
    Compare(Order, Value),
    /// A text in which the pattern is found.
    Pattern(regex::Regex),
    /// The field is there, be it null.
    Exists,
    /// An array with this many elements.
    Size(u64),
    /// An array that holds all of these, or a lone value that equals each; an empty list matches nothing.
    HasAll(Vec<Value>),
    /// An array with an element for which the filter holds; the element is the field `element`.
    Element(Box<Filter>),
    /// An object for which the filter holds.
    Object(Box<Filter>),
}

/// A set of values, kept in their order so that looking one up in many takes few comparisons.
#[derive(Clone, Debug)]
pub struct Values(Vec<Value>);

impl FromIterator<Value> for Values {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Self {
        let mut values: Vec<Value> = values.into_iter().collect();
        values.sort_unstable_by(|a, b| compare(Some(a), Some(b)));
        Self(values)
    }
}

impl From<Vec<Value>> for Values {
    fn from(values: Vec<Value>) -> Self {
        Self::from_iter(values)
    }
}

impl Values {
    /// True for a value that is one of these; a missing value is null.
    fn contains(&self, value: Option<&Value>) -> bool {
        self.0.binary_search_by(|one| compare(Some(one), value)).is_ok()
    }
}

/// Which side of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Filter {
    /// Matches every row.
    pub const fn everything() -> Self {
        Self::All(Vec::new())
    }

    /// Matches rows whose field has this value.
    pub fn equal(field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::Field { field: field.into(), test: Test::Equal(value.into()) }
    }

    /// Matches rows whose field has one of these values.
    pub fn one_of(field: impl Into<String>, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        Self::Field { field: field.into(), test: Test::In(values.into_iter().map(Into::into).collect()) }
    }

    /// Matches rows whose field has a text in which this one stands, in capital or small letters. A text that is too long to
    /// be looked for is 1199030.
    pub fn containing(field: impl Into<String>, text: &str) -> Result<Self> {
        let pattern = pattern::Patterns::new().compile(&regex::escape(text), "i");
        let pattern = pattern.map_err(|reason| Error::new(Code::InputUnreadable).hint(reason))?;
        Ok(Self::Field { field: field.into(), test: Test::Pattern(pattern) })
    }

    /// Both this and that.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut parts) => {
                parts.push(other);
                Self::All(parts)
            }
            single @ (Self::Any(_) | Self::Not(_) | Self::Field { .. }) => Self::All(vec![single, other]),
        }
    }

    /// The values that `field` is pinned to by an equality at the top: `None` when it is not pinned, else the only values
    /// a matching row can have. Engines use it to start from an index.
    pub fn pinned(&self, field: &str) -> Option<&[Value]> {
        match self {
            Self::All(parts) => parts.iter().find_map(|part| part.pinned(field)),
            Self::Field { field: name, test } if name == field => match test {
                Test::Equal(value) => Some(std::slice::from_ref(value)),
                Test::In(values) => Some(&values.0),
                Test::Compare(..)
                | Test::Pattern(_)
                | Test::Exists
                | Test::Size(_)
                | Test::HasAll(_)
                | Test::Element(_)
                | Test::Object(_) => None,
            },
            Self::Any(_) | Self::Not(_) | Self::Field { .. } => None,
        }
    }
}
