//! What the engine knows without asking the disk: the graph of links and which instances exist.
//!
//! [`Memory`] is what is committed, shared with readers; only the writer changes it, after a commit. [`Pending`] is what the
//! open transaction would change in it: it answers for works of the same group and is dropped when the commit fails, so
//! that nobody else ever sees it. [`View`] is both together, or for a reader the committed part up to its snapshot.

use crate::added::Added;
use crate::graph::{Adjacency, Graph, Numbers, Side};
use relata_model::association::Link;
use relata_model::store::{Ends, Hop, LinkFacts, Step};
use roaring::RoaringTreemap;
use std::collections::{HashMap, HashSet};

/// The committed state.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) graph: Graph,
    /// Ids of the instances of each model.
    pub(crate) instances: Numbers<RoaringTreemap>,
    /// The number of the last commit in it.
    pub(crate) commit: i64,
}

impl Memory {
    pub(crate) fn has_instance(&self, model: i64, id: i64) -> bool {
        self.instances.get(&model).is_some_and(|ids| ids.contains(id.cast_unsigned()))
    }

    fn apply(&mut self, effect: &Effect) {
        match effect {
            Effect::Link(link) => self.graph.insert(link),
            Effect::Unlink(link) => {
                self.graph.remove(link);
            }
            Effect::Instance(model, id) => {
                self.instances.entry(*model).or_default().insert(id.cast_unsigned());
            }
            Effect::NoInstance(model, id) => {
                if let Some(ids) = self.instances.get_mut(model) {
                    ids.remove(id.cast_unsigned());
                }
            }
        }
    }
}

/// One change of the memory.
#[derive(Clone, Copy)]
enum Effect {
    Link(Link),
    Unlink(Link),
    Instance(i64, i64),
    NoInstance(i64, i64),
}

impl Effect {
    const fn link(&self) -> Option<&Link> {
        match self {
            Self::Link(link) | Self::Unlink(link) => Some(link),
            Self::Instance(..) | Self::NoInstance(..) => None,
        }
    }
}

/// The changes of the open transaction.
#[derive(Default)]
pub(crate) struct Pending {
    added: Added,
    removed: Graph,
    instances: HashMap<(i64, i64), bool>,
    journal: Vec<Effect>,
    /// Association, source and target of the pairs that the last look found free, in its order: so that inserting them need
    /// not look again. Forgotten whenever a link changes or another work begins.
    pub(crate) free: Vec<(i64, i64, i64)>,
    /// Where the numbering stands in it.
    pub(crate) counters: Counters,
}

/// Where the numbering stands. The writer alone gives numbers, so it need not read them again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    /// The largest link id.
    pub(crate) link: i64,
    /// The last number of the log.
    pub(crate) change: i64,
    /// The time of the last row of the log.
    pub(crate) time: i64,
}

/// A point to go back to.
pub(crate) struct Mark {
    journal: usize,
    counters: Counters,
}

impl Pending {
    /// No changes yet, numbering from here.
    pub(crate) fn after(counters: Counters) -> Self {
        Self { counters, ..Self::default() }
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark { journal: self.journal.len(), counters: self.counters }
    }

    /// Takes back everything after the mark.
    pub(crate) fn undo(&mut self, mark: &Mark) {
        self.free.clear();
        while self.journal.len() > mark.journal {
            match self.journal.pop() {
                Some(Effect::Link(link)) => {
                    self.added.remove(&link);
                }
                Some(Effect::Unlink(link)) if self.removed.remove(&link) => {}
                Some(Effect::Unlink(link)) => self.added.insert(link),
                Some(Effect::Instance(model, id)) => {
                    self.instances.insert((model, id), false);
                }
                Some(Effect::NoInstance(model, id)) => {
                    self.instances.insert((model, id), true);
                }
                None => {}
            }
        }
        self.counters = mark.counters;
    }

    /// The id of the link of a pair, if the open transaction has added it.
    pub(crate) fn added(&self, association: i64, source: i64, target: i64) -> Option<i64> {
        self.added.find(association, source, target)
    }

    pub(crate) fn link(&mut self, link: Link) {
        self.added.insert(link);
        self.counters.link = link.id;
        self.journal.push(Effect::Link(link));
    }

    pub(crate) fn unlink(&mut self, link: Link) {
        self.free.clear();
        if !self.added.remove(&link) {
            self.removed.insert(&link);
        }
        self.journal.push(Effect::Unlink(link));
    }

    pub(crate) fn instance(&mut self, model: i64, id: i64, exists: bool) {
        self.instances.insert((model, id), exists);
        self.journal.push(if exists { Effect::Instance(model, id) } else { Effect::NoInstance(model, id) });
    }

    /// Moves the changes into the committed state, whose last commit is now this one; the counters stay.
    pub(crate) fn apply(&mut self, memory: &mut Memory, commit: i64) {
        memory.commit = commit;
        for effects in self.journal.chunks(64) {
            let links = || effects.iter().filter_map(Effect::link);
            memory.graph.by_source.warm(links().map(|link| (link.association, link.source)));
            memory.graph.by_target.warm(links().map(|link| (link.association, link.target)));
            for effect in effects {
                memory.apply(effect);
            }
        }
        self.journal.clear();
        self.instances.clear();
        self.added.clear();
        self.removed = Graph::default();
    }
}

/// The links and instances that a transaction sees.
#[derive(Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) memory: &'a Memory,
    pub(crate) pending: &'a Pending,
    /// Links with larger ids are younger than the snapshot.
    pub(crate) bound: i64,
}

impl<'a> View<'a> {
    /// What the writer sees: everything.
    pub(crate) const fn of_writer(memory: &'a Memory, pending: &'a Pending) -> Self {
        Self { memory, pending, bound: i64::MAX }
    }

    pub(crate) fn has_instance(self, model: i64, id: i64) -> bool {
        self.pending.instances.get(&(model, id)).copied().unwrap_or_else(|| self.memory.has_instance(model, id))
    }

    pub(crate) fn facts(self, ends: Ends, pairs: &[(i64, i64)]) -> Vec<LinkFacts> {
        let Ends { association, source_model, target_model, one_per_source, one_per_target } = ends;
        let added = &self.pending.added;
        // Then whoever is in the graph has a link, and there is no need to look which.
        let is_all = self.bound == i64::MAX && self.pending.removed.is_empty();
        let linked = |committed: Option<&Adjacency>, side, node| {
            committed.is_some_and(|it| is_all || it.after(0).any(|(id, _)| self.is_committed(association, id)))
                || added.is_linked(association, side, node)
        };
        let facts = |(committed, pair): ([Option<&Adjacency>; 2], &(i64, i64))| {
            let ([at_source, at_target], (source, target)) = (committed, *pair);
            let id = at_source
                .zip(at_target)
                .and_then(|(at_source, at_target)| Adjacency::find_pair((at_source, source), (at_target, target)));
            LinkFacts {
                source_exists: self.has_instance(source_model, source),
                target_exists: self.has_instance(target_model, target),
                pair_exists: id.is_some_and(|id| self.is_committed(association, id))
                    || added.find(association, source, target).is_some(),
                source_linked: one_per_source && linked(at_source, Side::Source, source),
                target_linked: one_per_target && linked(at_target, Side::Target, target),
            }
        };
        self.memory.graph.ends(association, pairs).into_iter().zip(pairs).map(facts).collect()
    }

    /// True for a link of the memory that belongs to the snapshot and was not removed since.
    fn is_committed(self, association: i64, id: i64) -> bool {
        id <= self.bound && (self.pending.removed.is_empty() || !self.pending.removed.contains(association, id))
    }

    /// The id of the link of a pair.
    pub(crate) fn find(self, association: i64, source: i64, target: i64) -> Option<i64> {
        let committed = self.memory.graph.find(association, source, target);
        committed
            .filter(|id| self.is_committed(association, *id))
            .or_else(|| self.pending.added.find(association, source, target))
    }

    /// `(id, other end)` of a node's links by ascending id, from the first id after `after`.
    pub(crate) fn links_of(
        self,
        association: i64,
        side: Side,
        node: i64,
        after: i64,
    ) -> impl Iterator<Item = (i64, i64)> + 'a {
        let committed = self.memory.graph.links_of(association, side, node, after);
        let added = self.pending.added.links_of(association, side, node, after);
        committed.filter(move |(id, _)| self.is_committed(association, *id)).chain(added)
    }

    /// What lies one step from each of these nodes.
    pub(crate) fn hop(self, step: Step, nodes: &[i64], most: usize) -> Hop {
        let Step { association, forward } = step;
        let side = if forward { Side::Source } else { Side::Target };
        let mut hop = Hop { counts: Vec::with_capacity(nodes.len()), links: Vec::with_capacity(nodes.len()) };
        let changed = !self.pending.removed.is_empty() || !self.pending.added.is_empty();
        for (place, adjacency) in self.memory.graph.adjacent(association, side, nodes).into_iter().enumerate() {
            let before = hop.links.len();
            if !changed {
                // Without own changes the links of the snapshot are the first ones.
                let count = adjacency.map_or(0, |it| it.count_upto(self.bound));
                let links = adjacency.into_iter().flat_map(|it| it.after(0)).take(count.min(most));
                hop.links.extend(links.map(|(id, other)| (place, id, other)));
                hop.counts.push(count as u64);
            } else if let Some(node) = nodes.get(place) {
                let links = self.links_of(association, side, *node, 0);
                hop.links.extend(links.map(|(id, other)| (place, id, other)));
                let count = hop.links.len() - before;
                hop.links.truncate(before + count.min(most));
                hop.counts.push(count as u64);
            }
        }
        hop
    }

    /// The ids of an association's links, ascending, from the first after `after`.
    pub(crate) fn ids_after(self, association: i64, after: i64) -> impl Iterator<Item = i64> + 'a {
        let committed = self.memory.graph.ids_after(association, after).take_while(move |id| *id <= self.bound);
        let added = self.pending.added.of(association, after).map(|link| link.id);
        committed.filter(move |id| self.is_committed(association, *id)).chain(added)
    }

    pub(crate) fn count(self, association: i64) -> u64 {
        let Pending { added, removed, .. } = self.pending;
        self.memory.graph.count(association, self.bound) + added.of(association, i64::MIN).count() as u64
            - removed.count(association, i64::MAX)
    }

    /// The links of these associations that have one of `sources` and one of `targets`, by ascending id, each list sorted.
    /// At least one of the lists is given.
    pub(crate) fn links_at(self, at: &EndsQuery<'_>) -> Vec<Link> {
        let mut found = Vec::new();
        for association in at.associations {
            let degrees = |side, nodes: &[i64]| -> usize {
                nodes.iter().map(|node| self.memory.graph.degree(*association, side, *node)).sum()
            };
            let (side, nodes, others) = match (at.sources, at.targets) {
                (Some(sources), Some(targets)) if degrees(Side::Target, targets) < degrees(Side::Source, sources) => {
                    (Side::Target, targets, Some(sources))
                }
                (Some(sources), targets) => (Side::Source, sources, targets),
                (None, targets) => (Side::Target, targets.unwrap_or_default(), None),
            };
            let others: Option<HashSet<i64>> = others.map(|others| others.iter().copied().collect());
            for node in nodes {
                let links = self.links_of(*association, side, *node, at.after);
                let links = links.filter(|(_, other)| others.as_ref().is_none_or(|others| others.contains(other)));
                found.extend(links.take(at.limit).map(|(id, other)| {
                    let (source, target) = if side == Side::Source { (*node, other) } else { (other, *node) };
                    Link { id, association: *association, source, target }
                }));
            }
        }
        found.sort_unstable();
        found.truncate(at.limit);
        found
    }
}

/// Links by their ends. Lists are sorted and without repetition.
pub(crate) struct EndsQuery<'a> {
    pub(crate) associations: &'a [i64],
    pub(crate) sources: Option<&'a [i64]>,
    pub(crate) targets: Option<&'a [i64]>,
    pub(crate) after: i64,
    pub(crate) limit: usize,
}

#[cfg(test)]
mod tests {
    use super::{Memory, Pending, View};
    use crate::graph::Side;
    use relata_model::association::Link;
    use relata_model::store::Ends;

    const ENDS: Ends =
        Ends { association: 1, source_model: 10, target_model: 20, one_per_source: true, one_per_target: true };

    fn link(id: i64, source: i64, target: i64) -> Link {
        Link { id, association: 1, source, target }
    }

    #[test]
    fn pending_changes_are_seen_and_can_be_taken_back() {
        let mut memory = Memory::default();
        let mut pending = Pending::default();
        pending.instance(10, 1, true);
        pending.instance(20, 2, true);
        pending.link(link(1, 1, 2));
        pending.apply(&mut memory, 1);
        let mark = pending.mark();
        pending.unlink(link(1, 1, 2));
        pending.link(link(2, 1, 2));
        pending.unlink(link(2, 1, 2));
        pending.instance(20, 2, false);
        let facts = View::of_writer(&memory, &pending).facts(ENDS, &[(1, 2)])[0];
        assert!(facts.source_exists && !facts.target_exists && !facts.pair_exists && !facts.source_linked);
        assert_eq!(View::of_writer(&memory, &pending).count(1), 0);
        pending.undo(&mark);
        let facts = View::of_writer(&memory, &pending).facts(ENDS, &[(1, 2)])[0];
        assert!(facts.target_exists && facts.pair_exists && facts.source_linked && facts.target_linked);
        assert_eq!(View::of_writer(&memory, &pending).count(1), 1);
        assert_eq!(pending.counters.link, 1);
    }

    #[test]
    fn a_pair_can_be_linked_anew_in_the_group_that_unlinked_it() {
        let mut memory = Memory::default();
        let mut pending = Pending::default();
        pending.link(link(1, 1, 2));
        pending.apply(&mut memory, 1);
        pending.unlink(link(1, 1, 2));
        pending.link(link(2, 1, 2));
        assert_eq!(View::of_writer(&memory, &pending).find(1, 1, 2), Some(2));
        assert_eq!(View::of_writer(&memory, &pending).links_of(1, Side::Target, 2, 0).collect::<Vec<_>>(), [(2, 1)]);
        pending.apply(&mut memory, 1);
        assert_eq!(memory.graph.find(1, 1, 2), Some(2));
        assert_eq!(memory.graph.len(), 1);
    }

    #[test]
    fn a_snapshot_hides_younger_links() {
        let mut memory = Memory::default();
        let mut pending = Pending::default();
        pending.link(link(1, 1, 2));
        pending.link(link(2, 1, 3));
        pending.apply(&mut memory, 1);
        let old = View { memory: &memory, pending: &pending, bound: 1 };
        assert_eq!(old.count(1), 1);
        assert_eq!(old.find(1, 1, 3), None);
        assert_eq!(old.links_of(1, Side::Source, 1, 0).collect::<Vec<_>>(), [(1, 2)]);
        assert_eq!(old.ids_after(1, 0).collect::<Vec<_>>(), [1]);
    }
}
