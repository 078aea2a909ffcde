//! Finding links (associations.md §6).
//!
//! A filter on links speaks of eight fields, of which five are the same for all links of an association. So a filter is
//! first asked which associations it can match at all; the store is asked for links of those, by end or id where the
//! filter pins one; and each link is tested as the document that the caller would see.

use crate::associations::link_rights::{check_instance, check_search};
use crate::associations::links::Shown;
use crate::associations::links_topology;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Number, Part};
use crate::instances::searches::{Count, names, project, shape_first, store_condition};
use crate::permission::{Granted, Limit, Resource};
use crate::schema::{AssociationSchema, ModelSchema, Schema};
use relata_model::association::Link;
use relata_model::filter::{Filter, order, querybuilder, shape};
use relata_model::page::Page;
use relata_model::store::LinkQuery;
use relata_model::{ACCOUNT, Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

crate::endpoints! { V3;
    /// Find the links of a model by a store-style condition, unpaged.
    find_instance_association = POST "/find/instassociation", InstanceView, Read => find;
    /// Find the links of one instance, as source or target.
    search_related_inst_asso = POST "/find/instassociation/related", InstanceView, Read => related;
    /// Search the links of a model by a querybuilder filter, a page at a time.
    search_instance_associations = POST "/search/instance_associations/object/{bk_obj_id}", InstanceView, Read => search;
    /// Count the links that have the model as source.
    count_instance_associations = POST "/count/instance_associations/object/{bk_obj_id}", InstanceView, Read => count;
    /// Search the links of a model together with the instances at their ends.
    find_instassociation_with_inst = POST "/find/instassociation/object/{bk_obj_id}/inst/detail", InstanceView, Read => with_instances;
    /// Ids and names of the instances of one model that an instance is linked with.
    search_inst_asst_object_inst_base_info = POST "/findmany/inst/association/association_object/inst_base_info", InstanceView, Read => links_topology::base_info;
    /// The instances that an instance links to, grouped by model.
    search_inst_association_topo = POST "/find/insttopo/object/{bk_obj_id}/inst/{bk_inst_id}", InstanceView, Read => links_topology::targets;
    /// The neighbours of an instance in both directions, grouped by model.
    read_inst_association_topo = POST "/find/instassttopo/object/{bk_obj_id}/inst/{bk_inst_id}", InstanceView, Read => links_topology::neighbours;
}

/// Fields of a link that are the same for all links of an association.
const SHARED: &[&str] = &["bk_obj_id", "bk_asst_obj_id", "bk_obj_asst_id", "bk_asst_id", "bk_supplier_account"];

/// Links read from the store at a time.
const CHUNK: u64 = 2000;

/// Pinned links or ends that one query names.
const SLICE: usize = 500;

/// The fields that all links of an association share.
fn shared_fields(association: &AssociationSchema) -> Map {
    let record = &association.association;
    let fields = json!({
        "bk_obj_id": record.source, "bk_asst_obj_id": record.target, "bk_obj_asst_id": record.association_id,
        "bk_asst_id": record.kind, "bk_supplier_account": ACCOUNT,
    });
    if let Value::Object(fields) = fields { fields } else { Map::new() }
}

/// A link as callers see it.
pub(super) fn document(link: &Link, association: &AssociationSchema) -> Map {
    let mut doc = shared_fields(association);
    doc.insert("id".to_owned(), link.id.into());
    doc.insert("bk_inst_id".to_owned(), link.source.into());
    doc.insert("bk_asst_inst_id".to_owned(), link.target.into());
    doc
}

/// False when the filter speaks of another field than the shared ones.
fn only_shared(filter: &Filter) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().all(only_shared),
        Filter::Not(part) => only_shared(part),
        Filter::Field { field, .. } => SHARED.contains(&field.as_str()),
    }
}

/// The parts of a filter that are joined by AND at the top.
fn conjuncts(filter: &Filter) -> &[Filter] {
    match filter {
        Filter::All(parts) => parts,
        single @ (Filter::Any(_) | Filter::Not(_) | Filter::Field { .. }) => std::slice::from_ref(single),
    }
}

/// Which links of a model match.
struct Search<'s> {
    schema: &'s Schema,
    filter: Filter,
    query: LinkQuery,
}

impl<'s> Search<'s> {
    fn new(schema: &'s Schema, obj_id: &str, filter: Filter) -> Self {
        let decided: Vec<&Filter> = conjuncts(&filter).iter().filter(|part| only_shared(part)).collect();
        let possible = schema.associations_of(obj_id).into_iter().filter(|it| {
            let shared = shared_fields(it);
            decided.iter().all(|part| part.matches(&shared))
        });
        let ids = |field| {
            // No link has anything but an integer there. One that is written as a fraction leaves the field open.
            filter.pinned(field)?.iter().filter(|value| value.is_number()).map(Value::as_i64).collect()
        };
        let query = LinkQuery {
            associations: possible.map(|it| it.association.id).collect(),
            sources: ids("bk_inst_id"),
            targets: ids("bk_asst_inst_id"),
            ids: ids("id"),
            ..LinkQuery::default()
        };
        Self { schema, filter, query }
    }

    /// How many match.
    async fn count(&self, call: &mut Call<'_>) -> Result<u64> {
        if conjuncts(&self.filter).iter().all(only_shared) {
            return call.tx.count_links(&self.query).await;
        }
        let mut count = 0;
        self.each(call, |_, _| {
            count += 1;
            ControlFlow::Continue(())
        })
        .await?;
        Ok(count)
    }

    /// Visits the matches by id until told to stop.
    async fn each(
        &self,
        call: &mut Call<'_>,
        mut visit: impl FnMut(Link, Map) -> ControlFlow<()> + Send,
    ) -> Result<()> {
        let pinned = slices(&self.query);
        if !pinned.is_empty() {
            let mut links = Vec::new();
            for query in pinned {
                let found = call.tx.find_links(&query).await?;
                links.extend(found.into_iter().filter(|link| self.matched(link).is_some()));
            }
            links.sort_unstable_by_key(|link| link.id);
            let mut matches = links.into_iter().filter_map(|link| Some((link, self.matched(&link)?)));
            let _ = matches.try_for_each(|(link, doc)| visit(link, doc));
            return Ok(());
        }
        let mut query = LinkQuery { limit: Some(CHUNK), ..self.query.clone() };
        loop {
            let links = call.tx.find_links(&query).await?;
            let Some(last) = links.last() else { return Ok(()) };
            query.after = last.id;
            let all_read = (links.len() as u64) < CHUNK;
            let mut matches = links.into_iter().filter_map(|link| Some((link, self.matched(&link)?)));
            if matches.try_for_each(|(link, doc)| visit(link, doc)).is_break() || all_read {
                return Ok(());
            }
        }
    }

    /// A link as callers see it, if it matches.
    fn matched(&self, link: &Link) -> Option<Map> {
        let doc = document(link, self.schema.association_by_number(link.association)?);
        self.filter.matches(&doc).then_some(doc)
    }

    /// A page of matches in the order that the page asks for. Keeps no more than about twice the rows up to its end.
    async fn page(&self, call: &mut Call<'_>, page: &Page, limit: u64) -> Result<Vec<(Link, Map)>> {
        let sort = page.sort();
        let by_id = sort.first().is_none_or(|first| first.field == "id" && !first.descending);
        let (start, limit) = (count_of(page.start()), count_of(limit));
        let (mut skip, keep) = if by_id { (start, limit) } else { (0, start.saturating_add(limit)) };
        let bound = if by_id { keep } else { keep.saturating_mul(2).max(1024) };
        let mut found: Vec<(Link, Map)> = Vec::new();
        self.each(call, |link, doc| {
            if skip > 0 {
                skip -= 1;
                return ControlFlow::Continue(());
            }
            found.push((link, doc));
            if found.len() < bound {
                return ControlFlow::Continue(());
            }
            if by_id {
                return ControlFlow::Break(());
            }
            found.sort_by(|(_, a), (_, b)| order(&sort, a, b));
            found.truncate(keep);
            ControlFlow::Continue(())
        })
        .await?;
        if !by_id {
            found.sort_by(|(_, a), (_, b)| order(&sort, a, b));
            found.truncate(keep);
            found.drain(..start.min(found.len()));
        }
        Ok(found)
    }
}

/// A query that pins links or their ends, as queries of [`SLICE`] pinned ids each; nothing when it pins none. Paging by
/// [`LinkQuery::after`] would cost as much as all of it for each page, since the store goes to whatever is pinned.
fn slices(query: &LinkQuery) -> Vec<LinkQuery> {
    let longest = [&query.ids, &query.sources, &query.targets].into_iter().flatten().max_by_key(|list| list.len());
    let Some(longest) = longest else { return Vec::new() };
    let each: BTreeSet<i64> = longest.iter().copied().collect();
    let each: Vec<i64> = each.into_iter().collect();
    let narrowed = |list: &Option<Vec<i64>>, slice: &[i64]| {
        list.as_ref().map(|list| if std::ptr::eq(list, longest) { slice.to_vec() } else { list.clone() })
    };
    each.chunks(SLICE)
        .map(|slice| LinkQuery {
            sources: narrowed(&query.sources, slice),
            targets: narrowed(&query.targets, slice),
            ids: narrowed(&query.ids, slice),
            ..query.clone()
        })
        .collect()
}

/// A number of rows for `skip` and `take`.
pub(super) fn count_of(rows: u64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

fn model_resource(obj_id: &str) -> Vec<Resource> {
    vec![Resource::Model(obj_id.to_owned())]
}

/// A store-style condition on the links of a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Find {
    /// A model at one end.
    pub(super) bk_obj_id: String,
    /// Id of the business whose hosts are meant.
    #[schemars(extend("x-in-path" = true))]
    pub(super) bk_biz_id: Number,
    /// Which links.
    #[schemars(with = "shape::Condition")]
    condition: Map,
}

impl Input for Find {
    const MALFORMED: Code = Code::ParamInvalid;
    fn resources(&self) -> Vec<Resource> {
        model_resource(&self.bk_obj_id)
    }
}

pub(super) async fn find(call: &mut Call<'_>, ok: Granted, input: &Find) -> Result<Vec<Document<Shown>>> {
    if input.bk_obj_id.is_empty() {
        return Err(Error::required("bk_obj_id"));
    }
    let filter = store_condition(call, &input.condition)?;
    let schema = call.schema().await?;
    let asked = call.app.settings.rows_to_ask(None);
    let search = Search::new(&schema, &input.bk_obj_id, filter);
    check_search(call, ok, &schema, &input.bk_obj_id, &search.query).await?;
    let found = search.page(call, &Page::default(), asked).await?;
    call.app.settings.check_answer(found.len())?;
    Ok(found.into_iter().map(|(_, doc)| doc.into()).collect())
}

/// All links of one instance.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Related {
    /// The instance.
    condition: RelatedTo,
    /// Names of the members to answer; at least one has to be given.
    #[schemars(length(min = 1))]
    fields: Vec<String>,
    /// Which of the links; a limit is at most 500.
    page: Page,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct RelatedTo {
    /// Its model.
    bk_obj_id: String,
    /// Its id.
    bk_inst_id: i64,
}

impl Input for Related {
    const MALFORMED: Code = Code::ParamInvalid;
    fn resources(&self) -> Vec<Resource> {
        model_resource(&self.condition.bk_obj_id)
    }
}

/// Largest page of the links of an instance.
const MAX_RELATED: i64 = 500;

async fn related(call: &mut Call<'_>, ok: Granted, input: &Related) -> Result<Vec<Document<Part<Shown>>>> {
    let RelatedTo { bk_obj_id, bk_inst_id } = &input.condition;
    if bk_obj_id.is_empty() || *bk_inst_id == 0 {
        return Err(Error::required("'bk_inst_id' & 'bk_obj_id'"));
    }
    if input.fields.is_empty() {
        return Err(Error::required("fields"));
    }
    if input.page.limit > MAX_RELATED {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX_RELATED} links a page")));
    }
    let schema = call.schema().await?;
    check_instance(call, ok, &schema, bk_obj_id, *bk_inst_id).await?;
    let (start, limit) = (input.page.start(), call.app.settings.rows_to_ask(input.page.limit_or_all()));
    let mut links = BTreeSet::new();
    for query in links_of(&schema, bk_obj_id, &[*bk_inst_id]) {
        let query = LinkQuery { limit: Some(limit.saturating_add(start)), ..query };
        links.extend(call.tx.find_links(&query).await?);
    }
    let page: Vec<&Link> = links.iter().skip(count_of(start)).take(count_of(limit)).collect();
    call.app.settings.check_answer(page.len())?;
    let documents = page.into_iter().filter_map(|link| {
        let association = schema.association_by_number(link.association)?;
        Some(project(document(link, association), &input.fields).into())
    });
    Ok(documents.collect())
}

/// The queries for the links of instances: as source, as target. A link of an instance with itself is found by both.
pub(crate) fn links_of(schema: &Schema, obj_id: &str, ids: &[i64]) -> [LinkQuery; 2] {
    let with = |side: Side| {
        let associations = schema.associations_of(obj_id);
        associations.iter().filter(|it| side.model(it) == obj_id).map(|it| it.association.id).collect()
    };
    let ids = Some(ids.to_vec());
    [
        LinkQuery { associations: with(Side::Source), sources: ids.clone(), ..LinkQuery::default() },
        LinkQuery { associations: with(Side::Target), targets: ids, ..LinkQuery::default() },
    ]
}

/// A querybuilder filter on the links of a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct SearchLinks {
    /// A model at one end.
    bk_obj_id: String,
    /// Which links; all when it is left out.
    #[schemars(with = "Option<shape::Querybuilder>")]
    conditions: Option<Value>,
    /// Names of the members to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    fields: Vec<String>,
    /// Which of them; a `limit` of at most 500 has to be given.
    page: Page,
}

impl Input for SearchLinks {
    fn resources(&self) -> Vec<Resource> {
        model_resource(&self.bk_obj_id)
    }
}

/// Largest page of a search for links.
const MAX_SEARCH: i64 = 500;

impl SearchLinks {
    fn filter(&self, call: &Call<'_>) -> Result<Filter> {
        let Some(conditions) = &self.conditions else { return Ok(Filter::everything()) };
        querybuilder::parse(conditions, querybuilder::USUAL, &call.app.settings.zone)
            .map_err(|error| error.into_error(Code::ParamInvalid, "conditions"))
    }
}

/// Rows without a count.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "LinkRows")]
struct Rows {
    /// The links of this page.
    info: Vec<Document<Part<Shown>>>,
}

async fn search(call: &mut Call<'_>, ok: Granted, input: &SearchLinks) -> Result<Rows> {
    let filter = shape_first(input.filter(call))?;
    let limit = input.page.strict_limit(MAX_SEARCH)?;
    let schema = call.schema().await?;
    let search = Search::new(&schema, &input.bk_obj_id, filter?);
    check_search(call, ok, &schema, &input.bk_obj_id, &search.query).await?;
    let rows = search.page(call, &input.page, limit).await?;
    Ok(Rows { info: rows.into_iter().map(|(_, doc)| project(doc, &input.fields).into()).collect() })
}

async fn count(call: &mut Call<'_>, ok: Granted, input: &SearchLinks) -> Result<Count> {
    // Only where the model is the source: unlike the search, and so in the original (associations.md §6.5).
    let filter = input.filter(call)?.and(Filter::equal("bk_obj_id", input.bk_obj_id.as_str()));
    let schema = call.schema().await?;
    let search = Search::new(&schema, &input.bk_obj_id, filter);
    check_search(call, ok, &schema, &input.bk_obj_id, &search.query).await?;
    Ok(Count { count: search.count(call).await? })
}

/// Links of a model with the instances at their ends.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct WithInstances {
    /// A model at one end.
    bk_obj_id: String,
    /// Which links, and what to answer of them.
    condition: WithInstancesCondition,
    /// Which of them; a `limit` of at most 200 has to be given.
    page: Page,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct WithInstancesCondition {
    /// Which links. Has to be given.
    #[schemars(with = "shape::Querybuilder")]
    asst_filter: Option<Value>,
    /// Names of the members of links to answer; all when it is empty.
    #[serde(deserialize_with = "names")]
    asst_fields: Vec<String>,
    /// Names of the members of source instances; all when it is empty.
    #[serde(deserialize_with = "names")]
    src_fields: Vec<String>,
    /// Names of the members of target instances; all when it is empty.
    #[serde(deserialize_with = "names")]
    dst_fields: Vec<String>,
    /// Answer the source instances, too.
    src_detail: bool,
    /// Answer the target instances, too.
    dst_detail: bool,
}

impl Input for WithInstances {
    fn resources(&self) -> Vec<Resource> {
        model_resource(&self.bk_obj_id)
    }
}

/// Links, and the instances at their ends when asked for.
#[derive(Debug, Serialize, JsonSchema)]
struct LinksWithInstances {
    /// The links of this page.
    association: Vec<Document<Part<Shown>>>,
    /// The source instances, each once; null when they were not asked for.
    src: Option<Vec<Map>>,
    /// The target instances, likewise.
    dst: Option<Vec<Map>>,
}

/// Largest page of links with instances.
const MAX_WITH_INSTANCES: i64 = 200;

async fn with_instances(call: &mut Call<'_>, ok: Granted, input: &WithInstances) -> Result<LinksWithInstances> {
    let condition = &input.condition;
    let filter = condition.asst_filter.as_ref().ok_or_else(|| Error::refers_to_nothing("condition.asst_filter"))?;
    let filter = querybuilder::parse(filter, querybuilder::NONE, &call.app.settings.zone)
        .map_err(|error| error.into_error(Code::ParamRefersToNothing, "condition.asst_filter"))?;
    if input.page.limit > MAX_WITH_INSTANCES {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX_WITH_INSTANCES} links a page")));
    }
    if input.page.limit <= 0 {
        return Err(Error::required("page.limit"));
    }
    let schema = call.schema().await?;
    let search = Search::new(&schema, &input.bk_obj_id, filter);
    check_search(call, ok, &schema, &input.bk_obj_id, &search.query).await?;
    let rows = search.page(call, &input.page, input.page.limit.unsigned_abs()).await?;
    let links: Vec<Link> = rows.iter().map(|(link, _)| *link).collect();
    let (mut src, mut dst) = (None, None);
    if condition.src_detail {
        src = ends(call, ok, &schema, &links, Side::Source, &condition.src_fields).await?;
    }
    if condition.dst_detail {
        dst = ends(call, ok, &schema, &links, Side::Target, &condition.dst_fields).await?;
    }
    let association = rows.into_iter().map(|(_, doc)| project(doc, &condition.asst_fields).into()).collect();
    Ok(LinksWithInstances { association, src, dst })
}

/// One end of a link.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    Source,
    Target,
}

impl Side {
    /// The model there.
    pub(super) fn model(self, association: &AssociationSchema) -> &str {
        match self {
            Self::Source => &association.association.source,
            Self::Target => &association.association.target,
        }
    }

    /// The instance there.
    pub(super) const fn instance(self, link: &Link) -> i64 {
        match self {
            Self::Source => link.source,
            Self::Target => link.target,
        }
    }
}

/// The instances at one end of links that the caller may see, model by model, each once; `None` when there are no links.
async fn ends(
    call: &mut Call<'_>,
    ok: Granted,
    schema: &Schema,
    links: &[Link],
    side: Side,
    fields: &[String],
) -> Result<Option<Vec<Map>>> {
    let mut by_model: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    for link in links {
        if let Some(association) = schema.association_by_number(link.association) {
            by_model.entry(side.model(association)).or_default().insert(side.instance(link));
        }
    }
    let mut found = Vec::new();
    for (obj_id, ids) in by_model {
        let Some(model) = schema.model(obj_id) else { continue };
        let Some(limit) = call.visible(ok, obj_id) else { continue };
        let rows = limit.rows(call, model, &ids.into_iter().collect::<Vec<_>>()).await?;
        found.extend(rows.into_iter().map(|row| project(row.doc, fields)));
    }
    Ok((!links.is_empty()).then_some(found))
}

/// Ids and names of those instances that a right is for, each once, by id.
pub(crate) async fn named_instances(
    call: &mut Call<'_>,
    model: &ModelSchema,
    ids: &[i64],
    limit: &Limit,
) -> Result<BTreeMap<i64, String>> {
    let rows = limit.rows(call, model, ids).await?;
    let name = |doc: &Map| doc.get(model.name_field()).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(rows.into_iter().map(|row| (row.id, name(&row.doc))).collect())
}
