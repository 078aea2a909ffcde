//! Callers: threads that send requests one after the other, and what they saw.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};

use super::super::client::{CallError, Client};
use super::hundredths;
use super::place::TOKEN;
use crate::config::{Connection, Secret};

/// How long callers go on.
#[derive(Clone, Copy)]
pub(super) enum Until {
    /// For so many requests of all together.
    Requests(u64),
    /// For this time.
    Time(Duration),
}

/// Callers of a server at the same time.
#[derive(Clone, Copy)]
pub(super) struct Callers<'a> {
    pub(super) url: &'a str,
    pub(super) count: u32,
    /// Set when somebody wants the command to end.
    pub(super) interrupted: &'a AtomicBool,
}

/// What became of one request.
pub(super) struct Sent {
    pub(super) created: u64,
    pub(super) refused: u64,
    pub(super) latency: Duration,
}

/// What callers saw.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) created: u64,
    pub(super) refused: u64,
    pub(super) time: Duration,
    /// Of each request, in ascending order at the end.
    latencies: Vec<Duration>,
}

impl Seen {
    /// Created things a second.
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    pub(super) fn rate(&self) -> f64 {
        self.created as f64 / self.time.as_secs_f64().max(1e-9)
    }

    /// Milliseconds that this part of the requests took at the most.
    pub(super) fn quantile(&self, part: f64) -> f64 {
        quantile(&self.latencies, part)
    }

    /// How many requests there were.
    pub(super) const fn requests(&self) -> usize {
        self.latencies.len()
    }
}

/// Milliseconds that this part of some times, in ascending order, are at the most.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
pub(super) fn quantile(times: &[Duration], part: f64) -> f64 {
    let index = ((times.len() as f64 * part) as usize).min(times.len().saturating_sub(1));
    hundredths(times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e3))
}

impl Callers<'_> {
    /// As one caller alone.
    pub(super) const fn one(self) -> Self {
        Self { count: 1, ..self }
    }

    pub(super) fn client(&self) -> Client {
        Client::new(&Connection { url: self.url.to_owned(), token: Some(Secret::new(TOKEN)) })
    }

    /// Sends requests, which are numbered from 0, from all callers at once.
    pub(super) fn drive(
        &self,
        until: Until,
        request: impl Fn(&Client, u64) -> anyhow::Result<Sent> + Sync,
    ) -> anyhow::Result<Seen> {
        let begin = Instant::now();
        let next = AtomicU64::new(0);
        let all: Vec<anyhow::Result<Seen>> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..self.count).map(|_| scope.spawn(|| self.call(until, begin, &next, &request))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_else(|_| bail!("a caller panicked"))).collect()
        });
        let mut sum = Seen { time: begin.elapsed(), ..Seen::default() };
        for seen in all {
            let seen = seen?;
            sum.created += seen.created;
            sum.refused += seen.refused;
            sum.latencies.extend(seen.latencies);
        }
        sum.latencies.sort_unstable();
        Ok(sum)
    }

    fn call(
        &self,
        until: Until,
        begin: Instant,
        next: &AtomicU64,
        request: impl Fn(&Client, u64) -> anyhow::Result<Sent>,
    ) -> anyhow::Result<Seen> {
        let client = self.client();
        let mut seen = Seen::default();
        loop {
            go_on(self.interrupted)?;
            let number = next.fetch_add(1, Ordering::Relaxed);
            let done = match until {
                Until::Requests(requests) => number >= requests,
                Until::Time(time) => begin.elapsed() >= time,
            };
            if done {
                return Ok(seen);
            }
            let sent = request(&client, number)?;
            seen.latencies.push(sent.latency);
            seen.refused += sent.refused;
            seen.created += sent.created;
        }
    }
}

/// An error once somebody wants the command to end.
pub(super) fn go_on(interrupted: &AtomicBool) -> anyhow::Result<()> {
    ensure!(!interrupted.load(Ordering::Relaxed), "interrupted");
    Ok(())
}

/// What a call answers, and how long it took.
pub(super) fn timed<T>(call: impl FnOnce() -> Result<T, CallError>) -> Result<(T, Duration), CallError> {
    let begin = Instant::now();
    let answer = call()?;
    Ok((answer, begin.elapsed()))
}
