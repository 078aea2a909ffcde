//! The port to an index of the texts of instances, and what it means that a text is found: [`Query`] against [`Entry`].
//!
//! An [`Index`] knows no rule and no right. What it finds is what [`Query::rank`] says of each entry, only faster; where both
//! are asked, they agree. Models and attributes are few and not in it.

mod entry;
mod query;
mod text;

use crate::Result;
use std::collections::{BTreeSet, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

pub use entry::{Entry, values};
pub use query::{Condition, Query, Rank};
pub use text::{LONGEST, Piece, addresses, clip, fold, pieces};

/// Grows with every change of what is indexed and how texts are cut, so that an index of before is made anew.
pub const FORMAT: u32 = 1;

/// What became of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Textual id of the model.
    pub model: String,
    /// Id of the instance.
    pub id: i64,
    /// What to find it by; `None` when it is gone.
    pub entry: Option<Entry>,
}

/// An index of instances. Changes are put and then committed together with a mark that says how far the index has come; until
/// then, and after a crash, views are of the commit before.
pub trait Index: Send + Sync {
    /// The index as it was committed last.
    fn view(&self) -> Arc<dyn View>;

    /// Takes changes; of one instance the last counts. `fresh`: the index has none of them yet.
    fn put(&self, changes: Vec<Change>, fresh: bool) -> Result<()>;

    /// Makes what was put since the last commit visible and durable, with this mark.
    fn save(&self, mark: &str) -> Result<()>;

    /// Forgets what was put since the last commit.
    fn undo(&self) -> Result<()>;

    /// Forgets everything with the next commit.
    fn clear(&self) -> Result<()>;
}

/// One committed state of an index.
pub trait View: Send + Sync {
    /// The mark of the commit; empty when there was none.
    fn mark(&self) -> &str;

    /// What a query finds.
    fn find(&self, ask: &Ask<'_>) -> Result<Found>;
}

/// What is asked of a [`View`].
#[derive(Debug)]
pub struct Ask<'a> {
    /// What to find.
    pub query: &'a Query,
    /// All models, in ascending order.
    pub models: &'a [&'a str],
    /// Instances that are left out, by model and id.
    pub except: &'a HashSet<(String, i64)>,
    /// Only instances of these models count, by their places in `models`.
    pub counted: &'a BTreeSet<usize>,
    /// Of which only those of these models are told.
    pub told: &'a BTreeSet<usize>,
    /// Only what comes after this one is told.
    pub after: Option<Hit>,
    /// How many are told at the most.
    pub limit: usize,
}

/// An instance that was found. The order is that of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// How well it fits.
    pub rank: Rank,
    /// The place of its model in [`Ask::models`].
    pub model: usize,
    /// Its id.
    pub id: i64,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// How many of each model.
    pub counts: Vec<u64>,
    /// The first ones.
    pub hits: Vec<Hit>,
    /// Those addresses of the query that something was found by.
    pub known: BTreeSet<IpAddr>,
}
