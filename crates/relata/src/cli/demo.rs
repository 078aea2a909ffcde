//! `relata demo`: a server on a new store in a temporary folder, the example data set in it, and one batch of links in
//! which some items must fail. Everything after the start goes over HTTP, as a user's own program would do it.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use serde_json::{Value, json};

use super::client::{Client, records};
use super::import::dataset::DataSet;
use super::import::report::{Kind, Report};
use super::serve::{self, RunningServer};
use super::{Outcome, import, output, user};
use crate::config::{Config, Connection, Flags, Secret};

/// The files of the example data set.
const EXAMPLE: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/netbox_demo.rs"));

/// The association of the batch: a rack holds many devices, a device is in one rack (1:n).
const ASSOCIATION: &str = "rack_group_device";
const RACK: &str = "DM-Akron/Comms closet";
const OTHER_RACK: &str = "MDF/R101";
/// Is in [`RACK`], by the data set.
const DEVICE: &str = "DM-Akron/dmi01-akron-rtr01";
/// Devices that the demonstration adds; they are in no rack yet.
const NEW_DEVICES: [&str; 2] = ["demo/switch-1", "demo/switch-2"];
const NO_SUCH_ID: i64 = 999_999;

const EXAMPLES: &str = "\
Examples:
  relata demo                           keeps serving until Ctrl-C, to try calls of your own
  relata demo --exit                    stops after the demonstration
  relata demo --listen 127.0.0.1:8080

The store is new, in a temporary folder, and is deleted at the end. Exit codes: 0 every answer is as it must be,
1 it is not, 2 wrong arguments.";

/// Show it at work, on a new store in a temporary folder
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Stop after the demonstration
    #[arg(long)]
    exit: bool,
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:0")]
    listen: String,
}

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let folder = tempfile::Builder::new().prefix("relata-demo-").tempdir().context("no temporary folder")?;
    let store = folder.path().join("relata.db");
    let flags = Flags {
        listen: Some(args.listen.clone()),
        store: Some(Secret::new(&format!("sqlite:{}", store.display()))),
        log: Some("warn".to_owned()),
        ..Flags::default()
    };
    let server = serve::start(&Config::load(&flags)?)?;
    let connection = Connection { url: format!("http://{}", server.addr), token: Some(server.admin_token.clone()) };
    // The server is stopped before the folder goes away, whatever happened.
    let shown = show(&connection, &store.display().to_string());
    let waited = match &shown {
        Ok(()) if !args.exit => invite(&server, &connection).and_then(|()| server.wait_for_signal()),
        Ok(()) | Err(_) => Ok(()),
    };
    let stopped = server.stop();
    shown.and(waited).and(stopped)?;
    Ok(Outcome::Done)
}

/// Loads the data, makes the batch and judges the answer.
fn show(connection: &Connection, store: &str) -> anyhow::Result<()> {
    output::say(&format!("Relata listens on {}; its store is {store}.\n", connection.url))?;
    let client = Client::new(connection);
    load_example(&client)?;
    create_devices(&client)?;
    let batch = Batch::new(&client)?;
    output::say(&format!("\nPOST /api/v3/createmany/instassociation\n{}", output::pretty(&batch.request())))?;
    let started = Instant::now();
    let answer = client.post("/api/v3/createmany/instassociation", &batch.request())?;
    let time = started.elapsed();
    output::say(&format!("\nAnswer, after {:.1} ms:\n{}\n", time.as_secs_f64() * 1000.0, output::pretty(&answer)))?;
    output::say(&batch.table(&answer))?;
    batch.check(&answer)?;
    output::say("\nEvery item is answered as it must be.")
}

fn load_example(client: &Client) -> anyhow::Result<()> {
    let set = DataSet::Embedded(EXAMPLE);
    let definitions = set.definitions()?;
    let mut report = Report::new(None)?;
    output::say("Loading the example data set netbox-demo:\n")?;
    let result = import::load(&set, &definitions, client, 200, &mut report);
    let (refused, instances, edges) =
        (report.refusals(), report.count(Kind::Instance).created, report.count(Kind::Edge).created);
    report.finish()?;
    result?;
    let expected = (definitions.set.instances, definitions.set.edges);
    ensure!(
        refused == 0 && (instances as u64, edges as u64) == expected,
        "the example must load whole: {} instances and {} edges, none refused",
        expected.0,
        expected.1
    );
    Ok(())
}

fn create_devices(client: &Client) -> anyhow::Result<()> {
    let device = |(number, name): (usize, &&str)| json!({"bk_inst_name": name, "name": name, "status": "active", "source_id": 900_001 + number});
    let details: Vec<Value> = NEW_DEVICES.iter().enumerate().map(device).collect();
    output::say("\nTwo new devices:\n\nPOST /api/v3/createmany/instance/object/device")?;
    let body = json!({ "details": details });
    output::say_json(&body)?;
    let answer = client.post("/api/v3/createmany/instance/object/device", &body)?;
    output::say(&format!("\nAnswer:\n{}", output::pretty(&answer)))
}

/// What an item must become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Created,
    Refused(i64),
}

/// The batch of links: pairs of ids, what each is about, and what must become of it.
struct Batch {
    items: Vec<(i64, i64, &'static str, Expected)>,
}

impl Batch {
    fn new(client: &Client) -> anyhow::Result<Self> {
        let [first, second] = NEW_DEVICES;
        let racks = ids(client, "rack", &[RACK, OTHER_RACK])?;
        let devices = ids(client, "device", &[DEVICE, first, second])?;
        let rack = |name: &str| racks.get(name).copied().with_context(|| format!("no rack {name:?}"));
        let device = |name: &str| devices.get(name).copied().with_context(|| format!("no device {name:?}"));
        let items = vec![
            (rack(RACK)?, device(first)?, "a new device goes into a rack", Expected::Created),
            (rack(RACK)?, device(DEVICE)?, "it is linked already", Expected::Refused(1_101_038)),
            (NO_SUCH_ID, device(second)?, "there is no such rack", Expected::Refused(1_101_073)),
            (rack(RACK)?, NO_SUCH_ID, "there is no such device", Expected::Refused(1_101_074)),
            (rack(OTHER_RACK)?, device(DEVICE)?, "the device is in another rack", Expected::Refused(1_101_061)),
            (rack(OTHER_RACK)?, device(first)?, "item 0 has just put it elsewhere", Expected::Refused(1_101_061)),
            (rack(OTHER_RACK)?, device(second)?, "a new device goes into a rack", Expected::Created),
        ];
        Ok(Self { items })
    }

    fn request(&self) -> Value {
        let pair =
            |&(rack, device, ..): &(i64, i64, &str, Expected)| json!({"bk_inst_id": rack, "bk_asst_inst_id": device});
        json!({
            "bk_obj_id": "rack",
            "bk_asst_obj_id": "device",
            "bk_obj_asst_id": ASSOCIATION,
            "details": self.items.iter().map(pair).collect::<Vec<_>>(),
        })
    }

    /// The items beside what became of them.
    fn table(&self, answer: &Value) -> String {
        let row = |(index, (_, _, about, _)): (usize, &(i64, i64, &'static str, Expected))| {
            let text = match became(answer, index) {
                Some(Expected::Created) => "created".to_owned(),
                Some(Expected::Refused(code)) => format!("refused ({code})"),
                None => "not answered".to_owned(),
            };
            vec![index.to_string(), (*about).to_owned(), text]
        };
        let rows: Vec<Vec<String>> = self.items.iter().enumerate().map(row).collect();
        output::table(&["item", "what", "became"], &rows, &[0])
    }

    /// Fails unless every item became what it must.
    fn check(&self, answer: &Value) -> anyhow::Result<()> {
        for (index, &(.., about, expected)) in self.items.iter().enumerate() {
            let became = became(answer, index);
            if became != Some(expected) {
                bail!("item {index} ({about}) must be {expected:?}, it is {became:?}");
            }
        }
        Ok(())
    }
}

/// What an answer says of an item; none unless exactly one of its two maps has it, and a refusal has text and code.
fn became(answer: &Value, index: usize) -> Option<Expected> {
    let index = index.to_string();
    let item = |member: &str| answer.get(member)?.get(&index);
    match (item("success_created"), item("error_msg"), item("error_detail")) {
        (Some(id), None, None) if id.is_i64() => Some(Expected::Created),
        (None, Some(Value::String(text)), Some(detail)) if !text.is_empty() => {
            Some(Expected::Refused(detail.get("code")?.as_i64()?))
        }
        _ => None,
    }
}

/// The ids of instances, by name.
fn ids(client: &Client, model: &str, names: &[&str]) -> anyhow::Result<BTreeMap<String, i64>> {
    let rule = json!({"field": "bk_inst_name", "operator": "in", "value": names});
    let body = json!({
        "conditions": {"condition": "AND", "rules": [rule]},
        "fields": ["bk_inst_id", "bk_inst_name"],
        "page": {"start": 0, "limit": names.len()},
    });
    let found = records(client.post(&format!("/api/v3/search/instances/object/{model}"), &body)?);
    let pair =
        |record: &Value| Some((record.get("bk_inst_name")?.as_str()?.to_owned(), record.get("bk_inst_id")?.as_i64()?));
    Ok(found.iter().filter_map(pair).collect())
}

/// How to go on by hand.
fn invite(server: &RunningServer, connection: &Connection) -> anyhow::Result<()> {
    let token = server.admin_token.reveal();
    let password = user::made();
    user::set(&Client::new(connection), "admin", &password)?;
    output::say(&format!(
        "\nThe server keeps running. Look at it: {}/\nThe user is admin, the password {password}",
        connection.url
    ))?;
    output::say(&format!(
        "\nTry a call of your own:\n\n  curl -s {url}/api/v3/search/instances/object/rack \\\n    \
         -H 'Authorization: Bearer {token}' -H 'X-Bkcmdb-Language: en' \\\n    \
         -d '{{\"fields\":[\"bk_inst_name\",\"status\"],\"page\":{{\"start\":0,\"limit\":3}}}}'",
        url = connection.url
    ))?;
    let how = if std::io::stdin().is_terminal() { "Ctrl-C stops it" } else { "SIGINT or SIGTERM stops it" };
    output::say(&format!("\n{how} and deletes the store."))
}

#[cfg(test)]
mod tests;
