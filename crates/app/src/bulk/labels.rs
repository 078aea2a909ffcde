//! Labels: names that operations give to their instances for those that follow in the stream.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Most labels of a stream. They are all that grows with its length.
pub(super) const MOST_LABELS: usize = 1_000_000;

/// The number of the model, and the instance unless the operation has failed.
pub(super) type Labelled = (i64, Option<i64>);

/// The labels that a transaction knows.
#[derive(Default)]
pub(super) struct Labels {
    /// Of transactions before.
    before: Arc<HashMap<String, Labelled>>,
    own: BTreeMap<String, Labelled>,
}

impl Labels {
    pub(super) fn after(before: Arc<HashMap<String, Labelled>>) -> Self {
        Self { before, own: BTreeMap::new() }
    }

    pub(super) fn get(&self, label: &str) -> Option<Labelled> {
        self.own.get(label).or_else(|| self.before.get(label)).copied()
    }

    /// Whether there is no room for so many and one more.
    pub(super) fn are_full(&self, more: usize) -> bool {
        self.before.len() + self.own.len() + more >= MOST_LABELS
    }

    /// Takes labels over, with the ids that were given in the place of provisional ones.
    pub(super) fn extend(&mut self, labels: BTreeMap<String, Labelled>, given: &HashMap<i64, i64>) {
        let real = |id: i64| given.get(&id).copied().unwrap_or(id);
        self.own.extend(labels.into_iter().map(|(label, (model, id))| (label, (model, id.map(real)))));
    }

    /// What is to be kept for the transactions that follow.
    pub(super) fn into_own(self) -> BTreeMap<String, Labelled> {
        self.own
    }
}
