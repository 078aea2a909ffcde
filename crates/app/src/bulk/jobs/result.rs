//! What became of the operations of a job, read piece by piece.

use super::existing;
use super::pieces::{self, Outcome, Piece, Uploaded};
use crate::bulk::verdict::{Status, Verdict};
use crate::call::{Call, Followed};
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Resource};
use relata_model::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pieces in one answer; with what was uploaded they are much larger.
const PIECES: u64 = 8;

/// Which job, and what of it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "JobResultAsked")]
pub(super) struct Asked {
    /// Numeric id.
    id: Number,
    /// Only operations that ended so.
    status: Option<Status>,
    /// `lines`: with each verdict the line as it was uploaded.
    with: String,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Resource> {
        Vec::new()
    }
}

/// The verdict on an operation.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JobVerdict")]
struct Told {
    #[serde(flatten)]
    verdict: Verdict,
    /// The line as it was uploaded, where that was asked for; empty for one that could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<String>,
}

/// What became of operations, in order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "JobVerdicts")]
pub(super) struct Results {
    /// One for each operation.
    results: Vec<Told>,
}

/// The verdicts on the pieces after the last one that the caller has seen.
pub(super) async fn result(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Results> {
    let with_lines = match input.with.as_str() {
        "" => false,
        "lines" => true,
        _ => return Err(Error::invalid("with").hint("it is lines, or nothing")),
    };
    let job = existing(call, &input.id).await?.entity;
    let after = call.request.following.after.and_then(|it| u64::try_from(it).ok()).unwrap_or_default();
    let upto = job.carried.min(after + if with_lines { 1 } else { PIECES });
    let numbers = after + 1..=upto;
    let mut lines = Vec::new();
    if with_lines {
        let read = pieces::read::<Piece>(call, job.id, numbers.clone()).await?;
        lines = read.into_iter().flat_map(|it| it.lines).collect();
    }
    let mut lines = lines.into_iter();
    let mut results = Vec::new();
    for outcome in pieces::read::<Outcome>(call, job.id, numbers).await? {
        for verdict in outcome.verdicts() {
            // Every line has a verdict, in their order.
            let line = lines.next().map(Uploaded::into_text);
            if input.status.is_none_or(|status| status == verdict.status) {
                results.push(Told { verdict, line });
            }
        }
    }
    let upto = i64::try_from(upto).unwrap_or(i64::MAX);
    call.followed =
        Some(Followed { upto, nothing: upto >= i64::try_from(job.carried).unwrap_or(i64::MAX), items: Vec::new() });
    Ok(Results { results })
}
