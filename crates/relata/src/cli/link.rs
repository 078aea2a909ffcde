//! `relata link`: links pairs out of a file of two columns.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::{Map, Value, json};

use super::Outcome;
use super::attributes::Attributes;
use super::bulk::{self, Operations, Placed, StreamArgs};
use super::client::{Client, records};
use super::tabular::Described;
use crate::config::{Connection, ConnectionFlags};

const DETAILS: &str = "\
Examples:
  relata link --association rack_group_device --file pairs.csv --dry-run
  relata link --association rack_group_device --file pairs.csv --by bk_asset_id --on-conflict skip
  relata link --association rack_group_device --file pairs.csv --delete

The file has a pair a line: source and target, separated by a comma, a tab or a semicolon, in UTF-8 or GB18030. A first
line \"source,target\" is passed over.

Exit codes: 0 all is done, 1 failed, 2 wrong arguments, 3 the server cannot be reached or refuses the login,
6 some pairs were refused.";

/// Link pairs of instances out of a file
#[derive(Debug, clap::Args)]
#[command(after_help = DETAILS)]
pub(crate) struct Args {
    /// Textual id of the association
    #[arg(long, value_name = "ID")]
    association: String,
    /// File with a pair a line
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// What the pairs name instances by: an attribute that is unique by itself, or `id`
    #[arg(long, value_name = "KEY", default_value = "bk_inst_name")]
    by: String,
    /// The same for the targets, where it is another one
    #[arg(long, value_name = "KEY")]
    target_by: Option<String>,
    /// Delete these links
    #[arg(long)]
    delete: bool,
    #[command(flatten)]
    stream: StreamArgs,
    #[command(flatten)]
    connection: ConnectionFlags,
}

/// How an end of a pair is named.
#[derive(Clone)]
struct End {
    by: String,
    attributes: Option<Attributes>,
}

impl End {
    fn of(client: &Client, model: &str, by: &str) -> anyhow::Result<Self> {
        let attributes = if by == "id" { None } else { Some(Attributes::of(client, model)?) };
        if attributes.as_ref().is_some_and(|it| it.find(by).is_none()) {
            bail!("no attribute of {model} has the id or name {by:?}");
        }
        Ok(Self { by: by.to_owned(), attributes })
    }

    fn name(&self, text: &str) -> Value {
        let Some(attribute) = self.attributes.as_ref().and_then(|it| it.find(&self.by)) else {
            return text.parse::<i64>().map_or_else(|_| text.into(), Value::from);
        };
        Value::Object(Map::from_iter([(attribute.id.clone(), attribute.value(text))]))
    }
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let connection = Connection::load(&args.connection)?;
    let client = Client::new(&connection);
    let condition = json!({"condition": {"bk_obj_asst_id": args.association}});
    let found = records(client.post("/api/v3/find/objectassociation", &condition)?);
    let association = found.first().with_context(|| format!("there is no association {:?}", args.association))?;
    let model = |member: &str| association.get(member).and_then(Value::as_str).unwrap_or_default();
    let source = End::of(&client, model("bk_obj_id"), &args.by)?;
    let target = End::of(&client, model("bk_asst_obj_id"), args.target_by.as_ref().unwrap_or(&args.by))?;
    let mut file = Described::of(&args.file)?;
    file.csv = true;
    bulk::load(&connection, &args.stream, file.lines, &|| pairs(&file, args, &source, &target))
}

fn pairs(file: &Described, args: &Args, source: &End, target: &End) -> anyhow::Result<Operations> {
    let name: Arc<str> = file.path.to_string_lossy().into_owned().into();
    let op = if args.delete { "delete" } else { "create" };
    let (association, source, target) = (args.association.clone(), source.clone(), target.clone());
    Ok(Box::new(file.records()?.into_records().zip(1..).filter_map(move |(record, row)| {
        let record = record.unwrap_or_default();
        let cell = |place: usize| record.get(place).map(str::trim).filter(|text| !text.is_empty());
        let mut operation = json!({"op": op, "association": association});
        if row == 1 && (cell(0), cell(1)) == (Some("source"), Some("target")) {
            return None;
        }
        for (member, value) in
            [("source", cell(0).map(|it| source.name(it))), ("target", cell(1).map(|it| target.name(it)))]
        {
            if let (Some(value), Some(members)) = (value, operation.as_object_mut()) {
                members.insert(member.to_owned(), value);
            }
        }
        let line = record.position().map_or(row, csv::Position::line);
        Some(Placed { file: Arc::clone(&name), line, text: operation.to_string() })
    })))
}
