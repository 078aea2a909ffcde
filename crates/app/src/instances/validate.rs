//! Brings the attributes that a caller sends into the stored form of an instance (instances.md §3 steps 6–11, §5.1).

use crate::call::Call;
use crate::models::translation::attribute_name;
use crate::schema::{AttributeSchema, ModelSchema};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::{has_nul, id_rule, innertable};
use relata_model::error::Arg;
use relata_model::instance::field;
use relata_model::model::id_field;
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;

/// Fields that are no attributes of a common model and yet are kept as sent at creation (instances.md §2).
const KEPT: &[&str] = &["bk_biz_id", "bk_parent_id", "default", "bk_data_status", "bk_process_id"];

/// Attributes that the system fills.
const STAMPS: &[&str] = &[field::CREATED_AT, field::CREATED_BY, field::UPDATED_AT];

/// Fields of a stored instance that the system fills.
const OWN: &[&str] = &[
    field::MODEL,
    field::ACCOUNT,
    field::CREATE_TIME,
    field::LAST_TIME,
    field::CREATED_AT,
    field::CREATED_BY,
    field::UPDATED_AT,
    field::UPDATED_BY,
];

/// The document of a new instance, without its id.
pub(crate) fn new_document(call: &Call<'_>, model: &ModelSchema, sent: &Map) -> Result<Map> {
    let business = business_of(sent)?;
    let attributes = || model.attributes_of(business);
    for AttributeSchema { attribute, .. } in attributes() {
        if attribute.required && !sent.contains_key(&attribute.property_id) {
            return Err(Error::required(attribute.property_id.as_str()));
        }
    }
    let mut doc = Map::new();
    for AttributeSchema { attribute, check } in attributes() {
        let name = &attribute.property_id;
        let value = match sent.get(name) {
            Some(_) if STAMPS.contains(&name.as_str()) => Value::Null,
            Some(value) => check.accept(value.clone()).map_err(|error| wrapped(call, attribute, error))?,
            None => check.absent().map_err(|error| wrapped(call, attribute, error))?,
        };
        doc.insert(name.clone(), value);
    }
    for name in KEPT {
        if let Some(value) = sent.get(*name) {
            if has_nul(value) {
                return Err(Error::refers_to_nothing(*name).hint("the character NUL (U+0000) cannot be stored"));
            }
            doc.entry(*name).or_insert_with(|| value.clone());
        }
    }
    let now = call.now_stored();
    for name in [field::CREATE_TIME, field::LAST_TIME, field::CREATED_AT, field::UPDATED_AT] {
        stamp(&mut doc, name, now.clone());
    }
    stamp(&mut doc, field::CREATED_BY, call.user());
    stamp(&mut doc, field::MODEL, model.model.obj_id.as_str());
    stamp(&mut doc, field::ACCOUNT, call.account());
    Ok(doc)
}

/// The business that an instance names: a number, and one that exists. There are no businesses yet.
pub(crate) fn business_of(sent: &Map) -> Result<i64> {
    match sent.get(field::BUSINESS) {
        None => Ok(0),
        Some(value) if value.as_i64() == Some(0) => Ok(0),
        Some(_) => Err(Error::refers_to_nothing(field::BUSINESS)),
    }
}

/// The document after a change. Unknown attributes and those that may not be edited are left out silently, as the API
/// has it; the stamps move in any case.
pub(crate) fn changed_document(call: &Call<'_>, model: &ModelSchema, before: &Map, sent: &Map) -> Result<Map> {
    let business = before.get(field::BUSINESS).and_then(Value::as_i64).unwrap_or_default();
    let mut doc = before.clone();
    for AttributeSchema { attribute, check } in model.attributes_of(business) {
        let Some(value) = sent.get(&attribute.property_id) else { continue };
        // What an inner table holds is no part of the document.
        let fixed = !attribute.editable || attribute.kind == innertable::NAME;
        if !fixed && !is_system_field(model, &attribute.property_id) {
            // An id that was given by a rule stays.
            let given = before.get(&attribute.property_id).is_some_and(|value| !value.is_null() && value != "");
            if attribute.kind == id_rule::NAME && given && before.get(&attribute.property_id) != Some(value) {
                return Err(wrapped(call, attribute, Error::new(Code::FieldFixed).arg(attribute.name.as_str())));
            }
            doc.insert(
                attribute.property_id.clone(),
                check.accept(value.clone()).map_err(|error| wrapped(call, attribute, error))?,
            );
        }
    }
    touch(call, &mut doc);
    Ok(doc)
}

/// The document of an instance that was deleted, for it to be created again: its values as they are stored now. Those of
/// attributes that were deleted since are left out, since they were taken from all instances.
pub(super) fn former_document(call: &Call<'_>, model: &ModelSchema, before: &Map) -> Result<Map> {
    let business = before.get(field::BUSINESS).and_then(Value::as_i64).unwrap_or_default();
    let known = |name: &str| model.attributes_of(business).any(|it| it.attribute.property_id == name);
    let mut doc = before.clone();
    doc.retain(|name, _| known(name) || KEPT.contains(&name.as_str()) || OWN.contains(&name.as_str()));
    for AttributeSchema { attribute, check } in model.attributes_of(business) {
        let name = attribute.property_id.as_str();
        if attribute.kind == innertable::NAME || OWN.contains(&name) {
            continue;
        }
        let value = doc.get(name).cloned().unwrap_or_default();
        doc.insert(name.to_owned(), check.accept(value).map_err(|error| wrapped(call, attribute, error))?);
    }
    touch(call, &mut doc);
    Ok(doc)
}

/// Sets who has changed a document, and when.
pub(crate) fn touch(call: &Call<'_>, doc: &mut Map) {
    let now = call.now_stored();
    stamp(doc, field::LAST_TIME, now.clone());
    stamp(doc, field::UPDATED_AT, now);
    stamp(doc, field::UPDATED_BY, call.user());
}

/// Sets a field that is the system's, whatever the caller sent.
fn stamp(doc: &mut Map, name: &str, value: impl Into<Value>) {
    doc.insert(name.to_owned(), value.into());
}

/// The fields of an update as the audit log shows them.
pub(crate) fn without_system_fields(model: &ModelSchema, sent: &Map) -> Map {
    let mut fields = sent.clone();
    fields.retain(|name, _| !is_system_field(model, name) && name != field::MODEL);
    fields
}

fn is_system_field(model: &ModelSchema, name: &str) -> bool {
    name == field::BUSINESS || name == field::PARENT || name == id_field(&model.model.obj_id)
}

/// How errors of values reach the caller: 1199011 around the message that names the attribute.
fn wrapped(call: &Call<'_>, attribute: &Attribute, mut inner: Error) -> Error {
    for arg in &mut inner.args {
        if matches!(arg, Arg::Text(name) if *name == attribute.name) {
            *arg = attribute_name(call.lang(), attribute).into();
        }
    }
    Error::refers_to_nothing(inner)
}
