//! Links as the console lists them: those of one instance with the instances at the other ends, and those of hosts
//! (associations.md §6.2, §6.9). Not here: the searches that programs use, which [`super::link_queries`] has.

use super::link_queries::{self, Find, count_of, document, links_of, named_instances};
use super::link_rights::check_instance;
use super::links::Shown;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Number};
use crate::permission::{Granted, Resource};
use crate::schema::Schema;
use relata_model::association::Link;
use relata_model::page::{NO_LIMIT, Page};
use relata_model::store::LinkQuery;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

crate::endpoints! { V3;
    /// Find the links of hosts of a business by a store-style condition, unpaged.
    post_find_instassociation_biz = POST "/find/instassociation/biz/{bk_biz_id}", InstanceView, Read => of_hosts;
    /// A page of the links of an instance, in both directions, with ids and names of the instances at the other ends.
    post_findmany_inst_association_object__inst_id__offset__limit__web = POST "/findmany/inst/association/object/{bk_obj_id}/inst_id/{bk_inst_id}/offset/{offset}/limit/{limit}/web", InstanceView, Read => list;
}

async fn of_hosts(call: &mut Call<'_>, ok: Granted, input: &Find) -> Result<Vec<Document<Shown>>> {
    if input.bk_biz_id.integer().is_none_or(|business| business == 0) {
        return Err(Error::invalid("bk_biz_id").hint("it is the id of a business"));
    }
    if input.bk_obj_id != "host" {
        return Err(Error::invalid("bk_obj_id").hint("only links of the model host are found by a business"));
    }
    link_queries::find(call, ok, input).await
}

/// Links a page when no limit is given.
const USUAL_PAGE: u64 = 20;
/// Largest page of the console's association lists.
const MAX_CONSOLE_PAGE: i64 = 1000;

/// The rows to ask the store for where the console names a limit: 20 for none, 1199059 above 1000 (conventions.md §4 D).
pub(super) fn console_limit(call: &Call<'_>, limit: i64) -> Result<u64> {
    match limit {
        ..=0 => Ok(USUAL_PAGE),
        limit if limit > MAX_CONSOLE_PAGE && limit != NO_LIMIT => {
            Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX_CONSOLE_PAGE} links a page")))
        }
        limit => Ok(call.app.settings.rows_to_ask(Some(limit.unsigned_abs()))),
    }
}

/// An instance, and which page of its links.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct List {
    /// Textual id of the model.
    bk_obj_id: String,
    /// Id of the instance.
    bk_inst_id: Number,
    /// How many links to leave out.
    offset: Number,
    /// How many links: 20 for none, at most 1000.
    limit: Number,
}

impl Input for List {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// A page of links with what is at their other ends.
#[derive(Debug, Serialize, JsonSchema)]
struct Listed {
    /// How many links there are in all.
    association_count: u64,
    /// This page of them.
    data: Ends,
    /// Which page of them.
    page: Page,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "LinksOfInstance")]
struct Ends {
    association: Directions,
    /// By model, the id and the name of each instance, under the names that the model has for them.
    instance: BTreeMap<String, Vec<Map>>,
}

#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "LinksByDirection")]
struct Directions {
    /// Links of which the model is the source.
    src: Vec<Document<Shown>>,
    /// The others.
    dst: Vec<Document<Shown>>,
}

async fn list(call: &mut Call<'_>, ok: Granted, input: &List) -> Result<Listed> {
    let id = input.bk_inst_id.required(Code::ParamNotInteger, "bk_inst_id")?;
    let start = input.offset.required(Code::ParamNotInteger, "offset")?;
    let limit = input.limit.required(Code::ParamNotInteger, "limit")?;
    let page = Page { start, limit, ..Page::default() };
    let limit = console_limit(call, limit)?;
    let schema = call.schema().await?;
    check_instance(call, ok, &schema, &input.bk_obj_id, id).await?;
    let queries = links_of(&schema, &input.bk_obj_id, &[id]);
    let association_count = count(call, &queries).await?;
    let mut links = BTreeSet::new();
    for query in queries {
        let query = LinkQuery { limit: Some(limit.saturating_add(page.start())), ..query };
        links.extend(call.tx.find_links(&query).await?);
    }
    let links: Vec<Link> = links.into_iter().skip(count_of(page.start())).take(count_of(limit)).collect();
    call.app.settings.check_answer(links.len())?;
    let data = ends(call, ok, &schema, (&input.bk_obj_id, id), &links).await?;
    Ok(Listed { association_count, data, page })
}

/// How many links an instance has. One with itself is found from both sides and counts once.
async fn count(call: &mut Call<'_>, [as_source, as_target]: &[LinkQuery; 2]) -> Result<u64> {
    let both = |id: &&i64| as_target.associations.contains(id);
    let with_itself = LinkQuery {
        associations: as_source.associations.iter().filter(both).copied().collect(),
        targets: as_target.targets.clone(),
        ..as_source.clone()
    };
    let twice = call.tx.count_links(&with_itself).await?;
    Ok(call.tx.count_links(as_source).await? + call.tx.count_links(as_target).await? - twice)
}

async fn ends(
    call: &mut Call<'_>,
    ok: Granted,
    schema: &Schema,
    (obj_id, id): (&str, i64),
    links: &[Link],
) -> Result<Ends> {
    let mut ends = Ends::default();
    let mut others: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for link in links {
        let Some(association) = schema.association_by_number(link.association) else { continue };
        let record = &association.association;
        let from_here = record.source == obj_id && link.source == id;
        let (model, other) = if from_here { (&record.target, link.target) } else { (&record.source, link.source) };
        others.entry(model).or_default().push(other);
        let side = if record.source == obj_id { &mut ends.association.src } else { &mut ends.association.dst };
        side.push(document(link, association).into());
    }
    for (obj_id, ids) in others {
        let Some(model) = schema.model(obj_id) else { continue };
        let shown = |(id, name): (i64, String)| {
            Map::from_iter([(model.id_field().to_owned(), id.into()), (model.name_field().to_owned(), name.into())])
        };
        // The other ends keep their names from those who may not see them.
        let Some(limit) = call.visible(ok, obj_id) else { continue };
        let named = named_instances(call, model, &ids, &limit).await?.into_iter().map(shown).collect();
        ends.instance.insert(obj_id.to_owned(), named);
    }
    Ok(ends)
}
