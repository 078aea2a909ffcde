//! `relata export`: the instances of a model as NDJSON or CSV, which `relata import` takes back.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::{Map, Value, json};

use super::attributes::{Attributes, ID, cell};
use super::client::{Client, records};
use super::{Outcome, output};
use crate::config::{Connection, ConnectionFlags};

/// Instances in one request, the most that the API allows.
const PAGE: usize = 500;

const DETAILS: &str = "\
Examples:
  relata export bk_switch --out switches.ndjson
  relata export bk_switch --format csv --filter '{\"condition\":\"AND\",\"rules\":[
    {\"field\":\"bk_vendor\",\"operator\":\"equal\",\"value\":\"acme\"}]}'

Each row has the id of the instance, so that `relata import` changes what was changed in the file and nothing else. Other
servers have other ids: there use `relata import --ignore-ids`.

Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 the server cannot be reached or refuses the login.";

/// Write the instances of a model to a file
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(crate) struct Args {
    /// Textual id of the model
    model: String,
    /// Which instances: a filter of the API's querybuilder, as JSON
    #[arg(long, value_name = "JSON")]
    filter: Option<String>,
    /// `ndjson` or `csv` [default: by the ending of --out, else ndjson]
    #[arg(long, value_name = "FORMAT", value_parser = ["ndjson", "csv"])]
    format: Option<String>,
    /// The file; without it stdout
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    connection: ConnectionFlags,
}

/// Where rows go.
enum Sink {
    Lines(Box<dyn Write>),
    Table(Box<csv::Writer<Box<dyn Write>>>),
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let client = Client::new(&Connection::load(&args.connection)?);
    let filter = args.filter.as_deref().map(serde_json::from_str::<Value>).transpose();
    let filter = filter.context("--filter is not JSON")?;
    let attributes = Attributes::of(&client, &args.model)?;
    let fields: Vec<&str> = std::iter::once(ID).chain(attributes.ids().filter(|id| *id != ID)).collect();
    let out: Box<dyn Write> = match &args.out {
        Some(path) => Box::new(BufWriter::new(
            File::create(path).with_context(|| format!("{} cannot be created", path.display()))?,
        )),
        None => output::writer(),
    };
    let by_ending = args.out.as_ref().is_some_and(|path| path.extension().is_some_and(|it| it == "csv"));
    let csv = args.format.as_ref().map_or(by_ending, |format| format == "csv");
    let mut sink = if csv { Sink::Table(Box::new(csv::Writer::from_writer(out))) } else { Sink::Lines(out) };
    if let Sink::Table(table) = &mut sink {
        table.write_record(&fields)?;
    }
    let mut after = 0;
    loop {
        let rows = page(&client, &args.model, &fields, filter.as_ref(), after)?;
        let Some(last) = rows.last().and_then(|row| row.get(ID)).and_then(Value::as_i64) else { break };
        after = last;
        for row in rows {
            write(&mut sink, &args.model, &fields, row)?;
        }
    }
    match sink {
        Sink::Lines(mut out) => out.flush()?,
        Sink::Table(mut table) => table.flush()?,
    }
    Ok(Outcome::Done)
}

/// The instances that follow one, by id.
fn page(
    client: &Client,
    model: &str,
    fields: &[&str],
    filter: Option<&Value>,
    after: i64,
) -> anyhow::Result<Vec<Map<String, Value>>> {
    let beyond = json!({"field": ID, "operator": "greater", "value": after});
    let rules: Vec<Value> = std::iter::once(beyond).chain(filter.cloned()).collect();
    let body = json!({
        "conditions": {"condition": "AND", "rules": rules}, "fields": fields, "page": {"limit": PAGE, "sort": ID},
    });
    let found = records(client.post(&format!("/api/v3/search/instances/object/{model}"), &body)?);
    let row = |row: Value| match row {
        Value::Object(row) => Some(row),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    };
    Ok(found.into_iter().filter_map(row).collect())
}

fn write(sink: &mut Sink, model: &str, fields: &[&str], mut row: Map<String, Value>) -> anyhow::Result<()> {
    match sink {
        Sink::Table(table) => Ok(table.write_record(fields.iter().map(|field| cell(row.get(*field))))?),
        Sink::Lines(out) => {
            row.retain(|field, value| !value.is_null() && fields.contains(&field.as_str()));
            row.insert("bk_obj_id".to_owned(), model.into());
            Ok(writeln!(out, "{}", Value::Object(row))?)
        }
    }
}
