//! Links out of a spreadsheet (associations.md §6.10): rows that name their instances by the values of a unique rule. All
//! instances are looked up at once, and the rows of an association are decided together. Not here: the spreadsheet itself.

use super::link_rights::check_ends;
use super::links;
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use crate::schema::{AssociationSchema, ModelSchema, RuleSchema, Schema};
use relata_model::association::{MAINLINE, mapping};
use relata_model::store::LinkQuery;
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Create and delete links of a model that name their instances by the values of a unique rule; every row succeeds or
    /// fails by itself. Of an association first the links that are to go are deleted.
    import_association = POST "/import/instassociation/{bk_obj_id}", InstanceUpdate, Write => import;
}

/// Most rows in one call.
const MAX_ROWS: usize = 1000;

/// Rows by their number, and the unique rules that their texts are about.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_obj_id": "switch",
    "object_unique_id": 10,
    "asst_object_unique_id_info": {"rack": 11},
    "association_info": {
        "1": {
            "bk_obj_asst_id": "switch_connect_rack",
            "operate": "add",
            "src_primary_key": "bk_inst_name=sw-01",
            "dst_primary_key": "bk_inst_name=rack-01",
        },
    },
}]))]
struct Import {
    /// Textual id of the model.
    bk_obj_id: String,
    /// The rows by their number.
    association_info: BTreeMap<String, ImportRow>,
    /// The rule of each model at the other end.
    asst_object_unique_id_info: HashMap<String, i64>,
    /// The rule of the model itself.
    object_unique_id: i64,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct ImportRow {
    /// Textual id of the association.
    bk_obj_asst_id: String,
    /// `add` creates the link, `delete` deletes it.
    operate: String,
    /// The instance that the link starts at, by the attributes of the unique rule: `field=value`, several separated by commas.
    src_primary_key: String,
    /// The instance that it leads to, likewise.
    dst_primary_key: String,
}

impl Input for Import {
    fn resources(&self) -> Vec<Resource> {
        let others = self.asst_object_unique_id_info.keys().filter(|other| **other != self.bk_obj_id);
        std::iter::once(&self.bk_obj_id).chain(others).cloned().map(Resource::Model).collect()
    }
}

/// What became of the rows that failed; null when none did.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImportedLinks")]
struct Imported {
    /// Why rows failed; null when none did.
    err_msg: Option<Vec<Failed>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "FailedRow")]
struct Failed {
    /// Number of the row.
    row: i64,
    /// Why it failed.
    message: String,
}

/// A row whose texts were understood.
struct Wanted {
    row: i64,
    association: Arc<AssociationSchema>,
    delete: bool,
    source: UniqueKey,
    target: UniqueKey,
}

/// A row with its source and target.
type Resolved = (Wanted, (i64, i64));

async fn import(call: &mut Call<'_>, ok: Granted, input: &Import) -> Result<Imported> {
    let schema = call.schema().await?;
    if schema.model(&input.bk_obj_id).is_none() {
        return Err(Error::refers_to_nothing("bk_obj_id"));
    }
    if input.association_info.len() > MAX_ROWS {
        return Err(Error::new(Code::TooManyItems).arg("association_info").arg(MAX_ROWS));
    }
    let mut failed: Vec<(i64, Error)> = Vec::new();
    let mut wanted = Vec::new();
    for (number, row) in &input.association_info {
        let number: i64 = number.parse().map_err(|_| {
            Error::invalid("association_info").hint(format!("rows are named by their numbers, and {number:?} is none"))
        })?;
        match understand(&schema, input, number, row) {
            Ok(row) => wanted.push(row),
            Err(error) => failed.push((number, error)),
        }
    }
    let keys: Vec<UniqueKey> = wanted.iter().flat_map(|row| [row.source.clone(), row.target.clone()]).collect();
    let holders = call.tx.find_keys(&keys).await?;
    let mut by_association: BTreeMap<i64, Vec<Resolved>> = BTreeMap::new();
    for (row, ends) in wanted.into_iter().zip(holders.chunks(2)) {
        match ends {
            [Some(source), Some(target)] => {
                let rows = by_association.entry(row.association.association.id).or_default();
                rows.push((row, (*source, *target)));
            }
            [None, _] => failed.push((row.row, nobody("src_primary_key"))),
            _ => failed.push((row.row, nobody("dst_primary_key"))),
        }
    }
    for rows in by_association.into_values() {
        let (deleted, added): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(row, _)| row.delete);
        failed.extend(delete(call, ok, &deleted).await?);
        failed.extend(add(call, ok, &added).await?);
    }
    failed.sort_by_key(|(row, _)| *row);
    let lang = call.lang();
    let shown: Vec<Failed> =
        failed.into_iter().map(|(row, error)| Failed { row, message: error.message(lang) }).collect();
    Ok(Imported { err_msg: (!shown.is_empty()).then_some(shown) })
}

fn nobody(member: &str) -> Error {
    Error::refers_to_nothing(member).hint("no instance has these values")
}

fn understand(schema: &Schema, input: &Import, number: i64, row: &ImportRow) -> Result<Wanted> {
    let association =
        schema.associations.get(&row.bk_obj_asst_id).ok_or_else(|| Error::new(Code::AssociationNotFound))?;
    let record = &association.association;
    if record.kind == MAINLINE {
        return Err(Error::new(Code::MainlineKind));
    }
    if ![&record.source, &record.target].contains(&&input.bk_obj_id) {
        return Err(Error::invalid("bk_obj_asst_id").hint("the association does not have the model at an end"));
    }
    let delete = match row.operate.as_str() {
        "add" => false,
        "delete" => true,
        _ => return Err(Error::invalid("operate").hint("it is add or delete")),
    };
    // Of an association of the model with itself the rule of the other end may be left out.
    let (of_self, of_other) = (input.object_unique_id, &input.asst_object_unique_id_info);
    let rule = |obj_id: &str, other_end: bool| {
        let own = (obj_id == input.bk_obj_id).then_some(of_self);
        let other = of_other.get(obj_id).copied();
        if other_end { other.or(own) } else { own.or(other) }
    };
    let target_is_other = record.source == input.bk_obj_id;
    let key = |obj_id: &str, other_end, member, text: &str| {
        let model = schema.model(obj_id).ok_or_else(|| Error::refers_to_nothing("bk_obj_id"))?;
        let id = rule(obj_id, other_end).unwrap_or_default();
        let rule = model.rules.iter().find(|it| it.id == id);
        let rule = rule.ok_or_else(|| Error::new(Code::UniqueRuleNotFound).arg(obj_id).arg(id))?;
        key_of(model, rule, text).ok_or_else(|| {
            let hint = format!("give {} as field=value, separated by commas", rule.fields.join(", "));
            Error::invalid(member).hint(hint)
        })
    };
    Ok(Wanted {
        row: number,
        delete,
        source: key(&record.source, !target_is_other, "src_primary_key", &row.src_primary_key)?,
        target: key(&record.target, target_is_other, "dst_primary_key", &row.dst_primary_key)?,
        association: Arc::clone(association),
    })
}

/// Reads `field=value,field=value`, where a field is named by its id or its display name, into the key of a rule. A value
/// may hold commas, as long as what follows one does not begin like a field of the rule.
fn key_of(model: &ModelSchema, rule: &RuleSchema, text: &str) -> Option<UniqueKey> {
    let attributes: Vec<_> =
        model.attributes_of(0).map(|it| &it.attribute).filter(|it| rule.fields.contains(&it.property_id)).collect();
    let named = |name: &str| {
        attributes.iter().copied().find(|it| [&it.property_id, &it.name].contains(&&name.trim().to_owned()))
    };
    let mut parts: Vec<(&str, String)> = Vec::new();
    let mut kinds = HashMap::new();
    for piece in text.split(',') {
        let part = piece.split_once('=').and_then(|(name, value)| Some((named(name)?, value)));
        if let Some((attribute, value)) = part {
            kinds.insert(attribute.property_id.as_str(), attribute);
            parts.push((&attribute.property_id, value.to_owned()));
        } else {
            let (_, value) = parts.last_mut()?;
            value.push(',');
            value.push_str(piece);
        }
    }
    let value = |(field, text): (&str, String)| {
        let attribute = kinds.get(field)?;
        let text = text.trim();
        let value = match attribute.kind.as_str() {
            "int" => Value::from(text.parse::<i64>().ok()?),
            "float" => Value::from(text.parse::<f64>().ok()?),
            "enum" => choice(&attribute.option, text).unwrap_or(text).into(),
            _ => text.into(),
        };
        Some((field.to_owned(), value))
    };
    let doc: Map = parts.into_iter().map(value).collect::<Option<_>>()?;
    rule.key(&doc)
}

/// The id of the choice of an enum with this name.
fn choice<'o>(option: &'o Value, name: &str) -> Option<&'o str> {
    let choices = option.as_array()?;
    let found = choices.iter().find(|it| it.get("name").and_then(Value::as_str) == Some(name))?;
    found.get("id")?.as_str()
}

/// Deletes the links of rows of one association; gives the rows that have none.
async fn delete(call: &mut Call<'_>, ok: Granted, rows: &[Resolved]) -> Result<Vec<(i64, Error)>> {
    let Some((first, _)) = rows.first() else { return Ok(Vec::new()) };
    let query = LinkQuery {
        associations: vec![first.association.association.id],
        sources: Some(rows.iter().map(|(_, (source, _))| *source).collect()),
        targets: Some(rows.iter().map(|(_, (_, target))| *target).collect()),
        ..LinkQuery::default()
    };
    let links: HashMap<(i64, i64), i64> =
        call.tx.find_links(&query).await?.into_iter().map(|link| ((link.source, link.target), link.id)).collect();
    let ids = rows.iter().filter_map(|(_, pair)| links.get(pair).copied()).collect();
    links::remove(call, ok, &first.association.association.source, ids).await?;
    let missing = rows.iter().filter(|(_, pair)| !links.contains_key(pair));
    Ok(missing.map(|(row, _)| (row.row, Error::new(Code::TargetNotFound).hint("there is no such link"))).collect())
}

/// Adds the links of rows of one association; gives the rows that are refused.
async fn add(call: &mut Call<'_>, ok: Granted, rows: &[Resolved]) -> Result<Vec<(i64, Error)>> {
    let Some((first, _)) = rows.first() else { return Ok(Vec::new()) };
    let association = &first.association;
    let pairs: Vec<(i64, i64)> = rows.iter().map(|(_, pair)| *pair).collect();
    check_ends(call, ok, association, &pairs).await?;
    let facts = call.tx.link_facts(association.ends, &pairs).await?;
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for ((row, pair), verdict) in rows.iter().zip(mapping::decide(association.mapping, &pairs, &facts)) {
        match verdict {
            Ok(()) => good.push(*pair),
            Err(refusal) => failed.push((row.row, links::refused(refusal, *pair, association))),
        }
    }
    links::insert(call, ok, association, &good).await?;
    Ok(failed)
}
