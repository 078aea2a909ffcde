//! The port's transaction over a session: which module answers what.

use crate::connect::Connections;
use crate::ids::{Ids, Taken};
use crate::session::{Mode, Session};
use crate::{documents, find, keys, links, log};
use relata_model::Result;
use relata_model::association::Link;
use relata_model::change::ChangeSet;
use relata_model::filter::Filter;
use relata_model::store::{
    BoxFut, ChangeQuery, Ends, Hop, HopQuery, LinkFacts, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Tx,
};
use relata_model::unique::UniqueKey;
use serde_json::Value;

/// One work's transaction.
pub(crate) struct Transaction<'a> {
    pub(crate) session: Session,
    pub(crate) ids: &'a Ids,
    /// Connections for what must not wait for the transaction: stretches of ids.
    pub(crate) beside: &'a Connections,
    /// The meta revision, which cannot change under a transaction that does not change it itself.
    pub(crate) meta: Option<i64>,
    /// The meta revision that is counted on, so that it need not be waited for. Not where definitions are changed.
    pub(crate) expected: Option<i64>,
    /// Ids that were taken, to be given back when the transaction is undone.
    pub(crate) taken: Vec<Taken>,
}

impl Tx for Transaction<'_> {
    fn meta_revision(&mut self) -> BoxFut<'_, Result<i64>> {
        Box::pin(async move {
            if let Some(revision) = self.meta.filter(|_| self.session.mode != Mode::Define) {
                return Ok(revision);
            }
            let revision = if let Some(revision) = self.expected {
                documents::demand_meta_revision(&mut self.session, revision).await?;
                revision
            } else {
                documents::meta_revision(&mut self.session).await?
            };
            self.meta = Some(revision);
            Ok(revision)
        })
    }

    fn revisions(&mut self, space: Space) -> BoxFut<'_, Result<Vec<(i64, i64)>>> {
        Box::pin(documents::revisions(&mut self.session, space))
    }

    fn get_many<'a>(&'a mut self, space: Space, ids: &'a [i64]) -> BoxFut<'a, Result<Vec<Row>>> {
        Box::pin(documents::get_many(&mut self.session, space, ids))
    }

    fn find<'a>(&'a mut self, query: &'a Query) -> BoxFut<'a, Result<Vec<Row>>> {
        Box::pin(find::find(&mut self.session, query))
    }

    fn count<'a>(&'a mut self, space: Space, filter: &'a Filter) -> BoxFut<'a, Result<u64>> {
        Box::pin(find::count(&mut self.session, space, filter))
    }

    fn count_by<'a>(
        &'a mut self,
        space: Space,
        filter: &'a Filter,
        field: &'a str,
    ) -> BoxFut<'a, Result<Vec<(Value, u64)>>> {
        Box::pin(find::count_by(&mut self.session, space, filter, field))
    }

    fn find_keys<'a>(&'a mut self, keys: &'a [UniqueKey]) -> BoxFut<'a, Result<Vec<Option<i64>>>> {
        Box::pin(keys::find_keys(&mut self.session, keys))
    }

    fn insert_many(&mut self, space: Space, rows: Vec<NewRow>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { documents::insert_many(&mut self.session, space, &rows).await })
    }

    fn replace_many(&mut self, space: Space, rows: Vec<Replace>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { documents::replace_many(&mut self.session, space, &rows).await })
    }

    fn delete_many(&mut self, space: Space, rows: Vec<Remove>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { documents::delete_many(&mut self.session, space, &rows).await })
    }

    fn insert_keys(&mut self, keys: Vec<(UniqueKey, i64)>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { keys::insert_keys(&mut self.session, &keys).await })
    }

    fn drop_keys(&mut self, rule: i64) -> BoxFut<'_, Result<()>> {
        Box::pin(keys::drop_keys(&mut self.session, rule))
    }

    fn next_ids<'a>(&'a mut self, sequence: &'a str, count: u64) -> BoxFut<'a, Result<i64>> {
        Box::pin(async move {
            self.session.may_write()?;
            let taken = self.ids.take(self.beside, sequence, count).await?;
            let first = taken.first;
            self.taken.push(taken);
            Ok(first)
        })
    }

    fn link_facts<'a>(&'a mut self, ends: Ends, pairs: &'a [(i64, i64)]) -> BoxFut<'a, Result<Vec<LinkFacts>>> {
        Box::pin(links::facts(&mut self.session, ends, pairs))
    }

    fn insert_links<'a>(&'a mut self, ends: Ends, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        Box::pin(links::insert(&mut self.session, ends, links))
    }

    fn delete_links<'a>(&'a mut self, links: &'a [Link]) -> BoxFut<'a, Result<()>> {
        Box::pin(links::delete(&mut self.session, links))
    }

    fn find_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<Vec<Link>>> {
        Box::pin(links::find(&mut self.session, query))
    }

    fn count_links<'a>(&'a mut self, query: &'a LinkQuery) -> BoxFut<'a, Result<u64>> {
        Box::pin(links::count(&mut self.session, query))
    }

    fn hop<'a>(&'a mut self, query: &'a HopQuery) -> BoxFut<'a, Result<Vec<Hop>>> {
        Box::pin(links::hop(&mut self.session, query))
    }

    fn append_changes(&mut self, sets: Vec<ChangeSet>) -> BoxFut<'_, Result<()>> {
        Box::pin(async move { log::append(&mut self.session, &sets).await })
    }

    fn changes<'a>(&'a mut self, query: &'a ChangeQuery) -> BoxFut<'a, Result<Vec<ChangeSet>>> {
        Box::pin(log::read(&mut self.session, query))
    }
}
