//! English names of built-in definitions (conventions.md §9): where a search shows a record that is still called what it was
//! called at the first start, a caller who reads English sees the English name. Nothing is stored in English.

use super::builtin::{self, Builtin, GroupData, KindData, Parts};
use relata_model::attribute::Attribute;
use relata_model::store::Table;
use relata_model::{Lang, Map, Result};
use serde_json::Value;

/// Translates the display names of records of one table.
pub(crate) fn translate(lang: Lang, table: Table, docs: &mut [Map]) -> Result<()> {
    if lang == Lang::En {
        let builtin = builtin::data()?;
        for doc in docs {
            translate_one(builtin, table, doc);
        }
    }
    Ok(())
}

/// The display name of an attribute, as a caller shall read it.
pub(crate) fn attribute_name(lang: Lang, attribute: &Attribute) -> String {
    let fields = [
        ("bk_obj_id", &attribute.obj_id),
        ("bk_property_id", &attribute.property_id),
        ("bk_property_name", &attribute.name),
    ];
    let mut doc: Map = fields.into_iter().map(|(field, text)| (field.to_owned(), text.as_str().into())).collect();
    // Without the built-in names the name is told as it is stored.
    let _ = translate(lang, Table::Attributes, std::slice::from_mut(&mut doc));
    doc.get("bk_property_name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is named at the first start")]
fn translate_one(builtin: &Builtin, table: Table, doc: &mut Map) {
    match table {
        Table::Classifications => {
            if let Some(it) = builtin.classifications.iter().find(|it| is(doc, "bk_classification_id", &it.id)) {
                replace(doc, "bk_classification_name", &it.name, &it.en);
            }
        }
        Table::Models => {
            if let Some(it) = builtin.models.iter().find(|it| is(doc, "bk_obj_id", &it.id)) {
                replace(doc, "bk_obj_name", &it.name, &it.en);
            }
        }
        Table::Attributes => {
            let mut attributes = parts_of(builtin, doc).attributes.iter().chain(&builtin.stamps);
            if let Some(it) = attributes.find(|it| is(doc, "bk_property_id", &it.id)) {
                replace(doc, "bk_property_name", &it.name, &it.en);
            }
        }
        Table::AttributeGroups => {
            let groups = &parts_of(builtin, doc).groups;
            if let Some(GroupData(_, name, en, _)) = groups.iter().find(|it| is(doc, "bk_group_id", &it.0)) {
                replace(doc, "bk_group_name", name, en);
            }
        }
        Table::AssociationKinds => {
            if let Some(it) = builtin.kinds.iter().find(|it| is(doc, "bk_asst_id", &it.id)) {
                let KindData { name, en, source, source_en, target, target_en, .. } = it;
                for (field, built_in, english) in
                    [("bk_asst_name", name, en), ("src_des", source, source_en), ("dest_des", target, target_en)]
                {
                    replace(doc, field, built_in, english);
                }
            }
        }
        _ => {}
    }
}

fn is(doc: &Map, field: &str, text: &str) -> bool {
    doc.get(field).and_then(Value::as_str) == Some(text)
}

fn replace(doc: &mut Map, field: &str, built_in: &str, english: &str) {
    if is(doc, field, built_in) {
        doc.insert(field.to_owned(), english.into());
    }
}

/// What the model of a record was given at the first start or at its creation.
fn parts_of<'b>(builtin: &'b Builtin, doc: &Map) -> &'b Parts {
    let model = builtin.models.iter().find(|it| is(doc, "bk_obj_id", &it.id));
    model.map_or(&builtin.custom, |model| model.parts(builtin))
}
