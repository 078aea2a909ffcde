//! What attributes of kind `enumquote` point to: whether it is there. Where what is quoted is deleted later, the values stay
//! as they are.

use crate::call::Call;
use crate::schema::{ModelSchema, Schema};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::enumquote::quote;
use relata_model::{Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Checks what a definition quotes (models.md §4): 1199011 `option` when the model is unknown, the attribute's own or one
/// whose instances cannot be quoted, or when none of the instances exists.
pub(super) async fn check_definition(call: &mut Call<'_>, schema: &Schema, attribute: &Attribute) -> Result<()> {
    let Some(quote) = quote(attribute) else { return Ok(()) };
    let refused = |hint: String| Err(Error::refers_to_nothing("option").hint(hint));
    let Some(model) = schema.model(quote.model) else { return refused(format!("there is no model {}", quote.model)) };
    let unfit = model.mainline && quote.model != "biz" || quote.model == "process";
    if unfit || quote.model == attribute.obj_id {
        return refused(format!("attributes of {} cannot quote instances of {}", attribute.obj_id, quote.model));
    }
    if existing(call, model, &quote.instances).await?.is_empty() {
        return refused(format!("none of the instances of {} exists", quote.model));
    }
    Ok(())
}

async fn existing(call: &mut Call<'_>, model: &ModelSchema, ids: &[i64]) -> Result<HashSet<i64>> {
    Ok(call.tx.get_many(model.space(), ids).await?.into_iter().map(|row| row.id).collect())
}

/// For each document the first attribute whose value quotes an instance that does not exist, as an error. Values that are
/// as they were `before` are not looked at. One look for each model that is quoted.
pub(crate) async fn dangling(
    call: &mut Call<'_>,
    model: &ModelSchema,
    documents: &[(Option<&Map>, &Map)],
) -> Result<Vec<Option<Error>>> {
    let attributes: Vec<(&Attribute, &str)> =
        model.attributes.iter().filter_map(|it| Some((&it.attribute, quote(&it.attribute)?.model))).collect();
    if attributes.is_empty() {
        return Ok(documents.iter().map(|_| None).collect());
    }
    let mut wanted: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for (attribute, quoted) in &attributes {
        let ids = documents.iter().flat_map(|document| ids(attribute, document));
        wanted.entry(quoted).or_default().extend(ids);
    }
    let schema = call.schema().await?;
    let mut found: BTreeMap<&str, HashSet<i64>> = BTreeMap::new();
    for (quoted, ids) in &wanted {
        if let Some(model) = schema.model(quoted).map(Arc::as_ref).filter(|_| !ids.is_empty()) {
            let ids: Vec<i64> = ids.iter().copied().collect();
            found.insert(quoted, existing(call, model, &ids).await?);
        }
    }
    let missing = |document: &(Option<&Map>, &Map)| {
        quoted(model, *document).find_map(|(attribute, quoted, ids)| {
            let exists = |id: &i64| found.get(quoted).is_some_and(|found| found.contains(id));
            Some(refers_to_nobody(attribute, quoted, ids.into_iter().find(|id| !exists(id))?))
        })
    };
    Ok(documents.iter().map(missing).collect())
}

/// What a document quotes: for each attribute the model and the ids, unless they were there before.
pub(crate) fn quoted<'m>(
    model: &'m ModelSchema,
    (before, after): (Option<&'m Map>, &'m Map),
) -> impl Iterator<Item = (&'m Attribute, &'m str, Vec<i64>)> {
    let attributes = model.attributes.iter().map(|it| &it.attribute);
    attributes.filter_map(move |it| Some((it, quote(it)?.model, ids(it, &(before, after)))))
}

/// The error of an attribute that quotes an instance which does not exist.
pub(crate) fn refers_to_nobody(attribute: &Attribute, quoted: &str, missing: i64) -> Error {
    let hint = format!("{quoted} has no instance {missing}");
    Error::refers_to_nothing(Error::invalid(attribute.name.as_str()).hint(hint))
}

/// The ids that a document has under an attribute, unless they were there before.
fn ids(attribute: &Attribute, (before, after): &(Option<&Map>, &Map)) -> Vec<i64> {
    let value = after.get(&attribute.property_id);
    if before.is_some_and(|before| before.get(&attribute.property_id) == value) {
        return Vec::new();
    }
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_i64).collect()
}
