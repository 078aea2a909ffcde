//! Limits of the server: how large a batch, a body, a request may be. Environment and file only; they are no flags.

use serde::Deserialize;

use super::{Invalid, Sources, from_one};

/// How large things may be. Every limit is at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Links in one batch.
    pub(crate) link_batch: usize,
    /// Instances in one batch.
    pub(crate) instance_batch: usize,
    /// Rows in one answer of the endpoints that have no largest page.
    pub(crate) answer_rows: usize,
    /// Bytes in a request's body.
    pub(crate) body_bytes: usize,
    /// Seconds that a request may take.
    pub(crate) request_seconds: usize,
    /// Requests under way at the same time; more are turned away.
    pub(crate) concurrency: usize,
    /// Connections at the same time; more wait until one ends.
    pub(crate) connections: usize,
    /// Callers who follow the change log at the same time, waiting ones included; more are turned away.
    pub(crate) watchers: usize,
    /// Days that watching goes back. The change log itself is kept for ever.
    pub(crate) history_days: usize,
    /// Seconds that a session lasts which a password has opened.
    pub(crate) session_seconds: usize,
    /// Bytes in an upload that becomes a job.
    pub(crate) job_bytes: usize,
    /// Jobs that are carried out at the same time; the others wait.
    pub(crate) jobs: usize,
    /// Days that a job is kept after its end, with what was uploaded and its results.
    pub(crate) job_days: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            link_batch: 200,
            instance_batch: 200,
            answer_rows: 100_000,
            body_bytes: 10_000_000,
            request_seconds: 60,
            concurrency: 512,
            connections: 4096,
            watchers: 256,
            history_days: 7,
            session_seconds: 43_200,
            job_bytes: 256_000_000,
            jobs: 2,
            job_days: 7,
        }
    }
}

/// The section `[limits]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct FileLimits {
    link_batch: Option<u64>,
    instance_batch: Option<u64>,
    answer_rows: Option<u64>,
    body_bytes: Option<u64>,
    request_seconds: Option<u64>,
    concurrency: Option<u64>,
    connections: Option<u64>,
    watchers: Option<u64>,
    history_days: Option<u64>,
    session_seconds: Option<u64>,
    job_bytes: Option<u64>,
    jobs: Option<u64>,
    job_days: Option<u64>,
}

impl Limits {
    /// Reads the limits; the variable of `link_batch` is `RELATA_LIMITS_LINK_BATCH`.
    pub(super) fn read(sources: &Sources<'_>, file: &FileLimits) -> Result<Self, Invalid> {
        let read = |key: &str, file: Option<u64>, default: usize| {
            let file = file.map(|number| number.to_string());
            sources.pick(&format!("limits.{key}"), None, file, &default.to_string()).read(from_one)
        };
        let default = Self::default();
        Ok(Self {
            link_batch: read("link_batch", file.link_batch, default.link_batch)?,
            instance_batch: read("instance_batch", file.instance_batch, default.instance_batch)?,
            answer_rows: read("answer_rows", file.answer_rows, default.answer_rows)?,
            body_bytes: read("body_bytes", file.body_bytes, default.body_bytes)?,
            request_seconds: read("request_seconds", file.request_seconds, default.request_seconds)?,
            concurrency: read("concurrency", file.concurrency, default.concurrency)?,
            connections: read("connections", file.connections, default.connections)?,
            watchers: read("watchers", file.watchers, default.watchers)?,
            history_days: read("history_days", file.history_days, default.history_days)?,
            session_seconds: read("session_seconds", file.session_seconds, default.session_seconds)?,
            job_bytes: read("job_bytes", file.job_bytes, default.job_bytes)?,
            jobs: read("jobs", file.jobs, default.jobs)?,
            job_days: read("job_days", file.job_days, default.job_days)?,
        })
    }
}

/// Rates, such as `*=100,search_object_instances=20`: requests a second by the name of an endpoint.
pub(super) fn rates(text: &str) -> Result<Vec<(String, u32)>, String> {
    let known = |name: &str| name == "*" || relata_app::endpoints::all().any(|row| row.name == name);
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, rate) = part.split_once('=').ok_or_else(|| format!("{part:?} is not NAME=NUMBER"))?;
            if !known(name) {
                return Err(format!("there is no endpoint {name:?}"));
            }
            let rate = rate.parse().ok().filter(|rate| (1..=1_000_000).contains(rate));
            Ok((name.to_owned(), rate.ok_or_else(|| format!("{part:?}: the rate is a number from 1 to 1000000"))?))
        })
        .collect()
}
