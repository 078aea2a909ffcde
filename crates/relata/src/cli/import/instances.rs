//! Loads the rows of models, in batches. Rows whose `bk_inst_name` the server has are skipped.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use indicatif::ProgressBar;
use serde_json::{Map, Value, json};

use super::batches::Batches;
use super::dataset::{DataSet, Model, Rows, instance_file};
use super::names::{self, Names};
use super::report::{Kind, Refusal, Report};
use crate::cli::client::{CallError, Client};

const NAME: &str = "bk_inst_name";

/// The rows of all models of a set.
pub(crate) struct Instances<'a> {
    set: &'a DataSet,
    models: std::slice::Iter<'a, Model>,
    open: Option<OpenFile>,
    batch: usize,
    /// The instances of the models so far.
    pub(crate) names: HashMap<String, Names>,
    report: &'a mut Report,
    progress: &'a ProgressBar,
}

/// The file that is being read.
struct OpenFile {
    model: Arc<str>,
    file: Arc<str>,
    rows: Rows,
    /// Attributes that are sent as `null` when a row lacks them.
    null_when_absent: Vec<String>,
}

/// Rows for one request.
pub(crate) struct Batch {
    model: Arc<str>,
    file: Arc<str>,
    /// Line and name of each row.
    rows: Vec<(usize, String)>,
    details: Vec<Value>,
}

impl<'a> Instances<'a> {
    /// Prepares to load every model's rows, `batch` in a request.
    pub(crate) fn new(
        set: &'a DataSet,
        models: &'a [Model],
        batch: usize,
        report: &'a mut Report,
        progress: &'a ProgressBar,
    ) -> Self {
        Self { set, models: models.iter(), open: None, batch, names: HashMap::new(), report, progress }
    }

    /// Opens the next model's file; false when there is none left.
    fn open_next(&mut self, client: &Client) -> anyhow::Result<bool> {
        for model in self.models.by_ref() {
            let rows = self.set.rows(&instance_file(&model.id))?;
            // Without an answer the rows are still sent: the server then says for each why it refuses it.
            let names = match names::find(client, &model.id) {
                Ok(names) => names,
                Err(CallError::Refused { .. }) => Names::new(),
                Err(error) => return Err(error.into()),
            };
            self.names.insert(model.id.clone(), names);
            match rows {
                Some(rows) => {
                    let null_when_absent = null_when_absent(model);
                    let file = rows.file.as_str().into();
                    self.open = Some(OpenFile { model: model.id.as_str().into(), file, rows, null_when_absent });
                    return Ok(true);
                }
                None if model.count > 0 => {
                    let reason = format!("the file is missing; models.json counts {} rows in it", model.count);
                    self.report.refused(refusal(&instance_file(&model.id), None, &model.id, None, reason))?;
                }
                None => {}
            }
        }
        Ok(false)
    }
}

impl Batches for Instances<'_> {
    type Batch = Batch;

    fn next_batch(&mut self, client: &Client) -> anyhow::Result<Option<Batch>> {
        loop {
            if self.open.is_none() && !self.open_next(client)? {
                return Ok(None);
            }
            let Some(open) = &mut self.open else { return Ok(None) };
            let names = self.names.entry(open.model.to_string()).or_default();
            let (model, file) = (Arc::clone(&open.model), Arc::clone(&open.file));
            let mut batch = Batch { model, file, rows: Vec::new(), details: Vec::new() };
            while batch.details.len() < self.batch {
                let Some((line, row)) = open.rows.next_row::<Map<String, Value>>()? else {
                    self.open = None;
                    break;
                };
                let mut refuse = |item: &str, reason: &str| {
                    self.progress.inc(1);
                    self.report.refused(refusal(&open.file, Some(line), item, None, reason.to_owned()))
                };
                let mut row = match row {
                    Ok(row) => row,
                    Err(reason) => {
                        refuse(&open.model, &reason)?;
                        continue;
                    }
                };
                let Some(name) = row.get(NAME).and_then(Value::as_str).map(str::to_owned) else {
                    refuse(&open.model, "the row has no bk_inst_name")?;
                    continue;
                };
                let known = names.entry(name.as_str().into()).or_default();
                if std::mem::replace(&mut known.in_file, true) {
                    refuse(&name, "an earlier line has the same bk_inst_name")?;
                } else if known.id.is_some() {
                    self.progress.inc(1);
                    self.report.skipped(Kind::Instance, 1);
                } else {
                    for attribute in &open.null_when_absent {
                        row.entry(attribute.as_str()).or_insert(Value::Null);
                    }
                    batch.rows.push((line, name));
                    batch.details.push(Value::Object(row));
                }
            }
            if !batch.rows.is_empty() {
                return Ok(Some(batch));
            }
        }
    }

    fn request(batch: &mut Batch) -> (String, Value) {
        let details = std::mem::take(&mut batch.details);
        (format!("/api/v3/createmany/instance/object/{}", batch.model), json!({"details": details}))
    }

    fn record(&mut self, batch: Batch, answer: Result<Value, (i64, String)>) -> anyhow::Result<()> {
        self.progress.inc(batch.rows.len() as u64);
        let names = self.names.entry(batch.model.to_string()).or_default();
        for (index, (line, name)) in batch.rows.into_iter().enumerate() {
            let index = index.to_string();
            let item = |member: &str| answer.as_ref().ok().and_then(|data| data.get(member)?.get(&index));
            if let Some(id) = item("success_created").and_then(Value::as_i64) {
                names.entry(name.into()).or_default().id = Some(id);
                self.report.created(Kind::Instance, 1);
                continue;
            }
            let (code, reason) = match &answer {
                Err((code, message)) => (Some(*code), message.as_str()),
                Ok(_) => (None, item("error_msg").and_then(Value::as_str).unwrap_or(UNANSWERED)),
            };
            self.report.refused(refusal(&batch.file, Some(line), &name, code, reason.to_owned()))?;
        }
        Ok(())
    }
}

/// What is said of a row that the answer leaves out.
pub(crate) const UNANSWERED: &str = "the server's answer does not mention it";

fn refusal(file: &str, line: Option<usize>, item: &str, code: Option<i64>, reason: String) -> Refusal {
    Refusal { kind: Kind::Instance, file: file.to_owned(), line, item: item.to_owned(), code, reason }
}

/// Attributes that the server would fill in, when a row lacks them, with a value that says something (models.md §6): the
/// default of an enum, `false`, and in a unique rule the empty text, which collides with another one. `null` says
/// "not known", as the data does. Required attributes are left out, so that the server refuses the row.
fn null_when_absent(model: &Model) -> Vec<String> {
    let in_rule = |id: &str| model.unique.iter().any(|rule| rule.contains(id));
    let filled = |kind: &str| matches!(kind, "enum" | "bool");
    model
        .attributes
        .iter()
        .filter(|attribute| !attribute.required && (filled(&attribute.kind) || in_rule(&attribute.id)))
        .map(|attribute| attribute.id.clone())
        .collect()
}

/// Loads the rows, by `lanes` requests at a time, and gives the instances by name.
pub(crate) fn load(
    mut instances: Instances<'_>,
    client: &Client,
    lanes: usize,
) -> anyhow::Result<HashMap<String, Names>> {
    let started = Instant::now();
    let result = super::batches::send_all(&mut instances, client, lanes);
    instances.report.took(Kind::Instance, started.elapsed());
    result.map(|()| instances.names)
}
