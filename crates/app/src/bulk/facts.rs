//! What the store knows of the things that operations are about: asked for together, one look for each kind of question.
//!
//! The plan decides with the facts there are, and notes what it lacks. Then all of that is looked up, and it decides anew. So
//! the number of looks depends on how far operations build on what others refer to, not on how many there are.

use crate::associations::link_queries::links_of;
use crate::call::Call;
use crate::schema::Schema;
use relata_model::Result;
use relata_model::association::Link;
use relata_model::store::{LinkFacts, LinkQuery, Row, Space};
use relata_model::unique::UniqueKey;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A pair under an association: number of the association, source, target.
pub(super) type Pair = (i64, i64, i64);

/// Answers of the store.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) rows: HashMap<(Space, i64), Option<Row>>,
    pub(super) keys: HashMap<UniqueKey, Option<i64>>,
    pub(super) pairs: HashMap<Pair, LinkFacts>,
    /// Ids of the links of pairs.
    pub(super) between: HashMap<Pair, Option<i64>>,
    pub(super) links: HashMap<i64, Option<Link>>,
    /// All links of instances, by the number of the model and the id.
    pub(super) links_of: HashMap<(i64, i64), Vec<Link>>,
}

/// Questions to the store.
#[derive(Debug, Default)]
pub(super) struct Questions {
    pub(super) rows: BTreeMap<i64, (Option<Space>, BTreeSet<i64>)>,
    pub(super) keys: BTreeSet<UniqueKey>,
    pub(super) pairs: BTreeSet<Pair>,
    pub(super) between: BTreeSet<Pair>,
    /// Links by their ids, with the association they are said to be of.
    pub(super) links: BTreeSet<(i64, i64)>,
    /// Textual id of the model, its number, and the id.
    pub(super) links_of: BTreeSet<(String, i64, i64)>,
}

impl Questions {
    pub(super) fn row(&mut self, space: Space, id: i64) {
        let (asked, ids) = self.rows.entry(space.partition).or_default();
        *asked = Some(space);
        ids.insert(id);
    }

    pub(super) fn is_empty(&self) -> bool {
        let Self { rows, keys, pairs, between, links, links_of } = self;
        rows.is_empty()
            && keys.is_empty()
            && pairs.is_empty()
            && between.is_empty()
            && links.is_empty()
            && links_of.is_empty()
    }
}

impl Facts {
    /// Looks everything up that is asked for.
    pub(super) async fn learn(&mut self, call: &mut Call<'_>, schema: &Schema, asked: Questions) -> Result<()> {
        let Questions { rows, keys, pairs, between, links, links_of } = asked;
        for (space, ids) in rows.into_values() {
            let Some(space) = space else { continue };
            let ids: Vec<i64> = ids.into_iter().collect();
            let found = call.tx.get_many(space, &ids).await?;
            self.rows.extend(ids.iter().map(|id| ((space, *id), None)));
            self.rows.extend(found.into_iter().map(|row| ((space, row.id), Some(row))));
        }
        if !keys.is_empty() {
            let keys: Vec<UniqueKey> = keys.into_iter().collect();
            let holders = call.tx.find_keys(&keys).await?;
            self.keys.extend(keys.into_iter().zip(holders));
        }
        self.learn_pairs(call, schema, pairs).await?;
        self.learn_between(call, between).await?;
        let mut ids_of: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (association, id) in links {
            ids_of.entry(association).or_default().push(id);
        }
        for (association, ids) in ids_of {
            self.links.extend(ids.iter().map(|id| (*id, None)));
            let query = LinkQuery { associations: vec![association], ids: Some(ids), ..LinkQuery::default() };
            self.links.extend(call.tx.find_links(&query).await?.into_iter().map(|link| (link.id, Some(link))));
        }
        self.learn_links_of(call, schema, links_of).await
    }

    async fn learn_pairs(&mut self, call: &mut Call<'_>, schema: &Schema, pairs: BTreeSet<Pair>) -> Result<()> {
        for (number, pairs) in by_association(pairs) {
            let Some(association) = schema.association_by_number(number) else { continue };
            let facts = call.tx.link_facts(association.ends, &pairs).await?;
            let of = |(pair, facts): ((i64, i64), LinkFacts)| ((number, pair.0, pair.1), facts);
            self.pairs.extend(pairs.into_iter().zip(facts).map(of));
        }
        Ok(())
    }

    async fn learn_between(&mut self, call: &mut Call<'_>, pairs: BTreeSet<Pair>) -> Result<()> {
        for (number, pairs) in by_association(pairs) {
            let (sources, targets) = pairs.iter().copied().unzip();
            let (sources, targets) = (Some(sources), Some(targets));
            let query = LinkQuery { associations: vec![number], sources, targets, ..LinkQuery::default() };
            self.between.extend(pairs.iter().map(|pair| ((number, pair.0, pair.1), None)));
            for link in call.tx.find_links(&query).await? {
                // What lies across is not kept.
                if let Some(id) = self.between.get_mut(&(number, link.source, link.target)) {
                    *id = Some(link.id);
                }
            }
        }
        Ok(())
    }

    async fn learn_links_of(
        &mut self,
        call: &mut Call<'_>,
        schema: &Schema,
        asked: BTreeSet<(String, i64, i64)>,
    ) -> Result<()> {
        let mut by_model: BTreeMap<(String, i64), Vec<i64>> = BTreeMap::new();
        for (obj_id, number, id) in asked {
            by_model.entry((obj_id, number)).or_default().push(id);
        }
        for ((obj_id, number), ids) in by_model {
            self.links_of.extend(ids.iter().map(|id| ((number, *id), Vec::new())));
            let [from, to] = links_of(schema, &obj_id, &ids);
            for (query, end) in [(from, source as fn(&Link) -> i64), (to, target)] {
                for link in call.tx.find_links(&query).await? {
                    if let Some(links) = self.links_of.get_mut(&(number, end(&link))) {
                        links.push(link);
                    }
                }
            }
        }
        Ok(())
    }
}

fn source(link: &Link) -> i64 {
    link.source
}

fn target(link: &Link) -> i64 {
    link.target
}

fn by_association(pairs: BTreeSet<Pair>) -> BTreeMap<i64, Vec<(i64, i64)>> {
    let mut sorted: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    for (association, source, target) in pairs {
        sorted.entry(association).or_default().push((source, target));
    }
    sorted
}
