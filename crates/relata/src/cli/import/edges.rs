//! Loads the edges, in batches of one association each. Names become ids here; the server judges the links.

use std::collections::HashMap;
use std::time::Instant;

use indicatif::ProgressBar;
use serde::Deserialize;
use serde_json::{Value, json};

use super::batches::{self, Batches};
use super::dataset::{Association, Rows};
use super::instances::UNANSWERED;
use super::names::{self, Names};
use super::report::{Kind, Refusal, Report};
use crate::cli::client::{CallError, Client};

/// The code of an item whose link is there already (associations.md §4.5).
const LINKED_ALREADY: i64 = 1_101_038;

/// A row of the file.
#[derive(Debug, Deserialize)]
struct Row {
    bk_obj_asst_id: String,
    src_key: String,
    dst_key: String,
}

/// An edge that waits to be sent.
struct Edge {
    line: usize,
    /// `source -> target`, for people.
    shown: String,
    source: i64,
    target: i64,
}

/// Edges of one association for one request.
pub(crate) struct Batch<'a> {
    association: &'a Association,
    edges: Vec<Edge>,
}

/// The edges of a set.
pub(crate) struct Edges<'a> {
    rows: Rows,
    associations: &'a [Association],
    by_id: HashMap<&'a str, usize>,
    /// Edges read and not sent, by association.
    waiting: Vec<Vec<Edge>>,
    batch: usize,
    names: HashMap<String, Names>,
    report: &'a mut Report,
    progress: &'a ProgressBar,
}

impl<'a> Edges<'a> {
    /// Prepares to load every row, `batch` in a request; `names` are the instances by model.
    pub(crate) fn new(
        rows: Rows,
        associations: &'a [Association],
        names: HashMap<String, Names>,
        batch: usize,
        report: &'a mut Report,
        progress: &'a ProgressBar,
    ) -> Self {
        let by_id = associations.iter().enumerate().map(|(index, it)| (it.id.as_str(), index)).collect();
        let waiting = associations.iter().map(|_| Vec::new()).collect();
        Self { rows, associations, by_id, waiting, batch, names, report, progress }
    }

    /// Reads a line into `waiting`; gives its association, or none when it was refused.
    fn take(&mut self, client: &Client, line: usize, row: Result<Row, String>) -> anyhow::Result<Option<usize>> {
        let row = match row {
            Ok(row) => row,
            Err(reason) => return self.refuse(line, "edge", reason),
        };
        let shown = format!("{}: {} -> {}", row.bk_obj_asst_id, row.src_key, row.dst_key);
        let Some(&index) = self.by_id.get(row.bk_obj_asst_id.as_str()) else {
            return self.refuse(line, &shown, "models.json has no such association".to_owned());
        };
        let Some(association) = self.associations.get(index) else { return Ok(None) };
        let source = self.id(client, &association.source, &row.src_key)?;
        let target = self.id(client, &association.target, &row.dst_key)?;
        match (source, target) {
            (Some(source), Some(target)) => {
                if let Some(waiting) = self.waiting.get_mut(index) {
                    waiting.push(Edge { line, shown, source, target });
                }
                Ok(Some(index))
            }
            (None, _) => self.refuse(line, &shown, missing("source", &association.source, &row.src_key)),
            (_, None) => self.refuse(line, &shown, missing("target", &association.target, &row.dst_key)),
        }
    }

    /// The id of an instance. Models that the set does not define are looked up when an edge first names them.
    fn id(&mut self, client: &Client, model: &str, name: &str) -> anyhow::Result<Option<i64>> {
        if !self.names.contains_key(model) {
            let names = match names::find(client, model) {
                Ok(names) => names,
                Err(CallError::Refused { .. }) => Names::new(),
                Err(error) => return Err(error.into()),
            };
            self.names.insert(model.to_owned(), names);
        }
        Ok(self.names.get(model).and_then(|names| names.get(name)?.id))
    }

    fn refuse<T>(&mut self, line: usize, item: &str, reason: String) -> anyhow::Result<Option<T>> {
        self.progress.inc(1);
        let file = self.rows.file.clone();
        let item = item.to_owned();
        self.report.refused(Refusal { kind: Kind::Edge, file, line: Some(line), item, code: None, reason })?;
        Ok(None)
    }
}

impl<'a> Batches for Edges<'a> {
    type Batch = Batch<'a>;

    fn next_batch(&mut self, client: &Client) -> anyhow::Result<Option<Batch<'a>>> {
        let full = loop {
            let Some((line, row)) = self.rows.next_row()? else {
                // At the end, the batches that are not full.
                break self.waiting.iter().position(|edges| !edges.is_empty());
            };
            let taken = self.take(client, line, row)?;
            let is_full = |index: &usize| self.waiting.get(*index).is_some_and(|edges| edges.len() >= self.batch);
            if let Some(index) = taken.filter(is_full) {
                break Some(index);
            }
        };
        let Some(index) = full else { return Ok(None) };
        let ready = self.associations.get(index).zip(self.waiting.get_mut(index));
        Ok(ready.map(|(association, edges)| Batch { association, edges: std::mem::take(edges) }))
    }

    fn request(batch: &mut Batch<'a>) -> (String, Value) {
        let pair = |edge: &Edge| json!({"bk_inst_id": edge.source, "bk_asst_inst_id": edge.target});
        let body = json!({
            "bk_obj_id": batch.association.source,
            "bk_asst_obj_id": batch.association.target,
            "bk_obj_asst_id": batch.association.id,
            "details": batch.edges.iter().map(pair).collect::<Vec<_>>(),
        });
        ("/api/v3/createmany/instassociation".to_owned(), body)
    }

    fn record(&mut self, batch: Batch<'a>, answer: Result<Value, (i64, String)>) -> anyhow::Result<()> {
        self.progress.inc(batch.edges.len() as u64);
        for (index, edge) in batch.edges.into_iter().enumerate() {
            let index = index.to_string();
            let item = |member: &str| answer.as_ref().ok().and_then(|data| data.get(member)?.get(&index));
            if item("success_created").is_some() {
                self.report.created(Kind::Edge, 1);
                continue;
            }
            let (code, reason) = match &answer {
                Err((code, message)) => (Some(*code), message.as_str()),
                Ok(_) => (
                    item("error_detail").and_then(|detail| detail.get("code")?.as_i64()),
                    item("error_msg").and_then(Value::as_str).unwrap_or(UNANSWERED),
                ),
            };
            if code == Some(LINKED_ALREADY) && answer.is_ok() {
                self.report.skipped(Kind::Edge, 1);
                continue;
            }
            let (file, reason) = (self.rows.file.clone(), reason.to_owned());
            let line = Some(edge.line);
            self.report.refused(Refusal { kind: Kind::Edge, file, line, item: edge.shown, code, reason })?;
        }
        Ok(())
    }
}

/// Loads the edges, by `lanes` requests at a time.
pub(crate) fn load(mut edges: Edges<'_>, client: &Client, lanes: usize) -> anyhow::Result<()> {
    let started = Instant::now();
    let result = batches::send_all(&mut edges, client, lanes);
    edges.report.took(Kind::Edge, started.elapsed());
    result
}

fn missing(end: &str, model: &str, name: &str) -> String {
    format!("the {end} is not there: {model} has no instance {name:?}")
}
