//! Instances out of a spreadsheet (instances.md §10): rows that create instances, or change those whose ids they name.
//! Not here: the spreadsheet itself.

use super::{general_model, insert, try_change, validate};
use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
use relata_model::instance::field;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

crate::endpoints! { V3;
    /// Create or change instances by the rows of a spreadsheet; every row succeeds or fails by itself. Changes come first.
    add_inst_by_import = POST "/create/instance/object/{bk_obj_id}/by_import", InstanceCreate, Write => import;
}

/// Most rows in one call.
const MAX_ROWS: usize = 1000;

/// Rows by their number. A null row is passed over.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(extend("examples" = [{
    "bk_obj_id": "switch",
    "BatchInfo": {"1": {"bk_inst_name": "sw-01"}, "2": {"bk_inst_id": 2, "bk_inst_name": "sw-02"}},
    "input_type": "excel",
}]))]
struct Import {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Attributes by the number of the row. With the id of an instance they change it, else they create one; null is passed over.
    #[serde(rename = "BatchInfo")]
    rows: BTreeMap<String, Option<Map>>,
    /// `excel`; nothing else is taken.
    input_type: String,
}

impl Input for Import {
    const MALFORMED: Code = Code::ParamRefersToNothing;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// The numbers of the rows that succeeded, and why others did not; null for none.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ImportedInstances")]
struct Imported {
    /// Why rows failed; null when none did.
    error: Option<Vec<String>>,
    /// Numbers of the rows that are stored; null for none.
    success: Option<Vec<i64>>,
}

/// A row: its number, the instance that it changes, and its attributes.
type ImportRow<'i> = (i64, Option<Value>, &'i Map);

async fn import(call: &mut Call<'_>, ok: Granted, input: &Import) -> Result<Imported> {
    let model = general_model(call, &input.bk_obj_id).await?;
    if model.mainline {
        return Err(Error::new(Code::MainlineInstance));
    }
    if input.input_type != "excel" {
        return Err(Error::refers_to_nothing("input_type").hint("it is excel"));
    }
    let (updated, new): (Vec<ImportRow<'_>>, Vec<ImportRow<'_>>) =
        rows(input, model.id_field())?.into_iter().partition(|(_, id, _)| id.is_some());
    let mut outcomes: Vec<(i64, Result<()>)> = Vec::new();

    let mut changes = Vec::with_capacity(updated.len());
    for (number, id, doc) in updated {
        let id = id.and_then(|id| id.as_i64().or_else(|| id.as_str()?.trim().parse().ok()));
        match id {
            Some(id) => changes.push((number, (id, doc))),
            None => outcomes.push((number, Err(Error::new(Code::ParamNotInteger).arg(model.id_field())))),
        }
    }
    let items: Vec<(i64, &Map)> = changes.iter().map(|(_, item)| *item).collect();
    let done = try_change(call, ok, &model, &items).await?;
    outcomes.extend(changes.iter().map(|(number, _)| *number).zip(done));

    let docs = new.iter().map(|(_, _, doc)| validate::new_document(call, &model, doc)).collect();
    let done = insert(call, ok, &model, docs, None).await?;
    outcomes.extend(new.iter().map(|(number, _, _)| *number).zip(done.into_iter().map(|it| it.map(drop))));

    outcomes.sort_by_key(|(number, _)| *number);
    let (mut error, mut success) = (Vec::new(), Vec::new());
    for (number, outcome) in outcomes {
        match outcome {
            Ok(()) => success.push(number),
            Err(refusal) => error.push(format!("{number} row {}", refusal.message(call.lang()))),
        }
    }
    Ok(Imported { error: (!error.is_empty()).then_some(error), success: (!success.is_empty()).then_some(success) })
}

/// The rows by number, without those that are null.
fn rows<'i>(input: &'i Import, id_field: &str) -> Result<Vec<ImportRow<'i>>> {
    if input.rows.is_empty() {
        return Err(Error::refers_to_nothing("BatchInfo").hint("it is empty"));
    }
    if input.rows.len() > MAX_ROWS {
        return Err(Error::new(Code::TooManyItems).arg("BatchInfo").arg(MAX_ROWS));
    }
    let mut rows = Vec::with_capacity(input.rows.len());
    for (number, doc) in &input.rows {
        let number: i64 = number.parse().map_err(|_| {
            let hint = format!("rows are named by their numbers, and {number:?} is none");
            Error::refers_to_nothing("BatchInfo").hint(hint)
        })?;
        let Some(doc) = doc else { continue };
        if doc.get(field::MODEL).and_then(Value::as_str).is_some_and(|named| named != input.bk_obj_id) {
            return Err(Error::new(Code::RowModelDiffers).arg(number));
        }
        let id = doc.get(id_field).filter(|id| !id.is_null() && *id != "");
        rows.push((number, id.cloned(), doc));
    }
    rows.sort_by_key(|(number, _, _)| *number);
    Ok(rows)
}
