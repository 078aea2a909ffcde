//! What a field template may say (other.md §1.2). Pure; whether names are free is the store's to say.

use super::records::TemplateAttribute;
use relata_model::attribute::{Origin, check_definition};
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The longest name, in characters.
const MAX_NAME: usize = 128;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 2000;
/// The most attributes of a template.
const MAX_ATTRIBUTES: usize = 20;
/// The most unique rules of a template.
const MAX_UNIQUES: usize = 5;

/// The kinds of attributes that a template may have.
const KINDS: &[&str] = &[
    "singlechar",
    "longchar",
    "int",
    "float",
    "enummulti",
    "date",
    "time",
    "objuser",
    "organization",
    "timezone",
    "bool",
    "list",
];

/// A unique rule as a caller gives it: the textual ids of attributes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Unique {
    /// 0 for a new one.
    pub(super) id: i64,
    /// Textual ids of the attributes that are unique together.
    pub(super) keys: Vec<String>,
}

impl Unique {
    pub(super) fn fields(&self) -> BTreeSet<&str> {
        self.keys.iter().map(String::as_str).collect()
    }
}

/// Step 1.
pub(super) fn name(name: &str, description: &str) -> Result<()> {
    if name.is_empty() {
        return Err(Error::required("name"));
    }
    for (parameter, text, most) in [("name", name, MAX_NAME), ("description", description, MAX_DESCRIPTION)] {
        if text.chars().count() > most {
            return Err(Error::new(Code::TooLong).arg(parameter).arg(most));
        }
        if text.contains('\0') {
            return Err(Error::invalid(parameter).hint("the character NUL (U+0000) cannot be stored"));
        }
    }
    Ok(())
}

/// Steps 2 and 5: the attributes as they are stored, in their order.
pub(super) fn attributes(given: &[TemplateAttribute]) -> Result<Vec<TemplateAttribute>> {
    if given.is_empty() {
        return Err(Error::invalid("attributes").hint("give at least one"));
    }
    if given.len() > MAX_ATTRIBUTES {
        return Err(Error::new(Code::TooManyItems).arg("attributes").arg(MAX_ATTRIBUTES));
    }
    let placed = (0_i64..).zip(given);
    placed.map(|(index, it)| Ok(TemplateAttribute { index, ..attribute(it)? })).collect()
}

fn attribute(given: &TemplateAttribute) -> Result<TemplateAttribute> {
    if given.property_id.is_empty() {
        return Err(Error::required("bk_property_id"));
    }
    if !given.kind.is_empty() && !KINDS.contains(&given.kind.as_str()) {
        let hint = format!("attributes of templates are of these types: {}", KINDS.join(", "));
        return Err(Error::refers_to_nothing("bk_property_type").hint(hint));
    }
    let mut checked = given.attribute("");
    check_definition(&mut checked, Origin::Caller)?;
    Ok(TemplateAttribute {
        option: checked.option,
        default: checked.default,
        multiple: checked.multiple,
        ..given.clone()
    })
}

/// Steps 2 and 6.
pub(super) fn uniques(given: &[Unique], attributes: &[TemplateAttribute]) -> Result<()> {
    if given.len() > MAX_UNIQUES {
        return Err(Error::new(Code::TooManyItems).arg("uniques").arg(MAX_UNIQUES));
    }
    for (place, unique) in given.iter().enumerate() {
        if unique.keys.is_empty() {
            return Err(Error::required("keys"));
        }
        let fields = unique.fields();
        if fields.len() != unique.keys.len() {
            return Err(Error::invalid("keys").hint("an attribute is named more than once"));
        }
        for key in &unique.keys {
            let known = attributes.iter().find(|it| it.property_id == *key);
            let known =
                known.ok_or_else(|| Error::invalid("keys").hint(format!("the template has no attribute {key}")))?;
            let fits = match known.kind.as_str() {
                "singlechar" | "int" | "float" => true,
                "date" | "list" => unique.keys.len() > 1,
                _ => false,
            };
            if !fits {
                return Err(Error::invalid("keys").hint(format!("{key} is of a type that unique rules do not support")));
            }
        }
        let others = given.iter().take(place).map(Unique::fields);
        if others.into_iter().any(|other| other.is_subset(&fields) || other.is_superset(&fields)) {
            return Err(Error::invalid("keys").hint("another unique rule has the same attributes, or some of them"));
        }
    }
    Ok(())
}
