//! One operation on the port, given by small numbers, and its answer.

use super::INSTANCES;
use crate::suite::world::{RACKS, SERVERS, STANDS_IN, USES, key, link_set};
use relata_model::association::Link;
use relata_model::change::{Action, ChangeSet};
use relata_model::store::{ChangeQuery, Ends, LinkFacts, LinkQuery, NewRow, Query, Remove, Replace, Row, Space, Tx};
use relata_model::unique::{UniqueKey, encode};
use relata_model::{Map, Result};
use std::collections::{BTreeMap, BTreeSet};

/// The names that documents take their keys from.
pub(super) const NAMES: &[&str] = &["", "a", "b", "B", "c", "d", "é", "机架"];

/// The rule of keys that are given to rows which exist.
const LATER: i64 = 100;

#[derive(Clone, Copy, Debug)]
pub(super) enum Model {
    Server,
    Rack,
}

impl Model {
    fn space(self) -> Space {
        match self {
            Self::Server => SERVERS,
            Self::Rack => RACKS,
        }
    }

    /// The keys of a document: its name, under the model's rule.
    fn keys(self, doc: &Map) -> Vec<UniqueKey> {
        let rule = self.space().partition;
        encode([doc.get("name")]).map(|key| UniqueKey { rule, key }).into_iter().collect()
    }
}

/// A careful operation looks first and leaves out what would be a conflict, for else nearly every work would end in one.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Insert {
        model: Model,
        docs: BTreeMap<i64, Map>,
        careful: bool,
    },
    /// Puts documents in the place of those that are there; with the wrong revision when `stale`.
    Replace {
        model: Model,
        docs: BTreeMap<i64, Map>,
        careful: bool,
        stale: bool,
    },
    /// Deletes rows, and first their links.
    Delete {
        model: Model,
        ids: BTreeSet<i64>,
        careful: bool,
    },
    Get(Model, Vec<i64>),
    Find(Query),
    FindKeys,
    /// Gives servers keys of another rule.
    GiveKeys(BTreeSet<i64>),
    DropKeys,
    /// Links pairs whose ends exist.
    Link {
        ends: Ends,
        pairs: Vec<(i64, i64)>,
        careful: bool,
    },
    /// Deletes the links from some sources; a second time, too, when `twice`.
    Unlink {
        ends: Ends,
        sources: Vec<i64>,
        twice: bool,
    },
    FindLinks(LinkQuery),
    Append(Vec<ChangeSet>),
    Changes(ChangeQuery),
    MetaRevision,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Done,
    Rows(Vec<Row>),
    Found(Vec<Row>, u64),
    Keys(Vec<Option<i64>>),
    Facts(Vec<LinkFacts>),
    Links(Vec<Link>, u64),
    Changes(Vec<ChangeSet>),
}

/// Every key that an operation may give.
pub(super) fn every_key() -> Vec<UniqueKey> {
    let names = |rule| NAMES.iter().map(move |name| key(rule, *name));
    names(SERVERS.partition).chain(names(RACKS.partition)).chain((1..=INSTANCES).map(|id| key(LATER, id))).collect()
}

impl Operation {
    /// Runs it in a transaction. Links get their ids from `next_link`.
    pub(super) async fn run(&self, tx: &mut dyn Tx, next_link: &mut i64) -> Result<Answer> {
        match self {
            Self::Insert { model, docs, careful } => {
                let docs = if *careful { &free(tx, *model, docs, false).await? } else { docs };
                let row = |(id, doc): (&i64, &Map)| NewRow { id: *id, doc: doc.clone(), keys: model.keys(doc) };
                tx.insert_many(model.space(), docs.iter().map(row).collect()).await?;
            }
            Self::Replace { model, docs, careful, stale } => {
                let docs = if *careful { &free(tx, *model, docs, true).await? } else { docs };
                replace(tx, *model, docs, *stale).await?;
            }
            Self::Delete { model, ids, careful } => delete(tx, *model, ids, *careful).await?,
            Self::Get(model, ids) => return Ok(Answer::Rows(tx.get_many(model.space(), ids).await?)),
            Self::Find(query) => {
                let rows = tx.find(query).await?;
                return Ok(Answer::Found(rows, tx.count(query.space, &query.filter).await?));
            }
            Self::FindKeys => return Ok(Answer::Keys(tx.find_keys(&every_key()).await?)),
            Self::GiveKeys(ids) => {
                let ids: Vec<i64> = ids.iter().copied().collect();
                let rows = tx.get_many(SERVERS, &ids).await?;
                tx.insert_keys(rows.iter().map(|row| (key(LATER, row.id), row.id)).collect()).await?;
            }
            Self::DropKeys => tx.drop_keys(LATER).await?,
            Self::Link { ends, pairs, careful } => {
                let facts = tx.link_facts(*ends, pairs).await?;
                insert_links(tx, *ends, pairs, &facts, *careful, next_link).await?;
                return Ok(Answer::Facts(facts));
            }
            Self::Unlink { ends, sources, twice } => {
                let query = LinkQuery {
                    associations: vec![ends.association],
                    sources: Some(sources.clone()),
                    ..LinkQuery::default()
                };
                let links = tx.find_links(&query).await?;
                unlink(tx, &links).await?;
                if *twice {
                    unlink(tx, &links).await?;
                }
            }
            Self::FindLinks(query) => {
                let links = tx.find_links(query).await?;
                return Ok(Answer::Links(links, tx.count_links(query).await?));
            }
            Self::Append(sets) => tx.append_changes(sets.clone()).await?,
            Self::Changes(query) => return Ok(Answer::Changes(tx.changes(query).await?)),
            Self::MetaRevision => {
                let before = tx.meta_revision().await?;
                tx.drop_keys(LATER).await?;
                assert_eq!(tx.meta_revision().await?, before);
            }
        }
        Ok(Answer::Done)
    }
}

/// Leaves out the documents whose row is there (or is not, for one to replace), and those whose key is held by a row that
/// is not among them.
async fn free(tx: &mut dyn Tx, model: Model, docs: &BTreeMap<i64, Map>, there: bool) -> Result<BTreeMap<i64, Map>> {
    let ids: Vec<i64> = docs.keys().copied().collect();
    let rows: BTreeSet<i64> = tx.get_many(model.space(), &ids).await?.iter().map(|row| row.id).collect();
    let mut free = BTreeMap::new();
    let mut taken = BTreeSet::new();
    for (id, doc) in docs {
        let keys = model.keys(doc);
        let holders = tx.find_keys(&keys).await?;
        let held = holders.into_iter().flatten().any(|holder| !there || !rows.contains(&holder));
        if rows.contains(id) == there && !held && keys.into_iter().all(|key| taken.insert(key)) {
            free.insert(*id, doc.clone());
        }
    }
    Ok(free)
}

async fn replace(tx: &mut dyn Tx, model: Model, docs: &BTreeMap<i64, Map>, stale: bool) -> Result<()> {
    let ids: Vec<i64> = docs.keys().copied().collect();
    let old: BTreeMap<i64, Row> =
        tx.get_many(model.space(), &ids).await?.into_iter().map(|row| (row.id, row)).collect();
    let row = |(id, doc): (&i64, &Map)| {
        let (revision, drop_keys) = old.get(id).map_or((1, Vec::new()), |row| (row.revision, model.keys(&row.doc)));
        Replace {
            id: *id,
            revision: revision + i64::from(stale),
            doc: doc.clone(),
            drop_keys,
            take_keys: model.keys(doc),
        }
    };
    tx.replace_many(model.space(), docs.iter().map(row).collect()).await
}

async fn delete(tx: &mut dyn Tx, model: Model, ids: &BTreeSet<i64>, careful: bool) -> Result<()> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    for ends in [STANDS_IN, USES] {
        let query = LinkQuery { associations: vec![ends.association], ..LinkQuery::default() };
        if ends.source_model == model.space().partition {
            let links = tx.find_links(&LinkQuery { sources: Some(ids.clone()), ..query.clone() }).await?;
            unlink(tx, &links).await?;
        }
        if ends.target_model == model.space().partition {
            let links = tx.find_links(&LinkQuery { targets: Some(ids.clone()), ..query }).await?;
            unlink(tx, &links).await?;
        }
    }
    let docs: BTreeMap<i64, Map> =
        tx.get_many(model.space(), &ids).await?.into_iter().map(|row| (row.id, row.doc)).collect();
    let mut rows = Vec::new();
    for id in ids.into_iter().filter(|id| !careful || docs.contains_key(id)) {
        let mut keys = docs.get(&id).map(|doc| model.keys(doc)).unwrap_or_default();
        let later = key(LATER, id);
        if matches!(model, Model::Server) && tx.find_keys(std::slice::from_ref(&later)).await?[0].is_some() {
            keys.push(later);
        }
        rows.push(Remove { id, keys });
    }
    tx.delete_many(model.space(), rows).await
}

async fn insert_links(
    tx: &mut dyn Tx,
    ends: Ends,
    pairs: &[(i64, i64)],
    facts: &[LinkFacts],
    careful: bool,
    next_link: &mut i64,
) -> Result<()> {
    let mut links = Vec::new();
    let mut seen = BTreeSet::new();
    for (&(source, target), facts) in pairs.iter().zip(facts) {
        let new = !facts.pair_exists && seen.insert((source, target));
        if facts.source_exists && facts.target_exists && (new || !careful) {
            links.push(Link { id: *next_link, association: ends.association, source, target });
            *next_link += 1;
        }
    }
    if !links.is_empty() {
        tx.insert_links(ends, &links).await?;
        tx.append_changes(vec![link_set(Action::Create, &links)]).await?;
    }
    Ok(())
}

async fn unlink(tx: &mut dyn Tx, links: &[Link]) -> Result<()> {
    if links.is_empty() { Ok(()) } else { crate::suite::world::unlink(tx, links).await }
}
