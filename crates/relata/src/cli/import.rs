//! `relata import`: loads a data set, or files of rows, through the HTTP API.
//!
//! A data set needs nothing but the public API, so it loads into any server that speaks it, and can be run again: what is
//! there is skipped. Files go as one stream to Relata's own bulk endpoint.

mod batches;
pub(crate) mod dataset;
mod definitions;
mod edges;
mod files;
mod instances;
mod names;
pub(crate) mod report;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use dataset::{DataSet, Definitions};
use indicatif::{ProgressBar, ProgressStyle};
use report::{Kind, Refusal, Report};

use super::bulk::StreamArgs;
use super::client::Client;
use super::{Outcome, output};
use crate::config::{Connection, ConnectionFlags};

/// Requests under way at the same time.
const LANES: usize = 4;

const DETAILS: &str = "\
Examples:
  relata import examples/netbox-demo
  RELATA_TOKEN=... relata import topology-zoo --url http://cmdb.example:8080 --report refused.ndjson

A data set is a folder with models.json (association kinds, classifications, models, associations),
instances/MODEL.ndjson and associations.ndjson, the last two plain or with .gz.

What is there already is skipped and counted, so an interrupted import is simply run again. Models, attributes, rules
and associations are recognized by their ids, instances by bk_inst_name, edges by their two ends.

What a row leaves out stays unknown. The API wants one default in every enum; where the set names none, the first entry
becomes the default. So that no row takes on a value that it does not have, an enum, a bool, or an attribute of a
unique rule that a row lacks is sent as null, not left for the server to fill in.

A refused row is named on stderr with file, line and reason (the first 20), and in the file of --report as a line of
JSON with kind, file, line, item, code, reason.

A file of rows ends with .ndjson, .jsonl, .csv or .tsv, in UTF-8 or GB18030. A line of NDJSON with the member \"op\" is an
operation of POST /api/relata/v1/bulk (docs/BULK.md); other rows are attributes: with bk_inst_id they change that
instance, without it they create or change the one with the same values of a unique rule. The first line of a CSV file
names attributes by id or name; enums are given by id or name; an empty cell says nothing.
  relata import switches.csv --model bk_switch --dry-run
  relata import links.ndjson --on-conflict skip --results results.ndjson
  relata import switches.ndjson --as-job        carried out by the server, also when this command ends

Exit codes: 0 all is there, 1 failed, 2 wrong arguments, 3 the server cannot be reached or refuses the login,
6 some rows were refused.";

/// Load a data set into a server, through its HTTP API
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(crate) struct Args {
    /// Folder of a data set, or files of rows
    #[arg(required = true, value_name = "FOLDER|FILE")]
    paths: Vec<PathBuf>,
    /// Files: the model of rows that do not name one
    #[arg(long, value_name = "ID")]
    model: Option<String>,
    /// Files: pass over the ids of rows; the values of unique rules say which instances are meant
    #[arg(long)]
    ignore_ids: bool,
    /// CSV: a column that is named otherwise than the attribute, by id or name
    #[arg(long, value_name = "COLUMN=ATTRIBUTE")]
    map: Vec<String>,
    #[command(flatten)]
    stream: StreamArgs,
    #[command(flatten)]
    connection: ConnectionFlags,
    /// Data set: write every refused row to this file, as NDJSON
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Data set: rows in one request; the server's limit is 200 unless it was changed
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let connection = Connection::load(&args.connection)?;
    let dir = match args.paths.as_slice() {
        [dir] if dir.is_dir() => dir,
        _ => return files::load(args, &connection),
    };
    let client = Client::new(&connection);
    let set = DataSet::Folder(dir.clone());
    let definitions = set.definitions()?;
    let mut report = Report::new(args.report.as_deref())?;
    let result = load(&set, &definitions, &client, usize::from(args.batch), &mut report);
    let outcome = if report.refusals() > 0 { Outcome::SomeRefused } else { Outcome::Done };
    // What happened before a failure is shown, too.
    report.finish()?;
    if result.is_err() {
        output::complain("Not finished. Run the same command again to go on; what is there is skipped.");
    }
    result.map(|()| outcome)
}

/// Loads a set, `batch` rows in a request; what becomes of each row goes to `report`.
pub(crate) fn load(
    set: &DataSet,
    definitions: &Definitions,
    client: &Client,
    batch: usize,
    report: &mut Report,
) -> anyhow::Result<()> {
    definitions::Loader { client, report }.load(definitions)?;
    refuse_files_without_model(set, definitions, report)?;

    let progress = progress(definitions.set.instances, "instances");
    let rows = instances::Instances::new(set, &definitions.models, batch, report, &progress);
    let names = instances::load(rows, client, LANES)?;
    progress.finish_and_clear();

    let Some(rows) = set.rows(dataset::EDGES)? else { return Ok(()) };
    let progress = self::progress(definitions.set.edges, "edges");
    let rows = edges::Edges::new(rows, &definitions.associations, names, batch, report, &progress);
    edges::load(rows, client, LANES)?;
    progress.finish_and_clear();
    Ok(())
}

/// A file of rows that `models.json` has no model for is a mistake in the set.
fn refuse_files_without_model(set: &DataSet, definitions: &Definitions, report: &mut Report) -> anyhow::Result<()> {
    for file in set.instance_files()? {
        let plain = file.strip_suffix(".gz").unwrap_or(&file);
        if !definitions.models.iter().any(|model| dataset::instance_file(&model.id) == plain) {
            let reason = "models.json has no model for this file; none of its rows was read".to_owned();
            let (kind, item) = (Kind::Instance, "all rows".to_owned());
            report.refused(Refusal { kind, file, line: None, item, code: None, reason })?;
        }
    }
    Ok(())
}

/// A bar on stderr; it shows nothing when stderr is no terminal.
pub(super) fn progress(total: u64, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg:<10} {bar:30} {human_pos} of {human_len}, {per_sec}, {eta} left");
    let bar = ProgressBar::new(total).with_message(what);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
