//! The port to a store: what an engine has to do, and nothing of the rules.
//!
//! A [`Store`] runs pieces of work in transactions. The work sees a [`Tx`], which has no commit: when the work returns
//! `Ok` the engine commits, and only then does `write` return; when it returns `Err` nothing has happened. A lost race
//! ends `write` with [`crate::Code::Conflict`], and the caller may run the work again.

pub mod check;
pub mod tables;

use crate::association::Link;
use crate::change::{Action, ChangeSet, Resource};
use crate::filter::Filter;
use crate::page::Sort;
use crate::unique::UniqueKey;
use crate::{Map, Result};
use serde_json::Value;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
pub use tables::Table;

/// A boxed future, so that the traits stay object safe.
pub type BoxFut<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What runs inside a transaction. It may run again after a lost race, so it changes nothing but the transaction.
pub type Work = dyn for<'a> Fn(&'a mut (dyn Tx + 'a)) -> BoxFut<'a, Result<()>> + Send + Sync;

/// An engine.
pub trait Store: Send + Sync {
    /// Runs `work` on one consistent snapshot, which holds everything that was answered before. Writing fails.
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>>;

    /// Runs `work` as one transaction and returns when it is durable.
    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>>;

    /// Returns once the log has a settled record after this number, as [`ChangeQuery::settled`] reads it. Nothing of the
    /// store is held meanwhile, neither a transaction nor a connection nor a thread, so any number may wait; who waits no
    /// longer drops the future.
    fn news(&self, after: i64) -> BoxFut<'static, ()>;

    /// Checks the invariants that the engine itself upholds: every key points to a row and back, every link has both
    /// ends, counters are past the ids in use, the log has no gap and agrees with the links. Returns what is wrong, one
    /// sentence each.
    fn check(&self) -> BoxFut<'_, Result<Vec<String>>>;

    /// Figures for metrics: name and value, e.g. `("links", 8811.0)`.
    fn figures(&self) -> Vec<(&'static str, f64)>;
}

/// What was done to the format of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The format before; 0 for none.
    pub from: i64,
    /// The format now.
    pub to: i64,
}

/// A table, and for instances the model: the rows of one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Space {
    /// The table.
    pub table: Table,
    /// Numeric model id for instances, else 0.
    pub partition: i64,
}

impl Space {
    /// The instances of the model with this numeric id.
    pub const fn instances(model: i64) -> Self {
        Self { table: Table::Instances, partition: model }
    }
}

impl From<Table> for Space {
    fn from(table: Table) -> Self {
        Self { table, partition: 0 }
    }
}

/// A stored document.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Id within its space.
    pub id: i64,
    /// Grows with every update of the row, from 1.
    pub revision: i64,
    /// The document, with all its fields.
    pub doc: Map,
}

/// A document to insert.
#[derive(Clone, Debug, PartialEq)]
pub struct NewRow {
    /// Id, from [`Tx::next_ids`].
    pub id: i64,
    /// The document.
    pub doc: Map,
    /// Keys it takes.
    pub keys: Vec<UniqueKey>,
}

/// A document to replace.
#[derive(Clone, Debug, PartialEq)]
pub struct Replace {
    /// Id of the row.
    pub id: i64,
    /// The revision that was read; another one now is a conflict.
    pub revision: i64,
    /// The new document.
    pub doc: Map,
    /// Keys it gives back.
    pub drop_keys: Vec<UniqueKey>,
    /// Keys it takes.
    pub take_keys: Vec<UniqueKey>,
}

/// A document to delete.
#[derive(Clone, Debug, PartialEq)]
pub struct Remove {
    /// Id of the row.
    pub id: i64,
    /// Keys it gives back.
    pub keys: Vec<UniqueKey>,
}

/// Which rows, in which order.
#[derive(Clone, Debug)]
pub struct Query {
    /// Where.
    pub space: Space,
    /// Which; [`Filter::everything`] for all.
    pub filter: Filter,
    /// Order. Rows that are equal in it, and all rows without it, come by ascending id. Missing and null come first,
    /// then numbers, texts (byte order), objects, arrays, truth values, as in the original's store.
    pub sort: Vec<Sort>,
    /// Only rows with a larger id: to go through all rows, page by page, at the cost of one pass. `i64::MIN` for all.
    pub after: i64,
    /// Rows to skip.
    pub start: u64,
    /// Rows to return at the most.
    pub limit: Option<u64>,
}

impl Query {
    /// All rows of a space that `filter` matches, by id.
    pub fn new(space: impl Into<Space>, filter: Filter) -> Self {
        Self { space: space.into(), filter, sort: Vec::new(), after: i64::MIN, start: 0, limit: None }
    }
}

/// An association as the engine needs to know it: its numeric id, those of its two models, and which end has one link at
/// the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Numeric id of the model association.
    pub association: i64,
    /// Numeric id of the source model.
    pub source_model: i64,
    /// Numeric id of the target model.
    pub target_model: i64,
    /// A source has one link at the most.
    pub one_per_source: bool,
    /// A target has one link at the most.
    pub one_per_target: bool,
}

/// What the store knows of a pair that is to be linked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "five independent answers about one pair")]
pub struct LinkFacts {
    /// The source instance exists.
    pub source_exists: bool,
    /// The target instance exists.
    pub target_exists: bool,
    /// This source and target are linked under this association.
    pub pair_exists: bool,
    /// The source has a link under this association, as source. Looked up where [`Ends::one_per_source`] asks, else false.
    pub source_linked: bool,
    /// The target has a link under this association, as target. Looked up where [`Ends::one_per_target`] asks, else false.
    pub target_linked: bool,
}

/// Restricts links by one end or by their own id. All given parts must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkQuery {
    /// Only these associations (numeric ids). Empty finds nothing.
    pub associations: Vec<i64>,
    /// Only links whose source is one of these.
    pub sources: Option<Vec<i64>>,
    /// Only links whose target is one of these.
    pub targets: Option<Vec<i64>>,
    /// Only links with these ids.
    pub ids: Option<Vec<i64>>,
    /// Only links with a larger id.
    pub after: i64,
    /// At the most so many.
    pub limit: Option<u64>,
}

/// A step along the links of one association, from one end of each to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Step {
    /// Numeric id of the association.
    pub association: i64,
    /// From sources to targets, else from targets to sources.
    pub forward: bool,
}

/// Asks for the neighbours of a set of nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HopQuery {
    /// Steps, each with the ids of the instances to go from.
    pub from: Vec<(Step, Vec<i64>)>,
    /// Links to tell of each instance of each step at the most: those with the smallest ids.
    pub per_node: Option<u64>,
}

/// What lies one step from a set of nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hop {
    /// How many links there are of each instance, in the order of the question, without regard to a limit.
    pub counts: Vec<u64>,
    /// The links that are told: the place of the instance in the question, the id of the link, and its other end. By place,
    /// and then by ascending id.
    pub links: Vec<(usize, i64, i64)>,
}

/// Which rows of the change log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeQuery {
    /// Only sets with a record after this number.
    pub after: i64,
    /// Only sets whose first number is before this one; 0 for no bound.
    pub before: i64,
    /// Earliest time, milliseconds, inclusive.
    pub from: Option<i64>,
    /// Latest time, milliseconds, inclusive.
    pub until: Option<i64>,
    /// Only these resources; empty for all.
    pub resources: Vec<Resource>,
    /// Only these actions; empty for all.
    pub actions: Vec<Action>,
    /// Only this scope.
    pub scope: Option<String>,
    /// Only this user.
    pub user: Option<String>,
    /// Only sets with a record of this subject (resources other than links).
    pub subject: Option<i64>,
    /// Newest first instead of oldest first.
    pub newest_first: bool,
    /// Only sets that nothing can come before any more: to follow the log and miss nothing. The others may still get a
    /// larger number, where several processes write; they are settled shortly after the writes that were under way.
    pub settled: bool,
    /// At the most so many sets.
    pub limit: Option<u64>,
}

/// A transaction. Its changes are seen by its own reads.
pub trait Tx: Send {
    /// A number that every change of a row in a table with [`Table::is_meta`] replaces by a larger one. Who knows what a
    /// committed transaction read at a number knows it wherever the number shows. The numbers of changes that were undone
    /// come again.
    fn meta_revision(&mut self) -> BoxFut<'_, Result<i64>>;

    /// The ids of all rows of a space with their revisions, by ascending id, without reading the documents. A committed row
    /// with the same id and revision is the same wherever it is seen.
    fn revisions(&mut self, space: Space) -> BoxFut<'_, Result<Vec<(i64, i64)>>>;

    /// The rows with these ids that exist, by ascending id, each once.
    fn get_many<'a>(&'a mut self, space: Space, ids: &'a [i64]) -> BoxFut<'a, Result<Vec<Row>>>;

    /// The rows that a query finds.
    fn find<'a>(&'a mut self, query: &'a Query) -> BoxFut<'a, Result<Vec<Row>>>;

    /// How many rows a filter matches.
    fn count<'a>(&'a mut self, space: Space, filter: &'a Filter) -> BoxFut<'a, Result<u64>>;

    /// How many of the rows that a filter matches have each value of a field, as [`crate::filter::Groups`] counts, in the
    /// order of values. `field` has no dots.
    fn count_by<'a>(
        &'a mut self,
        space: Space,
        filter: &'a Filter,
        field: &'a str,
    ) -> BoxFut<'a, Result<Vec<(Value, u64)>>>;

    /// For each key the id of the row that holds it.
    fn find_keys<'a>(&'a mut self, keys: &'a [UniqueKey]) -> BoxFut<'a, Result<Vec<Option<i64>>>>;

    /// Inserts rows. An id or a key that is taken is a conflict.
    fn insert_many(&mut self, space: Space, rows: Vec<NewRow>) -> BoxFut<'_, Result<()>>;

    /// Replaces rows. A row that is gone or has another revision, or a key that another row holds, is a conflict.
    /// All keys are given back before any is taken, so that rows can exchange them.
    fn replace_many(&mut self, space: Space, rows: Vec<Replace>) -> BoxFut<'_, Result<()>>;

    /// Deletes rows. A row that is gone is a conflict, and so is an instance that somebody else has linked meanwhile.
    fn delete_many(&mut self, space: Space, rows: Vec<Remove>) -> BoxFut<'_, Result<()>>;

    /// Gives keys of a new rule to rows that exist. A key that is taken is a conflict.
    fn insert_keys(&mut self, keys: Vec<(UniqueKey, i64)>) -> BoxFut<'_, Result<()>>;

    /// Forgets all keys of a rule.
    fn drop_keys(&mut self, rule: i64) -> BoxFut<'_, Result<()>>;

    /// Takes `count` ids from the named sequence and returns the first; they follow one another. Ids start at 1 and are
    /// never given twice, unless the transaction fails. One process is given ascending ids; where several processes write,
    /// each has its own stretch, and stretches that were not used up leave gaps.
    fn next_ids<'a>(&'a mut self, sequence: &'a str, count: u64) -> BoxFut<'a, Result<i64>>;

    /// What is known of each pair, in one look; one entry a pair.
    fn link_facts<'a>(&'a mut self, ends: Ends, pairs: &'a [(i64, i64)]) -> BoxFut<'a, Result<Vec<LinkFacts>>>;

    /// Inserts links of one association, with new ids that ascend. A pair that is there is a conflict, and so is a second
    /// link of an end that has one at the most.
    fn insert_links<'a>(&'a mut self, ends: Ends, links: &'a [Link]) -> BoxFut<'a, Result<()>>;

    /// Deletes links. One that is gone is a conflict.
    fn delete_links<'a>(&'a mut self, links: &'a [Link]) -> BoxFut<'a, Result<()>>;

    /// The links that a query finds, by ascending id.
    fn find_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<Vec<Link>>>;

    /// How many links a query finds, without regard to `after` and `limit`.
    fn count_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<u64>>;

    /// The neighbours of many nodes in one look; one entry a step.
    fn hop<'a>(&'a mut self, query: &'a HopQuery) -> BoxFut<'a, Result<Vec<Hop>>>;

    /// Appends to the log; gives each set its number, and the time of the one before it when its own is earlier. Comes last
    /// in a transaction: the place in the log is that of this call.
    fn append_changes(&mut self, sets: Vec<ChangeSet>) -> BoxFut<'_, Result<()>>;

    /// Reads the log.
    fn changes<'a>(&'a mut self, query: &'a ChangeQuery) -> BoxFut<'a, Result<Vec<ChangeSet>>>;
}
