//! Files of rows that are loaded as one stream of operations: NDJSON and CSV.
//!
//! A line with the member `op` is an operation as it is. Other rows are attributes of an instance.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value};

use super::Args;
use crate::cli::Outcome;
use crate::cli::attributes::{Attribute, Attributes, ID, operation};
use crate::cli::bulk::{self, Operations, Placed};
use crate::cli::client::Client;
use crate::cli::tabular::Described;
use crate::config::Connection;

/// How rows become operations.
#[derive(Clone)]
struct Reading {
    model: Option<String>,
    ignore_ids: bool,
    /// Columns that are named otherwise than the attributes: `COLUMN=ATTRIBUTE`.
    columns: BTreeMap<String, String>,
    attributes: Option<Attributes>,
}

/// Loads files.
pub(super) fn load(args: &Args, connection: &Connection) -> anyhow::Result<Outcome> {
    let files = args.paths.iter().map(|path| Described::of(path)).collect::<anyhow::Result<Vec<_>>>()?;
    let csv = files.iter().any(|file| file.csv);
    let attributes = match &args.model {
        Some(model) if csv => Some(Attributes::of(&Client::new(connection), model)?),
        None if csv => bail!("say by --model of which model the rows of a CSV file are"),
        Some(_) | None => None,
    };
    let column = |text: &String| {
        let (column, attribute) =
            text.split_once('=').with_context(|| format!("--map {text}: it is COLUMN=ATTRIBUTE"))?;
        Ok((column.to_owned(), attribute.to_owned()))
    };
    let columns = args.map.iter().map(column).collect::<anyhow::Result<_>>()?;
    let reading = Reading { model: args.model.clone(), ignore_ids: args.ignore_ids, columns, attributes };
    let total = files.iter().map(|file| file.lines).sum();
    bulk::load(connection, &args.stream, total, &|| {
        let streams = files.iter().map(|file| operations(file, &reading)).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Box::new(streams.into_iter().flatten()))
    })
}

fn shown(path: &Path) -> Arc<str> {
    path.to_string_lossy().into_owned().into()
}

fn operations(file: &Described, reading: &Reading) -> anyhow::Result<Operations> {
    let name = shown(&file.path);
    if file.csv {
        return from_csv(file, reading, name);
    }
    let reading = reading.clone();
    let lines = file.text_lines()?;
    Ok(Box::new(lines.map(move |(line, text)| {
        // A line that is no row goes to the server, which says so.
        let text = text.unwrap_or_else(|error| error.to_string());
        let text = from_row(&reading, &text).unwrap_or(text);
        Placed { file: Arc::clone(&name), line, text }
    })))
}

/// A row of attributes as an operation; none where it is one already, or nothing of the kind.
fn from_row(reading: &Reading, text: &str) -> Option<String> {
    let row: Map<String, Value> = serde_json::from_str(text).ok()?;
    if row.contains_key("op") {
        return None;
    }
    let named = row.get("bk_obj_id").and_then(Value::as_str).map(str::to_owned);
    let model = reading.model.clone().or(named)?;
    Some(operation(&model, row, reading.ignore_ids).to_string())
}

fn from_csv(file: &Described, reading: &Reading, name: Arc<str>) -> anyhow::Result<Operations> {
    let mut records = file.records()?.into_records();
    let Some(header) = records.next() else { return Ok(Box::new(std::iter::empty())) };
    let header = header.with_context(|| format!("{name}: the first line cannot be read"))?;
    let (Some(attributes), Some(model)) = (&reading.attributes, reading.model.clone()) else {
        bail!("{name}: the model is not known")
    };
    let columns = header.iter().map(|title| {
        let title = title.trim();
        let named = reading.columns.get(title).map_or(title, String::as_str);
        if named == ID {
            return Ok(None);
        }
        let found = attributes.find(named).cloned().map(Some);
        found.with_context(|| {
            format!("{name}: no attribute of {model} has the id or name {named:?}; use --map {title}=ATTRIBUTE")
        })
    });
    let columns: Vec<Option<Attribute>> = columns.collect::<anyhow::Result<_>>()?;
    let ignore_ids = reading.ignore_ids;
    Ok(Box::new(records.zip(2..).map(move |(record, row)| {
        let record = record.unwrap_or_default();
        let line = record.position().map_or(row, csv::Position::line);
        let mut values = Map::new();
        for (column, text) in columns.iter().zip(&record) {
            match column {
                // An empty cell says nothing.
                _ if text.is_empty() => {}
                Some(attribute) => drop(values.insert(attribute.id.clone(), attribute.value(text))),
                None => {
                    let id = text.trim().parse::<i64>().map_or_else(|_| text.into(), Value::from);
                    values.insert(ID.to_owned(), id);
                }
            }
        }
        let text = operation(&model, values, ignore_ids).to_string();
        Placed { file: Arc::clone(&name), line, text }
    })))
}
