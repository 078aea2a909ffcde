//! What is said of each operation.

use crate::models::translation::attribute_name;
use crate::schema::ModelSchema;
use relata_model::error::Arg;
use relata_model::{Error, Lang};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What became of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Status {
    /// It is there now.
    Created,
    /// It was changed.
    Updated,
    /// It is as it was asked for already; nothing was written.
    Unchanged,
    /// What was to be created is there already, and `on_conflict` says to leave it.
    Exists,
    /// It is gone.
    Deleted,
    /// Nothing was done; `code` and `message` say why.
    Failed,
}

/// The verdict on an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "BulkVerdict")]
pub(super) struct Verdict {
    /// The line of the operation, from 1.
    pub(super) row: u64,
    /// What became of it.
    pub(super) status: Status,
    /// Id of the instance or link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<i64>,
    /// Why it failed: the number of the error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<i64>,
    /// The same in the language of the caller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// The attribute or member that is wrong, where it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) field: Option<String>,
    /// The instance or link that is in the way, if the caller may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conflicting_id: Option<i64>,
    /// The earlier line that has made what is in the way, where it is of the same transaction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) conflicting_row: Option<u64>,
}

impl Verdict {
    pub(super) fn new(row: u64, status: Status, id: Option<i64>) -> Self {
        let (code, message, field, conflicting_id, conflicting_row) = (None, None, None, None, None);
        Self { row, status, id, code, message, field, conflicting_id, conflicting_row }
    }

    pub(super) fn failed(row: u64, failure: Failure, lang: Lang) -> Self {
        let Failure { error, field, conflicting_id, conflicting_row } = failure;
        let (code, message) = (Some(error.code.row().number), Some(error.message(lang)));
        Self { code, message, field, conflicting_id, conflicting_row, ..Self::new(row, Status::Failed, None) }
    }

    /// Puts the ids that were given in the place of the provisional ones.
    pub(super) fn settle(&mut self, given: &HashMap<i64, i64>) {
        for id in [&mut self.id, &mut self.conflicting_id] {
            if let Some(real) = id.and_then(|id| given.get(&id)) {
                *id = Some(*real);
            }
        }
    }
}

/// Why an operation fails.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub(super) error: Box<Error>,
    pub(super) field: Option<String>,
    pub(super) conflicting_id: Option<i64>,
    pub(super) conflicting_row: Option<u64>,
}

impl Failure {
    pub(super) fn new(error: Error) -> Self {
        Self { error: Box::new(error), field: None, conflicting_id: None, conflicting_row: None }
    }

    /// Of a member of the operation.
    pub(super) fn at(member: &str, error: Error) -> Self {
        Self { field: Some(member.to_owned()), ..Self::new(error) }
    }

    /// Of a value; which attribute it is follows from the error.
    pub(super) fn of(lang: Lang, model: &ModelSchema, error: Error) -> Self {
        Self { field: attribute_in(lang, model, &error), ..Self::new(error) }
    }
}

/// The id of the attribute that an error names, by its id or its name.
fn attribute_in(lang: Lang, model: &ModelSchema, error: &Error) -> Option<String> {
    error.args.iter().find_map(|arg| match arg {
        Arg::Error(inner) => attribute_in(lang, model, inner),
        Arg::Text(text) => {
            let attributes = || model.attributes.iter().map(|it| &it.attribute);
            let by_id = attributes().find(|it| [&it.property_id, &it.name].contains(&text));
            let found = by_id.or_else(|| attributes().find(|it| attribute_name(lang, it) == *text));
            found.map(|it| it.property_id.clone())
        }
    })
}
