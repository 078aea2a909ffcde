//! What the checks of all engines share ([`super::Store::check`]): the report, the associations with the ids of their models,
//! and the comparison of the links with what the log says of them. How an engine reads its data is its own affair.

use super::Row;
use crate::association::ModelAssociation;
use crate::change::LinkRecord;
use crate::model::Model;
use crate::{Code, Error, Result};
use roaring::RoaringTreemap;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Problems of one kind that are told one by one; of more only the number is.
pub const TOLD: u64 = 20;

/// What is wrong, with a bound on repetitions.
#[derive(Debug, Default)]
pub struct Report {
    problems: Vec<String>,
    more: BTreeMap<&'static str, (u64, u64)>,
}

impl Report {
    /// Notes a problem of a kind.
    pub fn add(&mut self, kind: &'static str, problem: impl FnOnce() -> String) {
        let (told, more) = self.more.entry(kind).or_default();
        if *told < TOLD {
            *told += 1;
            self.problems.push(problem());
        } else {
            *more += 1;
        }
    }

    /// Notes that there are so many more problems of a kind.
    pub fn add_untold(&mut self, kind: &'static str, count: u64) {
        self.more.entry(kind).or_default().1 += count;
    }

    /// One sentence for each problem, and one for those of a kind that were not told.
    pub fn finish(mut self) -> Vec<String> {
        let more = self.more.into_iter().filter(|(_, (_, more))| *more > 0);
        self.problems.extend(more.map(|(kind, (_, more))| format!("{more} more problems with {kind}.")));
        self.problems
    }
}

/// What the checks know of an association.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Numeric id.
    pub id: i64,
    /// The scope of its links in the log: its textual id.
    pub scope: String,
    /// Numeric id of the source model, when there is one.
    pub source_model: Option<i64>,
    /// Numeric id of the target model, when there is one.
    pub target_model: Option<i64>,
}

/// The associations in these rows, with the models in those.
pub fn associations(associations: Vec<Row>, models: Vec<Row>) -> Result<Vec<Known>> {
    let models: HashMap<String, i64> =
        records::<Model>(models)?.into_iter().map(|(id, model)| (model.obj_id, id)).collect();
    let known = |(id, it): (i64, ModelAssociation)| {
        let (source_model, target_model) = (models.get(&it.source).copied(), models.get(&it.target).copied());
        Known { id, scope: it.association_id, source_model, target_model }
    };
    Ok(records(associations)?.into_iter().map(known).collect())
}

fn records<T: DeserializeOwned>(rows: Vec<Row>) -> Result<Vec<(i64, T)>> {
    let unreadable = |error: serde_json::Error| Error::new(Code::Corrupt).detail(error.to_string());
    let record = |row: Row| Ok((row.id, serde_json::from_value(row.doc.into()).map_err(unreadable)?));
    rows.into_iter().map(record).collect()
}

/// A set of links: their ids, and a sum over them that does not depend on their order.
#[derive(Debug, Default)]
pub struct Links {
    ids: RoaringTreemap,
    sum: u64,
}

impl Links {
    fn hash(scope: &str, LinkRecord(id, source, target): LinkRecord) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one((scope, id, source, target))
    }

    /// Adds a link; false when its id was there.
    pub fn add(&mut self, scope: &str, link: LinkRecord) -> bool {
        self.sum = self.sum.wrapping_add(Self::hash(scope, link));
        self.ids.insert(link.0.cast_unsigned())
    }

    fn take(&mut self, scope: &str, link: LinkRecord) -> bool {
        self.sum = self.sum.wrapping_sub(Self::hash(scope, link));
        self.ids.remove(link.0.cast_unsigned())
    }

    /// Does what a set of link records says.
    pub fn follow(&mut self, set: LinkSet<'_>, report: &mut Report) {
        let LinkSet { seq, count, scope, deletes, data } = set;
        let Ok(records) = serde_json::from_str::<Vec<LinkRecord>>(data) else {
            report.add("the log", || format!("The records of set {seq} of the log cannot be read."));
            return;
        };
        if i64::try_from(records.len()) != Ok(count) {
            report.add("the log", || format!("Set {seq} of the log has {} records, not {count}.", records.len()));
        }
        for record in records {
            let fits = if deletes { self.take(scope, record) } else { self.add(scope, record) };
            if !fits {
                report.add("the log", || format!("Set {seq} of the log has link {} out of turn.", record.0));
            }
        }
    }

    /// Says where the links that the log makes are not those that are stored.
    pub fn compare(stored: &Self, logged: &Self, report: &mut Report) {
        for id in &stored.ids - &logged.ids {
            report.add("the log", || format!("Link {id} has no record in the log."));
        }
        for id in &logged.ids - &stored.ids {
            report.add("links", || format!("Link {id} of the log is not there and was not deleted."));
        }
        if stored.ids == logged.ids && stored.sum != logged.sum {
            report.add("links", || "Some links have other ends or another association than in the log.".to_owned());
        }
    }
}

/// A set of link records in the log, as far as the checks need it.
#[derive(Clone, Copy, Debug)]
pub struct LinkSet<'a> {
    /// Number of the first record.
    pub seq: i64,
    /// How many records there should be.
    pub count: i64,
    /// Textual id of the association.
    pub scope: &'a str,
    /// The links were deleted, not created.
    pub deletes: bool,
    /// The records as JSON.
    pub data: &'a str,
}
