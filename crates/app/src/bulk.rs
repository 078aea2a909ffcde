//! Bulk: many operations on instances and links of any models in one request, by the rules of the ordinary endpoints.
//!
//! Operations come as one list, or as a stream of lines of which so many at a time are a transaction. What they come to is
//! decided in pure code from facts that are looked up for all of them together ([`plan`], [`facts`]), and written at once
//! ([`mod@write`]).

mod facts;
pub mod jobs;
mod kept;
mod labels;
mod links;
mod operation;
mod packed;
mod plan;
mod rights;
mod run;
mod stream;
mod verdict;
mod write;

use crate::call::Call;
use crate::endpoint::Input;
use crate::permission::{Granted, Resource};
pub(crate) use kept::Kept;
use labels::Labels;
use operation::Operation;
use relata_model::{Code, Error, Result};
use run::{Given, Run};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use stream::{Line, Lines, Purpose, Stream, Then};
use verdict::{Status, Verdict};

crate::endpoints! { Relata;
    /// Create, update, upsert and delete instances and links, many at once.
    ///
    /// As `application/json` the operations are a list, and one transaction. As `application/x-ndjson` each line of the body
    /// is an operation, options are in the query, and each line of the answer a verdict, in order; the operations are carried
    /// out as they come, so many at a time in a transaction of their own, however long the stream is. Each operation needs
    /// the permission of the ordinary endpoint that does the same.
    relata_bulk = POST "/bulk", SignedIn, Lines => bulk;
}

/// Most operations of a list.
const MOST_OPERATIONS: usize = 10_000;

/// Operations in one piece of a transaction: what is in memory at a time beside the verdicts.
const PIECE: usize = 1000;

/// How much is done or undone together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    /// Every operation succeeds or fails by itself.
    #[default]
    Partial,
    /// All or nothing.
    Atomic,
}

/// What becomes of a creation of what is there already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OnConflict {
    /// It fails.
    #[default]
    Fail,
    /// What is there is left as it is: `exists`.
    Skip,
    /// What is there gets the attributes.
    Update,
}

/// Options of a request, and its operations.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Bulk")]
struct Bulk {
    /// `partial` or `atomic`.
    mode: Mode,
    /// Answer the same verdicts, and write nothing.
    dry_run: bool,
    /// What becomes of a creation of what is there already.
    on_conflict: OnConflict,
    /// Operations in one transaction of a stream with the mode `partial`; 1000 when it is left out.
    #[schemars(range(min = 1, max = stream::LARGEST_CHUNK))]
    chunk: Option<usize>,
    /// The operations, where they do not come as lines.
    #[schemars(with = "Vec<Operation>", length(max = MOST_OPERATIONS))]
    operations: Vec<Value>,
}

impl Input for Bulk {
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }
}

/// What became of the operations, in order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "BulkVerdicts")]
struct Verdicts {
    /// One for each operation, in their order.
    results: Vec<Verdict>,
}

async fn bulk(call: &mut Call<'_>, ok: Granted, input: &Bulk) -> Result<Verdicts> {
    let lines = call.request.lines.clone();
    // Read as they are needed: as JSON they take more room.
    let given: Box<dyn Iterator<Item = Given> + Send> = match &lines {
        Some(lines) => Box::new(lines.read()),
        None if input.operations.is_empty() => return Err(Error::new(Code::ListEmpty).arg("operations")),
        None if input.operations.len() > MOST_OPERATIONS => {
            return Err(Error::new(Code::TooManyItems).arg("operations").arg(MOST_OPERATIONS));
        }
        None => Box::new((1..).zip(input.operations.iter().cloned().map(Ok))),
    };
    if let Some(kept) = kept::find(call, lines.as_ref()).await? {
        return Ok(Verdicts { results: kept });
    }
    let labels = lines.as_ref().map_or_else(Labels::default, |lines| Labels::after(lines.stream.labels()));
    let mut run = Run::new(input.on_conflict, labels);
    let results = apply(call, input, &mut run, given).await?;
    if let Some(lines) = &lines {
        kept::keep(call, ok, lines, &results).await?;
        lines.stream.note(lines.number, run.labels.into_own());
    }
    Ok(Verdicts { results })
}

async fn apply(
    call: &mut Call<'_>,
    input: &Bulk,
    run: &mut Run,
    mut given: Box<dyn Iterator<Item = Given> + Send + '_>,
) -> Result<Vec<Verdict>> {
    let mut results = Vec::new();
    loop {
        let piece: Vec<Given> = given.by_ref().take(PIECE).collect();
        if piece.is_empty() {
            break;
        }
        results.extend(run.apply(call, piece).await?);
    }
    let failed = input.mode == Mode::Atomic && run::fail_together(call, &mut results);
    if failed || input.dry_run {
        call.undo();
        forget_ids(&mut results);
    }
    Ok(results)
}

/// What was undone has no id.
fn forget_ids(verdicts: &mut [Verdict]) {
    for verdict in verdicts.iter_mut().filter(|it| it.status == Status::Created || it.conflicting_row.is_some()) {
        (verdict.id, verdict.conflicting_id) = (None, None);
    }
}
