//! A transaction: the port's questions and changes, over one connection and the memory.
//!
//! Nothing in it waits, so every future is ready at once; the engine's threads drive them. A change that fails spoils the
//! transaction: it may have been done in part, so the work cannot end well any more, whatever it returns.

use crate::memory::{Memory, Pending, View};
use crate::sql::own;
use crate::{documents, links, log};
use relata_model::association::Link;
use relata_model::change::ChangeSet;
use relata_model::filter::Filter;
use relata_model::store::{
    BoxFut, ChangeQuery, Ends, Hop, HopQuery, LinkFacts, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Table,
    Tx,
};
use relata_model::unique::UniqueKey;
use relata_model::{Code, Error, Result};
use rusqlite::Connection;
use serde_json::Value;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

/// One work's transaction.
pub(crate) struct Session<'a> {
    conn: &'a mut Connection,
    memory: &'a RwLock<Memory>,
    pending: &'a mut Pending,
    /// Links with larger ids are younger than the snapshot.
    bound: i64,
    /// When a read is given up, which may ask any number of questions that the memory answers.
    end: Option<Instant>,
    access: Access,
    /// The first failure of a change.
    spoilt: Option<Error>,
    /// Something was written.
    wrote: bool,
}

/// What a session may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    Read,
    Write,
}

/// The committed state, for a moment.
pub(crate) fn look(memory: &RwLock<Memory>) -> RwLockReadGuard<'_, Memory> {
    memory.read().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Session<'a> {
    pub(crate) fn reading(
        conn: &'a mut Connection,
        memory: &'a RwLock<Memory>,
        nothing: &'a mut Pending,
        bound: i64,
        end: Option<Instant>,
    ) -> Self {
        Self { conn, memory, pending: nothing, bound, end, access: Access::Read, spoilt: None, wrote: false }
    }

    pub(crate) fn writing(conn: &'a mut Connection, memory: &'a RwLock<Memory>, pending: &'a mut Pending) -> Self {
        pending.free.clear();
        Self { conn, memory, pending, bound: i64::MAX, end: None, access: Access::Write, spoilt: None, wrote: false }
    }

    /// Turns the work's result into the transaction's: whether something was written.
    pub(crate) fn end(self, result: Result<()>) -> Result<bool> {
        result?;
        self.spoilt.map_or(Ok(self.wrote), Err)
    }

    fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if self.access == Access::Read {
            return Err(Error::internal("a reading transaction cannot write"));
        }
        self.wrote = true;
        let result = change(self);
        if let (Err(error), None) = (&result, &self.spoilt) {
            self.spoilt = Some(error.clone());
        }
        result
    }

    fn with_view<T>(&self, ask: impl FnOnce(View<'_>) -> T) -> T {
        let memory = look(self.memory);
        ask(View { memory: &memory, pending: self.pending, bound: self.bound })
    }

    fn links(&self, query: &LinkQuery) -> Result<Vec<Link>> {
        let found = self.with_view(|view| links::look(view, query));
        links::find(self.conn, found, query)
    }

    fn note_instances(&mut self, space: Space, ids: impl Iterator<Item = i64>, exist: bool) {
        if space.table == Table::Instances {
            for id in ids {
                self.pending.instance(space.partition, id, exist);
            }
        }
    }
}

impl Tx for Session<'_> {
    fn meta_revision(&mut self) -> BoxFut<'_, Result<i64>> {
        Box::pin(async move { documents::peek(self.conn, own::META) })
    }

    fn revisions(&mut self, space: Space) -> BoxFut<'_, Result<Vec<(i64, i64)>>> {
        Box::pin(async move { documents::revisions(self.conn, space) })
    }

    fn get_many<'a>(&'a mut self, space: Space, ids: &'a [i64]) -> BoxFut<'a, Result<Vec<Row>>> {
        Box::pin(async move { documents::get_many(self.conn, space, ids) })
    }

    fn find<'a>(&'a mut self, query: &'a Query) -> BoxFut<'a, Result<Vec<Row>>> {
        Box::pin(async move { documents::find(self.conn, query) })
    }

    fn count<'a>(&'a mut self, space: Space, filter: &'a Filter) -> BoxFut<'a, Result<u64>> {
        Box::pin(async move { documents::count(self.conn, space, filter) })
    }

    fn count_by<'a>(
        &'a mut self,
        space: Space,
        filter: &'a Filter,
        field: &'a str,
    ) -> BoxFut<'a, Result<Vec<(Value, u64)>>> {
        Box::pin(async move { documents::count_by(self.conn, space, filter, field) })
    }

    fn find_keys<'a>(&'a mut self, keys: &'a [UniqueKey]) -> BoxFut<'a, Result<Vec<Option<i64>>>> {
        Box::pin(async move { documents::find_keys(self.conn, keys) })
    }

    fn insert_many(&mut self, space: Space, rows: Vec<NewRow>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            self.change(|it| {
                documents::insert_many(it.conn, space, &rows)?;
                it.note_instances(space, rows.iter().map(|row| row.id), true);
                Ok(())
            })
        })
    }

    fn replace_many(&mut self, space: Space, rows: Vec<Replace>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { self.change(|it| documents::replace_many(it.conn, space, &rows)) })
    }

    fn delete_many(&mut self, space: Space, rows: Vec<Remove>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move {
            self.change(|it| {
                documents::delete_many(it.conn, space, &rows)?;
                it.note_instances(space, rows.iter().map(|row| row.id), false);
                Ok(())
            })
        })
    }

    fn insert_keys(&mut self, keys: Vec<(UniqueKey, i64)>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { self.change(|it| documents::insert_keys(it.conn, &keys)) })
    }

    fn drop_keys(&mut self, rule: i64) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { self.change(|it| documents::drop_keys(it.conn, rule)) })
    }

    fn next_ids<'a>(&'a mut self, sequence: &'a str, count: u64) -> BoxFut<'a, Result<i64>> {
        Box::pin(async move { self.change(|it| documents::next_ids(it.conn, sequence, count)) })
    }

    fn link_facts<'a>(&'a mut self, ends: Ends, pairs: &'a [(i64, i64)]) -> BoxFut<'a, Result<Vec<LinkFacts>>> {
        Box::pin(async move {
            let facts = self.with_view(|view| view.facts(ends, pairs));
            if self.access == Access::Write {
                let free = pairs.iter().zip(&facts).filter(|(_, facts)| !facts.pair_exists);
                self.pending.free = free.map(|((source, target), _)| (ends.association, *source, *target)).collect();
            }
            Ok(facts)
        })
    }

    fn insert_links<'a>(&'a mut self, ends: Ends, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        Box::pin(async move { self.change(|it| links::insert(it.conn, &look(it.memory), it.pending, ends, links)) })
    }

    fn delete_links<'a>(&'a mut self, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        Box::pin(async move { self.change(|it| links::delete(it.conn, &look(it.memory), it.pending, links)) })
    }

    fn find_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<Vec<Link>>> {
        Box::pin(async move { self.links(query) })
    }

    fn count_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<u64>> {
        Box::pin(async move {
            if let Some(count) = self.with_view(|view| links::count(view, query)) {
                return Ok(count);
            }
            let all = LinkQuery { after: i64::MIN, limit: None, ..query.clone() };
            Ok(self.links(&all)?.len() as u64)
        })
    }

    fn hop<'a>(&'a mut self, query: &'a HopQuery) -> BoxFut<'a, Result<Vec<Hop>>> {
        Box::pin(async move {
            if self.end.is_some_and(|end| Instant::now() >= end) {
                return Err(Error::new(Code::ReadTooLong).detail("a walk"));
            }
            let most = usize::try_from(query.per_node.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
            Ok(self.with_view(|view| query.from.iter().map(|(step, nodes)| view.hop(*step, nodes, most)).collect()))
        })
    }

    fn append_changes(&mut self, sets: Vec<ChangeSet>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { self.change(|it| log::append(it.conn, &mut it.pending.counters, &sets)) })
    }

    fn changes<'a>(&'a mut self, query: &'a ChangeQuery) -> BoxFut<'a, Result<Vec<ChangeSet>>> {
        Box::pin(async move { log::read(self.conn, query) })
    }
}
