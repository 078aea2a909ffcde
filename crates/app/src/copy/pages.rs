//! The parts of a store as streams of pages, and how a page is written into another store.

use crate::app::App;
use crate::bulk::{Kept, jobs};
use crate::call::Call;
use crate::endpoint;
use crate::field_templates::records::{FieldTemplate, TemplateAttribute, TemplateBinding, TemplateUnique};
use crate::id_rules::IdCounter;
use crate::identity::{Application, Group, Role, Token, User};
use crate::lease::Holder;
use crate::models::canvas::CanvasNode;
use crate::permission::Granted;
use crate::quoted::TableRow;
use crate::repo::{self, Entity};
use crate::schema::Schema;
use crate::tasks::Task;
use crate::user_custom::UserCustom;
use crate::views::SavedView;
use crate::webhooks::Webhook;
use crate::webhooks::delivery::Progress;
use relata_model::association::{AssociationKind, Link, ModelAssociation};
use relata_model::attribute::{Attribute, AttributeGroup};
use relata_model::change::{ChangeSet, Resource};
use relata_model::classification::Classification;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::store::{ChangeQuery, LinkQuery, NewRow, Query, Row, Space, Table};
use relata_model::unique::{UniqueKey, UniqueRule};
use relata_model::{Code, Error, Map, Result};
use std::sync::Arc;

/// Rows or links in one page.
const ROWS: u64 = 2000;
/// Sets of changes in one page; one may hold a whole batch of documents.
const SETS: u64 = 500;

/// What is known of a table of definitions or of callers.
struct Definition {
    table: Table,
    resource: Resource,
    /// The unique keys that a document holds.
    keys: fn(Map) -> Result<Vec<UniqueKey>>,
}

const fn definition<E: Entity>() -> Definition {
    Definition { table: E::TABLE, resource: E::RESOURCE, keys: |doc| Ok(repo::unique_keys(&repo::typed::<E>(doc)?)) }
}

/// Every table but that of the instances, whose keys the schema knows.
const DEFINITIONS: &[Definition] = &[
    definition::<Classification>(),
    definition::<Model>(),
    definition::<Attribute>(),
    definition::<AttributeGroup>(),
    definition::<UniqueRule>(),
    definition::<AssociationKind>(),
    definition::<ModelAssociation>(),
    definition::<TableRow>(),
    definition::<FieldTemplate>(),
    definition::<TemplateAttribute>(),
    definition::<TemplateUnique>(),
    definition::<TemplateBinding>(),
    definition::<User>(),
    definition::<Token>(),
    definition::<Application>(),
    definition::<Role>(),
    definition::<Group>(),
    definition::<Task>(),
    definition::<IdCounter>(),
    definition::<CanvasNode>(),
    definition::<UserCustom>(),
    definition::<SavedView>(),
    definition::<Webhook>(),
    // What is never logged comes after what is.
    definition::<Progress>(),
    definition::<Holder>(),
    definition::<Kept>(),
    definition::<jobs::Job>(),
    definition::<jobs::Piece>(),
    definition::<jobs::Outcome>(),
];

/// The table of what a change is about.
pub(super) fn table_of(resource: Resource) -> Option<Table> {
    DEFINITIONS.iter().find(|it| it.resource == resource).map(|it| it.table)
}

/// What a stream gives.
#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Rows(Space),
    /// Links of these associations.
    Links(Vec<i64>),
    Changes,
}

/// A part of a store, read page by page from its beginning.
#[derive(Clone, Debug)]
pub(super) struct Stream {
    what: What,
    /// The id or number that was read last.
    after: i64,
}

impl Stream {
    /// All parts, in an order in which each may be written: links after their ends.
    pub(super) fn all(schema: &Schema) -> Vec<Self> {
        let tables = DEFINITIONS.iter().map(|it| What::Rows(it.table.into()));
        let models = schema.models.values().map(|model| What::Rows(model.space()));
        let links = What::Links(schema.associations.values().map(|it| it.association.id).collect());
        tables.chain(models).chain([links, What::Changes]).map(Self::of).collect()
    }

    /// From the beginning.
    fn of(what: What) -> Self {
        let after = if what == What::Changes { 0 } else { i64::MIN };
        Self { what, after }
    }

    /// What it gives, for people.
    pub(super) fn name(&self) -> &'static str {
        match &self.what {
            What::Rows(space) => space.table.name(),
            What::Links(_) => "links",
            What::Changes => "changes",
        }
    }

    /// The sequence that ids of its rows come from.
    pub(super) fn sequence(&self) -> String {
        match &self.what {
            What::Rows(space) if space.table == Table::Instances => instance_sequence(space.partition),
            What::Rows(space) => space.table.name().to_owned(),
            What::Links(_) => LINK_SEQUENCE.to_owned(),
            What::Changes => String::new(),
        }
    }

    /// How many [`Page::records`] it gives in all.
    pub(super) async fn size(&self, call: &mut Call<'_>) -> Result<u64> {
        match &self.what {
            What::Rows(space) => call.tx.count(*space, &Filter::everything()).await,
            What::Links(associations) => {
                let query = LinkQuery { associations: associations.clone(), ..LinkQuery::default() };
                call.tx.count_links(&query).await
            }
            What::Changes => {
                let query = ChangeQuery { newest_first: true, limit: Some(1), ..ChangeQuery::default() };
                let last = call.tx.changes(&query).await?;
                Ok(last.first().map_or(0, |last| last.last().unsigned_abs()))
            }
        }
    }

    /// The next page of a store; none at the end.
    pub(super) async fn next(&mut self, app: &Arc<App>) -> Result<Option<Page>> {
        let limit = if matches!(self.what, What::Changes) { SETS } else { ROWS };
        self.read(app, limit).await
    }

    /// The next page of a store, of so much at the most.
    pub(super) async fn read(&mut self, app: &Arc<App>, limit: u64) -> Result<Option<Page>> {
        let at = self.clone();
        let page = endpoint::system_read(app, move |call| {
            let at = at.clone();
            Box::pin(async move { at.page(call, limit).await })
        })
        .await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last;
        Ok(Some(page))
    }

    async fn page(&self, call: &mut Call<'_>, limit: u64) -> Result<Page> {
        let (after, limit) = (self.after, Some(limit));
        Ok(match &self.what {
            What::Rows(space) => {
                let query = Query { after, limit, ..Query::new(*space, Filter::everything()) };
                Page::Rows(call.tx.find(&query).await?)
            }
            What::Links(associations) => {
                let query = LinkQuery { associations: associations.clone(), after, limit, ..LinkQuery::default() };
                Page::Links(call.tx.find_links(&query).await?)
            }
            What::Changes => {
                let query = ChangeQuery { after, limit, ..ChangeQuery::default() };
                Page::Changes(call.tx.changes(&query).await?)
            }
        })
    }

    /// The keys that a row of this stream holds.
    fn keys(&self, schema: &Schema, row: &Row) -> Result<Vec<UniqueKey>> {
        let What::Rows(space) = &self.what else { return Ok(Vec::new()) };
        if let Some(definition) = DEFINITIONS.iter().find(|it| it.table == space.table) {
            return (definition.keys)(row.doc.clone());
        }
        let model = schema.models.values().find(|model| model.space() == *space);
        Ok(model.map(|model| model.keys(&row.doc)).unwrap_or_default())
    }
}

/// A page of a stream.
#[derive(Debug)]
pub(super) enum Page {
    Rows(Vec<Row>),
    Links(Vec<Link>),
    Changes(Vec<ChangeSet>),
}

impl Page {
    pub(super) fn len(&self) -> u64 {
        (match self {
            Self::Rows(rows) => rows.len(),
            Self::Links(links) => links.len(),
            Self::Changes(sets) => sets.len(),
        }) as u64
    }

    /// How many rows, links or records of changes it has.
    pub(super) fn records(&self) -> u64 {
        match self {
            Self::Rows(_) | Self::Links(_) => self.len(),
            Self::Changes(sets) => sets.iter().map(|set| set.count.unsigned_abs()).sum(),
        }
    }

    /// The last id or number; none of an empty page.
    pub(super) fn last(&self) -> Option<i64> {
        match self {
            Self::Rows(rows) => rows.last().map(|row| row.id),
            Self::Links(links) => links.last().map(|link| link.id),
            Self::Changes(sets) => sets.last().map(ChangeSet::last),
        }
    }

    /// Whether two pages hold the same. Revisions do not count: they begin anew in a copy.
    pub(super) fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rows(left), Self::Rows(right)) => {
                left.len() == right.len() && left.iter().zip(right).all(|(l, r)| l.id == r.id && l.doc == r.doc)
            }
            (Self::Links(left), Self::Links(right)) => left == right,
            (Self::Changes(left), Self::Changes(right)) => left == right,
            (Self::Rows(_) | Self::Links(_) | Self::Changes(_), _) => false,
        }
    }

    /// Writes the page into a store that has all before it.
    pub(super) async fn write(&self, call: &mut Call<'_>, ok: Granted, schema: &Schema, of: &Stream) -> Result<()> {
        match self {
            Self::Rows(rows) => insert_rows(call, ok, schema, of, rows).await,
            Self::Links(links) => insert_links(call, ok, schema, links).await,
            Self::Changes(sets) => {
                for set in sets {
                    call.repeat(ok, set.clone());
                }
                Ok(())
            }
        }
    }
}

async fn insert_rows(call: &mut Call<'_>, _ok: Granted, schema: &Schema, of: &Stream, rows: &[Row]) -> Result<()> {
    let What::Rows(space) = of.what else { return Err(Error::internal("rows of what has none")) };
    let new = |row: &Row| Ok(NewRow { id: row.id, doc: row.doc.clone(), keys: of.keys(schema, row)? });
    call.tx.insert_many(space, rows.iter().map(new).collect::<Result<Vec<_>>>()?).await
}

/// Inserts links in the order of their ids, as engines ask for: neighbours of one association together.
async fn insert_links(call: &mut Call<'_>, _ok: Granted, schema: &Schema, links: &[Link]) -> Result<()> {
    for together in links.chunk_by(|left, right| left.association == right.association) {
        let Some(first) = together.first() else { continue };
        let association = schema
            .association_by_number(first.association)
            .ok_or_else(|| Error::new(Code::Corrupt).detail(format!("link {} is of no association", first.id)))?;
        call.tx.insert_links(association.ends, together).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_has_its_keys() {
        let known = |table: &&Table| **table != Table::Instances && DEFINITIONS.iter().all(|it| it.table != **table);
        assert_eq!(Table::ALL.iter().filter(known).collect::<Vec<_>>(), Vec::<&Table>::new());
    }
}
