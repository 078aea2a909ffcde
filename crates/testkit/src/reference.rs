//! The reference store: what an engine means, in the least code.
//!
//! The whole content is one [`State`] of ordered maps. A transaction works on a clone of it, and a write that succeeds puts
//! its clone in the place of the original, all under one lock. Clear, correct and slow: for comparing and for tests of
//! rules, not for more than some thousand rows.

mod check;

use relata_model::association::Link;
use relata_model::change::ChangeSet;
use relata_model::filter::{Filter, Groups, order};
use relata_model::store::{
    BoxFut, ChangeQuery, Ends, Hop, HopQuery, LinkFacts, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Step,
    Store, Table, Tx, Work,
};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio::sync::{Mutex, watch};

/// The store in memory; see the module.
#[derive(Default)]
pub struct Reference {
    state: Mutex<State>,
    log_end: watch::Sender<i64>,
}

/// Everything that is stored.
#[derive(Clone, Default, PartialEq)]
struct State {
    /// Revision and document by table, partition and id.
    rows: BTreeMap<(Table, i64, i64), (i64, Map)>,
    /// The row that holds a key.
    keys: BTreeMap<UniqueKey, i64>,
    /// The last id given, by the name of the sequence.
    sequences: BTreeMap<String, i64>,
    /// By id.
    links: BTreeMap<i64, Link>,
    log: Vec<ChangeSet>,
    meta_revision: i64,
}

impl Reference {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Everything that is stored now, to be compared with another moment.
    pub async fn content(&self) -> Content {
        Content(self.state.lock().await.clone())
    }
}

/// Everything that was stored at some moment: rows, keys, sequences, links, log and meta revision.
#[derive(Clone, PartialEq)]
pub struct Content(State);

impl Store for Reference {
    fn read(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            let state = self.state.lock().await.clone();
            work(&mut Transaction { state, writable: false }).await
        })
    }

    fn write(&self, work: Arc<Work>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            let mut current = self.state.lock().await;
            let mut tx = Transaction { state: current.clone(), writable: true };
            work(&mut tx).await?;
            *current = tx.state;
            self.log_end.send_replace(current.log.last().map_or(0, ChangeSet::last));
            Ok(())
        })
    }

    fn news(&self, after: i64) -> BoxFut<'static, ()> {
        let mut log_end = self.log_end.subscribe();
        Box::pin(async move {
            if log_end.wait_for(|end| *end > after).await.is_err() {
                std::future::pending::<()>().await;
            }
        })
    }

    fn check(&self) -> BoxFut<'_, Result<Vec<String>>> {
        Box::pin(async move { Ok(self.state.lock().await.problems()) })
    }

    fn figures(&self) -> Vec<(&'static str, f64)> {
        let count = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let Ok(state) = self.state.try_lock() else { return Vec::new() };
        vec![("rows", count(state.rows.len())), ("links", count(state.links.len())), ("sets", count(state.log.len()))]
    }
}

struct Transaction {
    state: State,
    writable: bool,
}

impl Transaction {
    fn change<T: Send + 'static>(
        &mut self,
        change: impl FnOnce(&mut State) -> Result<T>,
    ) -> BoxFut<'static, Result<T>> {
        ready(if self.writable { change(&mut self.state) } else { Err(Error::internal("a read cannot write")) })
    }
}

fn ready<T: Send + 'static>(result: Result<T>) -> BoxFut<'static, Result<T>> {
    Box::pin(std::future::ready(result))
}

fn conflict(what: impl std::fmt::Display) -> Error {
    Error::new(Code::Conflict).detail(what.to_string())
}

impl Tx for Transaction {
    fn meta_revision(&mut self) -> BoxFut<'_, Result<i64>> {
        ready(Ok(self.state.meta_revision))
    }
    fn revisions(&mut self, space: Space) -> BoxFut<'_, Result<Vec<(i64, i64)>>> {
        ready(Ok(self.state.space(space).into_iter().map(|row| (row.id, row.revision)).collect()))
    }
    fn get_many<'a>(&'a mut self, space: Space, ids: &'a [i64]) -> BoxFut<'a, Result<Vec<Row>>> {
        let ids: BTreeSet<i64> = ids.iter().copied().collect();
        ready(Ok(self.state.space(space).into_iter().filter(|row| ids.contains(&row.id)).collect()))
    }
    fn find<'a>(&'a mut self, query: &'a Query) -> BoxFut<'a, Result<Vec<Row>>> {
        ready(Ok(self.state.find(query)))
    }
    fn count<'a>(&'a mut self, space: Space, filter: &'a Filter) -> BoxFut<'a, Result<u64>> {
        let found = self.state.find(&Query::new(space, filter.clone()));
        ready(Ok(found.len() as u64))
    }
    fn count_by<'a>(
        &'a mut self,
        space: Space,
        filter: &'a Filter,
        field: &'a str,
    ) -> BoxFut<'a, Result<Vec<(Value, u64)>>> {
        let mut groups = Groups::new(field);
        for row in self.state.find(&Query::new(space, filter.clone())) {
            groups.add(&row.doc);
        }
        ready(Ok(groups.into_counts()))
    }
    fn find_keys<'a>(&'a mut self, keys: &'a [UniqueKey]) -> BoxFut<'a, Result<Vec<Option<i64>>>> {
        ready(Ok(keys.iter().map(|key| self.state.keys.get(key).copied()).collect()))
    }
    fn insert_many(&mut self, space: Space, rows: Vec<NewRow>) -> BoxFut<'_, Result<()>> {
        self.change(|state| state.insert_many(space, rows))
    }
    fn replace_many(&mut self, space: Space, rows: Vec<Replace>) -> BoxFut<'_, Result<()>> {
        self.change(|state| state.replace_many(space, rows))
    }
    fn delete_many(&mut self, space: Space, rows: Vec<Remove>) -> BoxFut<'_, Result<()>> {
        self.change(|state| state.delete_many(space, rows))
    }
    fn insert_keys(&mut self, keys: Vec<(UniqueKey, i64)>) -> BoxFut<'_, Result<()>> {
        self.change(|state| {
            keys.into_iter().try_for_each(|(key, row)| {
                if state.keys.contains_key(&key) { Err(conflict("key is taken")) } else { state.take_key(key, row) }
            })
        })
    }
    fn drop_keys(&mut self, rule: i64) -> BoxFut<'_, Result<()>> {
        self.change(|state| {
            state.keys.retain(|key, _| key.rule != rule);
            Ok(())
        })
    }
    fn next_ids<'a>(&'a mut self, sequence: &'a str, count: u64) -> BoxFut<'a, Result<i64>> {
        self.change(|state| {
            let last = state.sequences.entry(sequence.to_owned()).or_default();
            let first = *last + 1;
            *last += i64::try_from(count).map_err(|_| Error::internal("too many ids"))?;
            Ok(first)
        })
    }
    fn link_facts<'a>(&'a mut self, ends: Ends, pairs: &'a [(i64, i64)]) -> BoxFut<'a, Result<Vec<LinkFacts>>> {
        ready(Ok(self.state.facts(ends, pairs)))
    }
    fn insert_links<'a>(&'a mut self, ends: Ends, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        self.change(|state| state.insert_links(ends, links))
    }
    fn delete_links<'a>(&'a mut self, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        self.change(|state| state.delete_links(links))
    }
    fn find_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<Vec<Link>>> {
        let after = self.state.links(query).filter(|link| link.id > query.after);
        ready(Ok(after.take(limit(query.limit)).collect()))
    }
    fn count_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<u64>> {
        ready(Ok(self.state.links(query).count() as u64))
    }
    fn hop<'a>(&'a mut self, query: &'a HopQuery) -> BoxFut<'a, Result<Vec<Hop>>> {
        ready(Ok(query.from.iter().map(|(step, nodes)| self.state.hop(*step, nodes, limit(query.per_node))).collect()))
    }
    fn append_changes(&mut self, sets: Vec<ChangeSet>) -> BoxFut<'_, Result<()>> {
        self.change(|state| {
            for set in sets {
                state.append(set);
            }
            Ok(())
        })
    }
    fn changes<'a>(&'a mut self, query: &'a ChangeQuery) -> BoxFut<'a, Result<Vec<ChangeSet>>> {
        ready(Ok(self.state.changes(query)))
    }
}

impl State {
    /// The rows of a space, by id.
    fn space(&self, Space { table, partition }: Space) -> Vec<Row> {
        self.rows
            .range((table, partition, i64::MIN)..=(table, partition, i64::MAX))
            .map(|((_, _, id), (revision, doc))| Row { id: *id, revision: *revision, doc: doc.clone() })
            .collect()
    }

    fn find(&self, query: &Query) -> Vec<Row> {
        let mut rows = self.space(query.space);
        rows.retain(|row| row.id > query.after && query.filter.matches(&row.doc));
        // Stable, so that equal rows stay in the order of their ids.
        rows.sort_by(|left, right| order(&query.sort, &left.doc, &right.doc));
        rows.into_iter().skip(limit(Some(query.start))).take(limit(query.limit)).collect()
    }

    fn hop(&self, step: Step, nodes: &[i64], limit: usize) -> Hop {
        let mut hop = Hop::default();
        for (place, node) in nodes.iter().enumerate() {
            let of_step = self.links.values().filter(|link| link.association == step.association);
            let ends = of_step
                .map(|it| if step.forward { (it.source, it.id, it.target) } else { (it.target, it.id, it.source) });
            let found: Vec<_> = ends.filter(|(near, ..)| near == node).collect();
            hop.counts.push(found.len() as u64);
            hop.links.extend(found.into_iter().take(limit).map(|(_, id, far)| (place, id, far)));
        }
        hop
    }

    fn touched(&mut self, space: Space) {
        if space.table.is_meta() {
            self.meta_revision += 1;
        }
    }

    /// Gives a key to a row, unless another one holds it.
    fn take_key(&mut self, key: UniqueKey, row: i64) -> Result<()> {
        match self.keys.insert(key, row) {
            Some(holder) if holder != row => Err(conflict(format!("row {holder} holds the key that {row} takes"))),
            _ => Ok(()),
        }
    }

    fn give_back(&mut self, keys: &[UniqueKey], row: i64) {
        for key in keys {
            if self.keys.get(key) == Some(&row) {
                self.keys.remove(key);
            }
        }
    }

    fn insert_many(&mut self, space: Space, rows: Vec<NewRow>) -> Result<()> {
        for row in rows {
            if self.rows.insert((space.table, space.partition, row.id), (1, row.doc)).is_some() {
                return Err(conflict(format!("row {} is there", row.id)));
            }
            for key in row.keys {
                if self.keys.insert(key, row.id).is_some() {
                    return Err(conflict(format!("a key of row {} is taken", row.id)));
                }
            }
            self.touched(space);
        }
        Ok(())
    }

    fn replace_many(&mut self, space: Space, rows: Vec<Replace>) -> Result<()> {
        // All keys are given back before any is taken, so that rows can change places.
        for row in &rows {
            self.give_back(&row.drop_keys, row.id);
        }
        for row in rows {
            match self.rows.get_mut(&(space.table, space.partition, row.id)) {
                Some((revision, doc)) if *revision == row.revision => {
                    *revision += 1;
                    *doc = row.doc;
                }
                _ => return Err(conflict(format!("row {} is not at revision {}", row.id, row.revision))),
            }
            for key in row.take_keys {
                self.take_key(key, row.id)?;
            }
            self.touched(space);
        }
        Ok(())
    }

    fn delete_many(&mut self, space: Space, rows: Vec<Remove>) -> Result<()> {
        for row in rows {
            if self.rows.remove(&(space.table, space.partition, row.id)).is_none() {
                return Err(conflict(format!("row {} is gone", row.id)));
            }
            self.give_back(&row.keys, row.id);
            self.touched(space);
        }
        Ok(())
    }

    fn facts(&self, ends: Ends, pairs: &[(i64, i64)]) -> Vec<LinkFacts> {
        let exists = |model, id| self.rows.contains_key(&(Table::Instances, model, id));
        let links = || self.links.values().filter(|link| link.association == ends.association);
        let linked: BTreeSet<(i64, i64)> = links().map(|link| (link.source, link.target)).collect();
        let sources: BTreeSet<i64> = links().map(|link| link.source).collect();
        let targets: BTreeSet<i64> = links().map(|link| link.target).collect();
        let facts = |&(source, target): &(i64, i64)| LinkFacts {
            source_exists: exists(ends.source_model, source),
            target_exists: exists(ends.target_model, target),
            pair_exists: linked.contains(&(source, target)),
            source_linked: ends.one_per_source && sources.contains(&source),
            target_linked: ends.one_per_target && targets.contains(&target),
        };
        pairs.iter().map(facts).collect()
    }

    fn insert_links(&mut self, ends: Ends, links: &[Link]) -> Result<()> {
        for link in links {
            let facts = self.facts(ends, &[(link.source, link.target)]);
            if facts.iter().any(|it| it.pair_exists || it.source_linked || it.target_linked) {
                return Err(conflict(format!("{} and {} are linked, or have a link", link.source, link.target)));
            }
            if self.links.insert(link.id, *link).is_some() {
                return Err(conflict(format!("link {} is there", link.id)));
            }
        }
        Ok(())
    }

    fn delete_links(&mut self, links: &[Link]) -> Result<()> {
        for link in links {
            if self.links.remove(&link.id).as_ref() != Some(link) {
                return Err(conflict(format!("link {} is gone", link.id)));
            }
        }
        Ok(())
    }

    fn links(&self, query: &LinkQuery) -> impl Iterator<Item = Link> {
        let set = |ids: &Option<Vec<i64>>| ids.as_ref().map(|ids| ids.iter().copied().collect::<BTreeSet<i64>>());
        let [sources, targets, ids] = [set(&query.sources), set(&query.targets), set(&query.ids)];
        let among = |ids: &Option<BTreeSet<i64>>, id: i64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
        self.links.values().copied().filter(move |link| {
            query.associations.contains(&link.association)
                && among(&sources, link.source)
                && among(&targets, link.target)
                && among(&ids, link.id)
        })
    }

    fn append(&mut self, mut set: ChangeSet) {
        if let Some(last) = self.log.last() {
            set.seq = last.seq + last.count;
            set.time = set.time.max(last.time);
        } else {
            set.seq = 1;
        }
        self.log.push(set);
    }

    fn changes(&self, query: &ChangeQuery) -> Vec<ChangeSet> {
        let matches = |set: &&ChangeSet| {
            set.last() > query.after
                && (query.before == 0 || set.seq < query.before)
                && query.from.is_none_or(|from| set.time >= from)
                && query.until.is_none_or(|until| set.time <= until)
                && (query.resources.is_empty() || query.resources.contains(&set.resource))
                && (query.actions.is_empty() || query.actions.contains(&set.action))
                && query.scope.as_ref().is_none_or(|scope| *scope == set.scope)
                && query.user.as_ref().is_none_or(|user| *user == set.actor.user)
                && query.subject.is_none_or(|subject| set.subjects.contains(&subject))
        };
        let found = self.log.iter().filter(matches).cloned();
        if query.newest_first {
            found.rev().take(limit(query.limit)).collect()
        } else {
            found.take(limit(query.limit)).collect()
        }
    }
}

/// A count for `take` and `skip`.
fn limit(limit: Option<u64>) -> usize {
    limit.and_then(|limit| usize::try_from(limit).ok()).unwrap_or(usize::MAX)
}
