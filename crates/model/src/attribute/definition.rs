//! The checks of an attribute's definition that need no store (models.md §3.1, §3.2).
//!
//! The caller adds what only the store knows: model and group exist, id and name are free, the model takes attributes.

use super::kind::{self, has_nul};
use super::{Attribute, DEFAULT_GROUP};
use crate::{Code, Error, Map, Result};
use serde_json::Value;

/// The longest id and name, in characters.
const MAX_NAME: usize = 128;
/// The longest placeholder and the longest `option` that is a text, in characters.
const MAX_TEXT: usize = 2000;
/// The longest unit, in characters.
const MAX_UNIT: usize = 20;

/// Where a definition comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A request: ids of the system's own form and kinds of built-in models are refused, `ispre` is cleared.
    Caller,
    /// The system itself.
    BuiltIn,
}

/// Checks a new definition and fills what it leaves out: steps 2, 4, 9–12, 14 and 20–25 of models.md §3.1, in this order.
/// Enums need a default here, even built-in ones; those without (models.md §11) are written without this check.
pub fn check_definition(attribute: &mut Attribute, origin: Origin) -> Result<()> {
    fill(attribute, origin);
    let known = kind::by_name(&attribute.kind);
    check_multiple(attribute)?;
    if attribute.kind.is_empty() {
        return Err(Error::required("bk_property_type"));
    }
    check_id_form(&attribute.property_id)?;
    limit("bk_property_name", &attribute.name, MAX_NAME)?;
    if let Some(kind) = known {
        kind.define_option(attribute)?;
    }
    limit("placeholder", &attribute.placeholder, MAX_TEXT)?;
    for (parameter, text) in [("bk_property_id", &attribute.property_id), ("bk_property_name", &attribute.name)] {
        if text.is_empty() {
            return Err(Error::required(parameter));
        }
    }
    let reserved = ["bk_", "_bk"].iter().any(|prefix| attribute.property_id.starts_with(prefix));
    if origin == Origin::Caller && reserved {
        return Err(Error::refers_to_nothing("bk_property_id").hint("ids that begin with bk_ are the system's own"));
    }
    check_texts(attribute)?;
    let kind = known
        .filter(|kind| origin == Origin::BuiltIn || !kind.built_in_only())
        .ok_or_else(|| unknown_kind(&attribute.kind))?;
    kind.define_default(attribute)?;
    limit_option(attribute)
}

/// Applies a request for an update to a stored attribute: drops the fields that never change, and all but unit, placeholder
/// and option of a built-in one; checks what is left. The stamps are for the caller to set.
pub fn check_update(stored: &Attribute, patch: &Map) -> Result<Attribute> {
    let mut new = stored.clone();
    for (key, value) in patch {
        let frozen = stored.built_in && !matches!(key.as_str(), "unit" | "placeholder" | "option");
        if !frozen || key == "bk_template_id" {
            apply(&mut new, key, value)?;
        }
    }
    if new.required != stored.required && requirement_is_fixed(&stored.obj_id) {
        return Err(Error::new(Code::RequiredFixed).arg(stored.obj_id.as_str()));
    }
    if stored.kind == "objuser" {
        new.multiple = stored.multiple;
    }
    check_multiple(&new)?;
    if new.name.is_empty() {
        return Err(Error::required("bk_property_name"));
    }
    check_texts(&new)?;
    let kind = kind::by_name(&stored.kind).ok_or_else(|| unknown_kind(&stored.kind))?;
    let option_given = patch.contains_key("option");
    // How many defaults an enum may have, and how many ids a default, depends on `ismultiple` too.
    let multiplicity = kind.may_be_multiple() && new.multiple != stored.multiple;
    if option_given {
        kind.replace_option(&mut new)?;
        limit_option(&new)?;
    } else if multiplicity {
        kind.define_option(&mut new)?;
    }
    if option_given || multiplicity || new.default != stored.default {
        kind.define_default(&mut new)?;
    }
    Ok(new)
}

/// Models whose attributes stay required, or not, as they are (models.md §3.1 step 19, §3.2).
pub fn requirement_is_fixed(obj_id: &str) -> bool {
    matches!(obj_id, "biz" | "set" | "module" | "host" | "plat" | "process")
}

/// Steps 2 and 4.
fn fill(attribute: &mut Attribute, origin: Origin) {
    attribute.multiple = Some(match attribute.kind.as_str() {
        "objuser" => true,
        "organization" => attribute.multiple.unwrap_or(true),
        _ => attribute.multiple.unwrap_or(false),
    });
    attribute.built_in &= origin == Origin::BuiltIn;
    attribute.required |= attribute.only;
    if attribute.group.is_empty() {
        DEFAULT_GROUP.clone_into(&mut attribute.group);
    }
}

/// Step 9.
fn check_multiple(attribute: &Attribute) -> Result<()> {
    let one_value = kind::by_name(&attribute.kind).is_some_and(|kind| !kind.may_be_multiple());
    if one_value && attribute.multiple == Some(true) {
        return Err(Error::new(Code::NotMultiple).arg(attribute.kind.as_str()));
    }
    Ok(())
}

/// Step 11. That an id is missing is step 20.
fn check_id_form(id: &str) -> Result<()> {
    limit("bk_property_id", id, MAX_NAME)?;
    let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    if id.is_empty() || (id.starts_with(|first: char| first.is_ascii_alphabetic()) && id.chars().all(word)) {
        return Ok(());
    }
    Err(Error::refers_to_nothing(id).hint("ids are a letter followed by letters, digits and underscores"))
}

/// Step 22.
fn check_texts(attribute: &Attribute) -> Result<()> {
    limit("bk_property_name", &attribute.name, MAX_NAME)?;
    limit("placeholder", &attribute.placeholder, MAX_TEXT)?;
    limit("unit", &attribute.unit, MAX_UNIT)?;
    for (parameter, text) in [("bk_property_name", &attribute.name), ("placeholder", &attribute.placeholder)] {
        if !text.is_empty() && text.trim().is_empty() {
            return Err(Error::refers_to_nothing(parameter).hint("it holds nothing but white space"));
        }
    }
    for (parameter, text) in [
        ("bk_property_name", &attribute.name),
        ("placeholder", &attribute.placeholder),
        ("unit", &attribute.unit),
        ("description", &attribute.description),
    ] {
        if text.contains('\0') {
            return Err(no_nul(parameter));
        }
    }
    Ok(())
}

/// Step 25, and what no engine could keep.
fn limit_option(attribute: &Attribute) -> Result<()> {
    if let Value::String(text) = &attribute.option {
        limit("option", text, MAX_TEXT)?;
    }
    if has_nul(&attribute.option) { Err(no_nul("option")) } else { Ok(()) }
}

fn limit(parameter: &str, text: &str, most: usize) -> Result<()> {
    if text.chars().nth(most).is_some() {
        return Err(Error::new(Code::TooLong).arg(parameter).arg(most));
    }
    Ok(())
}

fn no_nul(parameter: &str) -> Error {
    Error::invalid(parameter).hint("the character NUL (U+0000) cannot be stored")
}

fn unknown_kind(name: &str) -> Error {
    let hint = if kind::by_name(name).is_some() {
        format!("attributes of type {name} belong to built-in models only")
    } else {
        format!("there is no attribute type {name}")
    };
    Error::refers_to_nothing("bk_property_type").hint(hint)
}

/// Takes over one member of an update. What it does not name never changes.
fn apply(attribute: &mut Attribute, key: &str, value: &Value) -> Result<()> {
    match key {
        "bk_property_name" => attribute.name = text(key, value)?,
        "unit" => attribute.unit = text(key, value)?,
        "placeholder" => attribute.placeholder = text(key, value)?,
        "description" => attribute.description = text(key, value)?,
        "editable" => attribute.editable = flag(key, value)?,
        "isrequired" => attribute.required = flag(key, value)?,
        "isreadonly" => attribute.read_only = flag(key, value)?,
        "isonly" => attribute.only = flag(key, value)?,
        "bk_issystem" => attribute.system = flag(key, value)?,
        "bk_isapi" => attribute.api = flag(key, value)?,
        "ismultiple" => attribute.multiple = Some(flag(key, value)?),
        "option" => attribute.option = value.clone(),
        "default" => attribute.default = Some(value.clone()).filter(|value| !value.is_null()),
        "bk_template_id" if value.as_i64() != Some(0) && !value.is_null() => {
            return Err(Error::new(Code::FieldFixed).arg(key));
        }
        _ => {}
    }
    Ok(())
}

fn text(key: &str, value: &Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Null => Ok(String::new()),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(Error::new(Code::ParamNotString).arg(key))
        }
    }
}

fn flag(key: &str, value: &Value) -> Result<bool> {
    value.as_bool().ok_or_else(|| Error::new(Code::ParamNotBool).arg(key))
}

#[cfg(test)]
mod tests;
