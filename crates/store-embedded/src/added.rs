//! The links that the open transaction has added. There are few of them, for a short time, so this is made for adding and
//! for answering "is it there"; listing those of a node looks at all of them.

use crate::graph::{Fold, Side};
use relata_model::association::Link;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash};

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fold>>;

/// Links by ascending id.
#[derive(Default)]
pub(crate) struct Added {
    links: Vec<Link>,
    /// Id by association, source, target.
    pairs: Map<(i64, i64, i64), i64>,
    /// How many links a node has, by association and node.
    by_source: Map<(i64, i64), u32>,
    by_target: Map<(i64, i64), u32>,
}

impl Added {
    pub(crate) fn insert(&mut self, link: Link) {
        let Link { id, association, source, target } = link;
        let place = self.links.partition_point(|other| other.id < id);
        self.links.insert(place, link);
        self.pairs.insert((association, source, target), id);
        *self.by_source.entry((association, source)).or_default() += 1;
        *self.by_target.entry((association, target)).or_default() += 1;
    }

    /// Removes a link; false when it is not there.
    pub(crate) fn remove(&mut self, link: &Link) -> bool {
        let Ok(place) = self.links.binary_search_by_key(&link.id, |other| other.id) else { return false };
        let Link { association, source, target, .. } = self.links.remove(place);
        self.pairs.remove(&(association, source, target));
        for (counts, node) in [(&mut self.by_source, source), (&mut self.by_target, target)] {
            if let Some(count) = counts.get_mut(&(association, node)) {
                *count -= 1;
            }
        }
        true
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    /// The id of the link of a pair.
    pub(crate) fn find(&self, association: i64, source: i64, target: i64) -> Option<i64> {
        self.pairs.get(&(association, source, target)).copied()
    }

    pub(crate) fn is_linked(&self, association: i64, side: Side, node: i64) -> bool {
        let counts = match side {
            Side::Source => &self.by_source,
            Side::Target => &self.by_target,
        };
        counts.get(&(association, node)).is_some_and(|count| *count > 0)
    }

    /// The links of an association after an id.
    pub(crate) fn of(&self, association: i64, after: i64) -> impl Iterator<Item = &Link> + '_ {
        let skipped = self.links.partition_point(|link| link.id <= after);
        self.links.iter().skip(skipped).filter(move |link| link.association == association)
    }

    /// `(id, other end)` of a node's links by ascending id, from the first id after `after`.
    pub(crate) fn links_of(
        &self,
        association: i64,
        side: Side,
        node: i64,
        after: i64,
    ) -> impl Iterator<Item = (i64, i64)> + '_ {
        let linked = self.is_linked(association, side, node).then(|| self.of(association, after));
        linked.into_iter().flatten().filter_map(move |link| match side {
            Side::Source => (link.source == node).then_some((link.id, link.target)),
            Side::Target => (link.target == node).then_some((link.id, link.source)),
        })
    }

    /// Forgets everything, but keeps some room for the next ones.
    pub(crate) fn clear(&mut self) {
        fn clear<K: Eq + Hash, V>(map: &mut Map<K, V>) {
            map.clear();
            map.shrink_to(1 << 14);
        }
        self.links.clear();
        self.links.shrink_to(1 << 14);
        clear(&mut self.pairs);
        clear(&mut self.by_source);
        clear(&mut self.by_target);
    }
}
