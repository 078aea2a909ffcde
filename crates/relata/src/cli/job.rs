//! `relata job`: uploads that the server carries out by itself. Relata's own API, over HTTP.

use std::io::Write as _;

use serde_json::Value;

use super::accounts::Common;
use super::{Outcome, output};

const EXAMPLES: &str = "\
Examples:
  relata import switches.ndjson --as-job
  relata job list
  relata job show 7
  relata job result 7 --status failed --lines > refused.ndjson
  relata job cancel 7

The token of who has started the job, or of an administrator, comes from RELATA_TOKEN or --token-file.";

/// Look at uploads that are carried out as jobs, and end them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List jobs, newest first
    #[command(after_help = "Example:\n  relata job list --all")]
    List {
        /// Those of all users, for an administrator
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        common: Common,
    },
    /// Show how far a job has come
    #[command(after_help = "Example:\n  relata job show 7")]
    Show {
        /// Number of the job
        id: i64,
        #[command(flatten)]
        common: Common,
    },
    /// Print what became of each row of a job, as far as it has come, as NDJSON
    #[command(after_help = "Example:\n  relata job result 7 --status failed --lines")]
    Result {
        /// Number of the job
        id: i64,
        /// Only rows that ended so
        #[arg(long, value_name = "STATUS",
            value_parser = ["created", "updated", "unchanged", "exists", "deleted", "failed"])]
        status: Option<String>,
        /// With each the line as it was uploaded
        #[arg(long)]
        lines: bool,
        #[command(flatten)]
        common: Common,
    },
    /// End a job; what it has done stays
    #[command(after_help = "Example:\n  relata job cancel 7")]
    Cancel {
        /// Number of the job
        id: i64,
        #[command(flatten)]
        common: Common,
    },
    /// Forget a job with its upload and results; one that has not ended is cancelled
    #[command(after_help = "Example:\n  relata job delete 7")]
    Delete {
        /// Number of the job
        id: i64,
        #[command(flatten)]
        common: Common,
    },
}

/// Jobs in one list.
const PAGE: usize = 100;

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match &args.action {
        Action::List { all, common } => {
            let found = common.client()?.get(&format!("/api/relata/v1/jobs?size={PAGE}&all={all}"))?;
            let jobs = found.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
            print(common, &jobs)
        }
        Action::Show { id, common } => print(common, &[common.client()?.get(&path(*id))?]),
        Action::Result { id, status, lines, common } => {
            let status = status.as_ref().map(|it| format!("&status={it}")).unwrap_or_default();
            let with = if *lines { "&with=lines" } else { "" };
            let mut out = output::writer();
            common
                .client()?
                .lines(&format!("{}/result?{status}{with}", path(*id)), &mut |line| Ok(writeln!(out, "{line}")?))?;
            out.flush()?;
            Ok(Outcome::Done)
        }
        Action::Cancel { id, common } => {
            let job = common.client()?.post(&format!("{}/cancel", path(*id)), &serde_json::json!({}))?;
            print(common, &[job])
        }
        Action::Delete { id, common } => {
            common.client()?.delete(&path(*id))?;
            output::say(&format!("Job {id} is forgotten."))?;
            Ok(Outcome::Done)
        }
    }
}

fn path(id: i64) -> String {
    format!("/api/relata/v1/jobs/{id}")
}

fn print(common: &Common, jobs: &[Value]) -> anyhow::Result<Outcome> {
    if common.json {
        output::say_json(&Value::Array(jobs.to_vec()))?;
        return Ok(Outcome::Done);
    }
    let titles = ["JOB", "NAME", "USER", "STATE", "DONE", "OF", "FAILED", "ROWS/S", "CREATED", "ERROR"];
    let row = |job: &Value| {
        let at = |place: &str| match job.pointer(place) {
            None | Some(Value::Null) => "-".to_owned(),
            Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let places = ["/id", "/name", "/user", "/state", "/rows/done", "/rows/total", "/counts/failed", "/rate"];
        let rest = ["/created", "/error/message"];
        places.iter().chain(&rest).map(|place| at(place)).collect::<Vec<String>>()
    };
    output::say(&output::table(&titles, &jobs.iter().map(row).collect::<Vec<_>>(), &[0, 4, 5, 6, 7]))?;
    Ok(Outcome::Done)
}
