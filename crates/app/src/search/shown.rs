//! How what was found is shown: its name, and the place in its values where the text stands.

use super::{Item, Kind, Place};
use crate::call::Call;
use crate::models::translation;
use crate::schema::{ModelSchema, Schema};
use relata_model::attribute::Attribute;
use relata_model::model::Model;
use relata_model::search::{Condition, Entry, Query, addresses, fold, values};
use relata_model::{Map, Result};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Characters of a value that are shown.
const SHOWN: usize = 120;
/// Characters of it before the place.
const BEFORE: usize = 30;

/// What a model is found by.
pub(super) fn model_entry(model: &Model) -> Entry {
    let texts = [&model.obj_id, &model.name, &model.description];
    Entry::new(&model.name, &model.obj_id, texts.map(|text| fold(text).into_owned()).into())
}

/// What an attribute is found by.
pub(super) fn attribute_entry(attribute: &Attribute) -> Entry {
    let texts = [&attribute.property_id, &attribute.name];
    Entry::new(&attribute.name, &attribute.property_id, texts.map(|text| fold(text).into_owned()).into())
}

/// The items at these places, in their order. Left out are instances that are not there, or another way, in this transaction:
/// the index may be ahead of it.
pub(super) async fn items(
    call: &mut Call<'_>,
    schema: &Schema,
    models: &[&str],
    query: &Query,
    places: &[Place],
) -> Result<Vec<Item>> {
    let mut ids: BTreeMap<usize, Vec<i64>> = BTreeMap::new();
    for place in places.iter().filter(|place| place.kind == Kind::Instance) {
        ids.entry(place.model).or_default().push(place.id);
    }
    let of_place = |place: usize| models.get(place).and_then(|id| schema.model(id));
    let mut docs: BTreeMap<(usize, i64), Map> = BTreeMap::new();
    for (place, ids) in ids {
        let Some(model) = of_place(place) else { continue };
        let rows = call.tx.get_many(model.space(), &ids).await?;
        docs.extend(rows.into_iter().map(|row| ((place, row.id), row.doc)));
    }
    let show = |place: &Place| {
        let model = of_place(place.model)?;
        match place.kind {
            Kind::Model => Some(of_model(model, query)),
            Kind::Attribute => {
                let attribute = model.attributes.iter().map(|it| &it.attribute).find(|it| it.id == place.id)?;
                let name = translation::attribute_name(call.lang(), attribute);
                Some(of_attribute(attribute, name, query))
            }
            Kind::Instance => of_instance(model, place.id, docs.get(&(place.model, place.id))?, query),
        }
    };
    Ok(places.iter().filter_map(show).collect())
}

fn of_model(model: &Arc<ModelSchema>, query: &Query) -> Item {
    let model = &model.model;
    let texts = [&model.name, &model.obj_id, &model.description];
    Item {
        kind: Kind::Model,
        model: model.obj_id.clone(),
        id: model.id,
        name: model.name.clone(),
        attribute: String::new(),
        snippet: texts.into_iter().find_map(|text| snippet(text, query)).unwrap_or_default(),
    }
}

fn of_attribute(attribute: &Attribute, name: String, query: &Query) -> Item {
    let texts = [&attribute.name, &attribute.property_id];
    Item {
        kind: Kind::Attribute,
        model: attribute.obj_id.clone(),
        id: attribute.id,
        name,
        attribute: attribute.property_id.clone(),
        snippet: texts.into_iter().find_map(|text| snippet(text, query)).unwrap_or_default(),
    }
}

fn of_instance(model: &Arc<ModelSchema>, id: i64, doc: &Map, query: &Query) -> Option<Item> {
    let obj_id = &model.model.obj_id;
    query.rank(&Entry::of(obj_id, doc))?;
    let name = model.name_field();
    let mut values = values(obj_id, doc);
    // The name first, as it counts most.
    values.sort_by_key(|(attribute, _)| *attribute != name);
    let shown = |(attribute, value): &(&str, Cow<'_, str>)| Some(((*attribute).to_owned(), snippet(value, query)?));
    let (attribute, snippet) = values.iter().find_map(shown)?;
    let name = doc.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Some(Item { kind: Kind::Instance, model: obj_id.clone(), id, name, attribute, snippet })
}

/// A value around the place where something of the query stands; `None` where nothing does.
fn snippet(value: &str, query: &Query) -> Option<String> {
    let folded = fold(value);
    let wanted = if query.addresses.is_empty() {
        let text = |condition: &Condition| match condition {
            Condition::Begins(text) | Condition::Signs(text) => text.clone(),
        };
        text(query.conditions.iter().find(|it| it.is_in(&folded))?)
    } else {
        addresses(&folded).into_iter().find(|it| query.addresses.contains(it))?.to_string()
    };
    let length = value.chars().count();
    if length <= SHOWN {
        return Some(value.to_owned());
    }
    let place = (0..length).zip(value.char_indices()).find_map(|(number, (at, _))| {
        let here: String = value.get(at..)?.chars().take(wanted.chars().count() + 2).collect();
        fold(&here).starts_with(&wanted).then_some(number)
    });
    let begin = place.unwrap_or_default().saturating_sub(BEFORE).min(length - SHOWN);
    let mut shown: String = value.chars().skip(begin).take(SHOWN).collect();
    if begin > 0 {
        shown.insert(0, '…');
    }
    if begin + SHOWN < length {
        shown.push('…');
    }
    Some(shown)
}
