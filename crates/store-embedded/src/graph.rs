//! The graph of links in memory: for every association and both directions, which links a node has, with their ids.
//!
//! It answers existence, mapping, neighbours and counts, so that links need no index on disk. It holds only what is
//! committed, knows no rules, and is not a store: it is rebuilt from the table of links when the store is opened.
//!
//! The layout is chosen for memory, since random ends touch a random place anyway: a node with one link costs one 16-byte
//! slot, a node with more a slot and eight bytes a link. Only nodes with very many links, or with numbers
//! beyond 32 bits, pay for trees. Nothing is allocated by the value of an id.

use relata_model::association::Link;
use roaring::RoaringTreemap;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Bound::{Excluded, Unbounded};

/// A hash table keyed by numbers that the store has given out itself.
pub(crate) type Numbers<V> = HashMap<i64, V, BuildHasherDefault<Fold>>;

/// Hashes numbers by one multiplication.
#[derive(Default)]
pub(crate) struct Fold(u64);

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }
    fn write_i64(&mut self, value: i64) {
        self.write_u64(value.cast_unsigned());
    }
    #[expect(clippy::cast_possible_truncation, reason = "both halves of the product are used")]
    fn write_u64(&mut self, value: u64) {
        let product = u128::from(self.0 ^ value ^ 0x517c_c1b7_2722_0a95) * 0x9e37_79b9_7f4a_7c15_u128;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
    fn finish(&self) -> u64 {
        self.0
    }
}

/// Which end of a link a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Source,
    Target,
}

/// A link as one of its ends sees it. `id` is never 0, which marks a free place in an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    id: u32,
    other: u32,
}

impl Entry {
    fn narrow(id: i64, other: i64) -> Option<Self> {
        Some(Self { id: u32::try_from(id).ok().filter(|id| *id != 0)?, other: u32::try_from(other).ok()? })
    }

    fn wide(self) -> (i64, i64) {
        (i64::from(self.id), i64::from(self.other))
    }
}

/// The links of one node, by ascending id. Array lengths fill an allocation of a power of two less its header.
pub(crate) enum Adjacency {
    One(Entry),
    Three(Box<[Entry; 3]>),
    Seven(Box<[Entry; 7]>),
    Fifteen(Box<[Entry; 15]>),
    #[expect(clippy::box_collection, reason = "keeps a slot at 16 bytes")]
    List(Box<Vec<Entry>>),
    Hub(Box<Hub>),
}

/// From here on a node's links are kept in trees, where finding and removing one is not a scan.
const HUB: usize = 1024;

/// A node with very many links, or whose links do not fit 32 bits.
#[derive(Default)]
pub(crate) struct Hub {
    by_id: BTreeMap<i64, i64>,
    by_other: Numbers<i64>,
}

impl Adjacency {
    fn of(links: &[(i64, i64)]) -> Self {
        let narrow: Option<Vec<Entry>> = links.iter().map(|(id, other)| Entry::narrow(*id, *other)).collect();
        match narrow {
            Some(list) if list.len() < HUB => Self::of_narrow(list),
            Some(_) | None => Self::Hub(Box::new(Hub {
                by_id: links.iter().copied().collect(),
                by_other: links.iter().map(|(id, other)| (*other, *id)).collect(),
            })),
        }
    }

    fn of_narrow(list: Vec<Entry>) -> Self {
        fn array<const N: usize>(list: &[Entry]) -> [Entry; N] {
            std::array::from_fn(|place| list.get(place).copied().unwrap_or_default())
        }
        match list.as_slice() {
            [one] => Self::One(*one),
            few if few.len() <= 3 => Self::Three(Box::new(array(few))),
            few if few.len() <= 7 => Self::Seven(Box::new(array(few))),
            few if few.len() <= 15 => Self::Fifteen(Box::new(array(few))),
            _ => Self::List(Box::new(list)),
        }
    }

    /// The entries of everything but hubs.
    fn list(&self) -> &[Entry] {
        fn taken(places: &[Entry]) -> &[Entry] {
            places.get(..places.partition_point(|entry| entry.id != 0)).unwrap_or_default()
        }
        match self {
            Self::One(entry) => std::slice::from_ref(entry),
            Self::Three(places) => taken(&**places),
            Self::Seven(places) => taken(&**places),
            Self::Fifteen(places) => taken(&**places),
            Self::List(list) => list,
            Self::Hub(_) => &[],
        }
    }

    const fn hub(&self) -> Option<&Hub> {
        match self {
            Self::Hub(hub) => Some(hub),
            Self::One(_) | Self::Three(_) | Self::Seven(_) | Self::Fifteen(_) | Self::List(_) => None,
        }
    }

    /// `(id, other)` by ascending id, from the first id after `after`.
    pub(crate) fn after(&self, after: i64) -> impl Iterator<Item = (i64, i64)> + '_ {
        let list = self.list();
        let skipped = if after <= 0 { 0 } else { list.partition_point(|entry| i64::from(entry.id) <= after) };
        let tree = self.hub().map(|hub| hub.by_id.range((Excluded(after), Unbounded)));
        let tree = tree.into_iter().flatten().map(|(id, other)| (*id, *other));
        list.iter().skip(skipped).map(|entry| entry.wide()).chain(tree)
    }

    /// About how many links there are, told without looking at them.
    const fn class(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Three(_) => 3,
            Self::Seven(_) => 7,
            Self::Fifteen(_) => 15,
            Self::List(_) => HUB,
            Self::Hub(_) => usize::MAX,
        }
    }

    /// The id of the link of a pair, looked for at the end that has fewer links.
    pub(crate) fn find_pair(source: (&Self, i64), target: (&Self, i64)) -> Option<i64> {
        if target.0.class() < source.0.class() { target.0.find(source.1) } else { source.0.find(target.1) }
    }

    /// The id of the link to `other`.
    fn find(&self, other: i64) -> Option<i64> {
        if let Some(hub) = self.hub() {
            return hub.by_other.get(&other).copied();
        }
        let other = u32::try_from(other).ok()?;
        self.list().iter().find(|entry| entry.other == other).map(|entry| i64::from(entry.id))
    }

    fn len(&self) -> usize {
        self.hub().map_or_else(|| self.list().len(), |hub| hub.by_id.len())
    }

    /// How many links have ids up to a bound.
    pub(crate) fn count_upto(&self, bound: i64) -> usize {
        let Some(hub) = self.hub() else {
            return self.list().partition_point(|entry| i64::from(entry.id) <= bound);
        };
        match hub.by_id.last_key_value() {
            Some((last, _)) if *last > bound => hub.by_id.range(..=bound).count(),
            Some(_) | None => hub.by_id.len(),
        }
    }

    fn insert(&mut self, id: i64, other: i64) {
        if let Self::Hub(hub) = self {
            hub.by_id.insert(id, other);
            hub.by_other.insert(other, id);
            return;
        }
        if let Some(entry) = Entry::narrow(id, other)
            && self.list().last().is_none_or(|last| last.id < entry.id)
            && self.append(entry)
        {
            return;
        }
        let mut all: Vec<(i64, i64)> = self.after(i64::MIN).collect();
        all.insert(all.partition_point(|(before, _)| *before < id), (id, other));
        *self = Self::of(&all);
    }

    /// Appends in place, when there is a place.
    fn append(&mut self, entry: Entry) -> bool {
        let taken = self.list().len();
        let places: &mut [Entry] = match self {
            Self::One(_) | Self::Hub(_) => return false,
            Self::Three(places) => &mut **places,
            Self::Seven(places) => &mut **places,
            Self::Fifteen(places) => &mut **places,
            Self::List(list) => {
                let room = taken + 1 < HUB;
                if room {
                    list.push(entry);
                }
                return room;
            }
        };
        places.get_mut(taken).map(|place| *place = entry).is_some()
    }

    /// Removes a link; `None` when it is not there, else whether others are left.
    fn remove(&mut self, id: i64) -> Option<bool> {
        if let Self::Hub(hub) = self {
            let other = hub.by_id.remove(&id)?;
            hub.by_other.remove(&other);
            return Some(!hub.by_id.is_empty());
        }
        let place = self.list().binary_search_by_key(&id, |entry| i64::from(entry.id)).ok()?;
        if let Self::List(list) = self
            && list.len() > 16
        {
            list.remove(place);
            return Some(true);
        }
        let mut rest = self.list().to_vec();
        rest.remove(place);
        let left = !rest.is_empty();
        if left {
            *self = Self::of_narrow(rest);
        }
        Some(left)
    }
}

/// The nodes of one association at one side. Ids are mostly dense, so 64 neighbours share an entry of the hash table, which
/// then fits the processor's cache, and the slots of those that have links lie side by side.
#[derive(Default)]
struct Nodes {
    pages: Numbers<Page>,
    count: usize,
}

/// Nodes whose ids differ in the last six bits only.
#[derive(Default)]
struct Page {
    /// Which of them have links.
    present: u64,
    /// Those, by id.
    slots: Vec<Adjacency>,
}

impl Page {
    /// The place of a node among the slots, and the bit that says whether it is there.
    const fn place(&self, node: i64) -> (usize, u64) {
        let bit = 1 << (node & 63);
        ((self.present & (bit - 1)).count_ones() as usize, bit)
    }
}

impl Nodes {
    fn get(&self, node: i64) -> Option<&Adjacency> {
        let page = self.pages.get(&(node >> 6))?;
        let (place, bit) = page.place(node);
        if page.present & bit == 0 { None } else { page.slots.get(place) }
    }

    fn insert(&mut self, node: i64, id: i64, other: i64) {
        let page = self.pages.entry(node >> 6).or_default();
        let (place, bit) = page.place(node);
        match page.slots.get_mut(place) {
            Some(adjacency) if page.present & bit != 0 => adjacency.insert(id, other),
            Some(_) | None => {
                page.present |= bit;
                page.slots.insert(place, Adjacency::of(&[(id, other)]));
                self.count += 1;
            }
        }
    }

    fn remove(&mut self, node: i64, id: i64) -> bool {
        let Some(page) = self.pages.get_mut(&(node >> 6)) else { return false };
        let (place, bit) = page.place(node);
        if page.present & bit == 0 {
            return false;
        }
        let left = page.slots.get_mut(place).and_then(|adjacency| adjacency.remove(id));
        if left == Some(false) {
            page.present &= !bit;
            page.slots.remove(place);
            self.count -= 1;
            if page.present == 0 {
                self.pages.remove(&(node >> 6));
            }
        }
        left.is_some()
    }
}

/// One direction of the graph: for every association the nodes at one side and their links.
#[derive(Default)]
pub(crate) struct Direction(Numbers<Nodes>);

impl Direction {
    pub(crate) fn insert(&mut self, association: i64, node: i64, other: i64, id: i64) {
        self.0.entry(association).or_default().insert(node, id, other);
    }

    fn remove(&mut self, association: i64, node: i64, id: i64) -> bool {
        let Some(nodes) = self.0.get_mut(&association) else { return false };
        let removed = nodes.remove(node, id);
        if nodes.count == 0 {
            self.0.remove(&association);
        }
        removed
    }

    fn get(&self, association: i64, node: i64) -> Option<&Adjacency> {
        self.0.get(&association)?.get(node)
    }

    /// Looks at nodes whose links are about to change, only to have them fetched many at a time: they are all over the
    /// memory.
    pub(crate) fn warm(&self, nodes: impl Iterator<Item = (i64, i64)>) {
        let nodes: Vec<&Adjacency> = nodes.filter_map(|(association, node)| self.get(association, node)).collect();
        std::hint::black_box(nodes.iter().map(|adjacency| adjacency.len()).sum::<usize>());
    }

    fn nodes(&self) -> usize {
        self.0.values().map(|nodes| nodes.count).sum()
    }
}

/// Links in both directions.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) by_source: Direction,
    pub(crate) by_target: Direction,
    /// The ids of each association's links.
    pub(crate) ids: Numbers<RoaringTreemap>,
}

impl Graph {
    pub(crate) fn insert(&mut self, link: &Link) {
        self.by_source.insert(link.association, link.source, link.target, link.id);
        self.by_target.insert(link.association, link.target, link.source, link.id);
        self.ids.entry(link.association).or_default().insert(link.id.cast_unsigned());
    }

    /// Removes a link; false when it is not there.
    pub(crate) fn remove(&mut self, link: &Link) -> bool {
        if self.find(link.association, link.source, link.target) != Some(link.id) {
            return false;
        }
        if let Some(ids) = self.ids.get_mut(&link.association) {
            ids.remove(link.id.cast_unsigned());
            if ids.is_empty() {
                self.ids.remove(&link.association);
            }
        }
        self.by_source.remove(link.association, link.source, link.id)
            && self.by_target.remove(link.association, link.target, link.id)
    }

    const fn side(&self, side: Side) -> &Direction {
        match side {
            Side::Source => &self.by_source,
            Side::Target => &self.by_target,
        }
    }

    /// The id of the link of a pair.
    pub(crate) fn find(&self, association: i64, source: i64, target: i64) -> Option<i64> {
        let from_source = self.by_source.get(association, source)?;
        let from_target = self.by_target.get(association, target)?;
        Adjacency::find_pair((from_source, source), (from_target, target))
    }

    /// The links of both ends of each pair. All are looked up before any is looked at, for the same reason as in
    /// [`Direction::warm`].
    pub(crate) fn ends(&self, association: i64, pairs: &[(i64, i64)]) -> Vec<[Option<&Adjacency>; 2]> {
        let (Some(sources), Some(targets)) = (self.by_source.0.get(&association), self.by_target.0.get(&association))
        else {
            return vec![[None, None]; pairs.len()];
        };
        pairs.iter().map(|(source, target)| [sources.get(*source), targets.get(*target)]).collect()
    }

    /// The links of many nodes at one side, looked up before any is looked at.
    pub(crate) fn adjacent(&self, association: i64, side: Side, nodes: &[i64]) -> Vec<Option<&Adjacency>> {
        let at_side = self.side(side).0.get(&association);
        nodes.iter().map(|node| at_side?.get(*node)).collect()
    }

    /// True when a link is known from both of its ends and by its id.
    pub(crate) fn is_whole(&self, link: &Link) -> bool {
        let Link { id, association, source, target } = *link;
        let knows = |direction: &Direction, node, other| {
            direction.get(association, node).is_some_and(|adjacency| adjacency.find(other) == Some(id))
        };
        self.contains(association, id)
            && knows(&self.by_source, source, target)
            && knows(&self.by_target, target, source)
    }

    pub(crate) fn contains(&self, association: i64, id: i64) -> bool {
        self.ids.get(&association).is_some_and(|ids| ids.contains(id.cast_unsigned()))
    }

    /// `(id, other end)` of a node's links by ascending id, from the first id after `after`.
    pub(crate) fn links_of(
        &self,
        association: i64,
        side: Side,
        node: i64,
        after: i64,
    ) -> impl Iterator<Item = (i64, i64)> + '_ {
        self.side(side).get(association, node).into_iter().flat_map(move |adjacency| adjacency.after(after))
    }

    /// How many links a node has.
    pub(crate) fn degree(&self, association: i64, side: Side, node: i64) -> usize {
        self.side(side).get(association, node).map_or(0, Adjacency::len)
    }

    /// The ids of an association's links, ascending, from the first after `after`.
    pub(crate) fn ids_after(&self, association: i64, after: i64) -> impl Iterator<Item = i64> + '_ {
        self.ids.get(&association).into_iter().flat_map(move |ids| {
            let mut ids = ids.iter();
            ids.advance_to(after.saturating_add(1).max(0).cast_unsigned());
            ids.map(u64::cast_signed)
        })
    }

    /// How many links of an association have an id up to `bound`.
    pub(crate) fn count(&self, association: i64, bound: i64) -> u64 {
        self.ids.get(&association).map_or(0, |ids| ids.rank(bound.max(0).cast_unsigned()))
    }

    pub(crate) fn len(&self) -> u64 {
        self.ids.values().map(RoaringTreemap::len).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Nodes with links, counted once for each association and side.
    pub(crate) fn nodes(&self) -> usize {
        self.by_source.nodes() + self.by_target.nodes()
    }
}

#[cfg(test)]
mod tests {
    use super::{Adjacency, Graph, Side};
    use proptest::prelude::*;
    use relata_model::association::Link;
    use std::collections::BTreeMap;

    #[test]
    fn a_slot_is_small() {
        assert_eq!(size_of::<Adjacency>(), 16);
    }

    #[test]
    fn numbers_beyond_32_bits_are_kept_whole() {
        let mut graph = Graph::default();
        let far = Link { id: 1 << 40, association: 1, source: 1 << 41, target: -7 };
        let near = Link { id: 3, association: 1, source: 1 << 41, target: 9 };
        graph.insert(&near);
        graph.insert(&far);
        assert_eq!(graph.find(1, 1 << 41, -7), Some(1 << 40));
        assert_eq!(graph.links_of(1, Side::Source, 1 << 41, 0).collect::<Vec<_>>(), [(3, 9), (1 << 40, -7)]);
        assert_eq!(graph.links_of(1, Side::Source, 1 << 41, 3).collect::<Vec<_>>(), [(1 << 40, -7)]);
        assert!(graph.remove(&far));
        assert!(!graph.remove(&far));
        assert!(graph.remove(&near));
        assert_eq!((graph.len(), graph.nodes(), graph.is_empty()), (0, 0, true));
    }

    #[test]
    fn a_hub_keeps_order_and_finds_its_links() {
        let mut graph = Graph::default();
        let link = |id| Link { id, association: 1, source: 5, target: id * 10 };
        for id in 1..=3000 {
            graph.insert(&link(id));
            assert_eq!(graph.degree(1, Side::Source, 5), usize::try_from(id).unwrap());
        }
        assert_eq!(graph.find(1, 5, 20_000), Some(2000));
        assert_eq!(graph.links_of(1, Side::Source, 5, 2998).collect::<Vec<_>>(), [(2999, 29_990), (3000, 30_000)]);
        for id in 1..=3000 {
            assert!(graph.remove(&link(id)));
        }
        assert!(graph.is_empty());
    }

    proptest! {
        #[test]
        fn the_graph_is_what_a_plain_list_of_links_is(
            steps in prop::collection::vec((any::<bool>(), 1_i64..3, 1_i64..6, 1_i64..40), 1..400)
        ) {
            let mut graph = Graph::default();
            let mut plain: BTreeMap<i64, Link> = BTreeMap::new();
            for (id, (add, association, source, target)) in (1_i64..).zip(steps) {
                let there = plain
                    .values()
                    .find(|it| (it.association, it.source, it.target) == (association, source, target))
                    .copied();
                prop_assert_eq!(graph.find(association, source, target), there.map(|it| it.id));
                match there {
                    Some(link) if !add => {
                        prop_assert!(graph.remove(&link));
                        plain.remove(&link.id);
                    }
                    None if add => {
                        let link = Link { id, association, source, target };
                        graph.insert(&link);
                        plain.insert(id, link);
                    }
                    Some(_) | None => {}
                }
            }
            for association in 1..3 {
                let ids: Vec<_> = plain.values().filter(|it| it.association == association).map(|it| it.id).collect();
                prop_assert_eq!(graph.ids_after(association, 0).collect::<Vec<_>>(), ids.clone());
                prop_assert_eq!(graph.count(association, i64::MAX), ids.len() as u64);
                for node in 1..40 {
                    for (side, own, other) in [
                        (Side::Source, (|it| it.source) as fn(&Link) -> i64, (|it| it.target) as fn(&Link) -> i64),
                        (Side::Target, |it| it.target, |it| it.source),
                    ] {
                        let wanted: Vec<_> = plain
                            .values()
                            .filter(|it| it.association == association && own(it) == node)
                            .map(|it| (it.id, other(it)))
                            .collect();
                        prop_assert_eq!(graph.links_of(association, side, node, 0).collect::<Vec<_>>(), wanted);
                    }
                }
            }
        }
    }
}
