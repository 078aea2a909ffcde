//! One search over everything: models, attributes and instances, by name, id and the values of attributes, or by the IP
//! addresses in a text.
//!
//! Instances are found by an index ([`relata_model::search::Index`]) that follows the change log. What was changed since is
//! read from the log by each search and compared here, so an answer holds what was answered before it. Where there is no index
//! yet, and few instances, all are compared. Models and attributes always are.

pub mod keeper;
mod recent;
mod rights;
mod shown;

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::permission::{Granted, Permission, Resource};
use crate::schema::Schema;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use recent::Recent;
use relata_model::search::{Ask, Entry, Found, Hit, Query, Rank};
use relata_model::{Code, Error, Map, Result};
use rights::{Parts, Seen};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

crate::endpoints! { Relata;
    /// Models, attributes and instances that a text finds, with counts by kind and model.
    ///
    /// Each word has to be found at the beginning of a word, or of a part of one, in the name, the id or the values of
    /// attributes; Chinese, Japanese and Korean texts by any of their characters. Case and width do not matter. A text in which
    /// IP addresses stand is searched for by these alone, and those of which nothing is known are named. Told is what the
    /// caller may see. Names come first.
    search = GET "/search", SignedIn, Read => search;
    /// The same for long texts, such as one with many IP addresses.
    search_text = POST "/search", SignedIn, Read => search;
    /// Have the index of the search made anew by this server, which goes on answering by the present one meanwhile.
    rebuild_search = POST "/search/rebuild", Administrate, Read => rebuild;
}

/// Longest text, in characters.
const MOST_TEXT: usize = 1_000_000;
/// Most addresses of a text.
const MOST_ADDRESSES: usize = 10_000;
/// Most words of a text without addresses.
const MOST_WORDS: usize = 32;
/// Items of a page: when nothing is said, and at most.
const USUAL_LIMIT: usize = 20;
const MOST_LIMIT: usize = 100;

/// What to find.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "SearchAsked", extend("examples" = [{"q": "sw-01"}]))]
struct Asked {
    /// The text, at most 32 words or 10,000 IP addresses.
    q: String,
    /// Only what is of this kind.
    kind: Option<Kind>,
    /// Only these models, with their attributes and instances: textual ids, separated by commas.
    model: String,
    /// Items of a page, 1 to 100: 20 when nothing is said.
    limit: Option<Number>,
    /// The `cursor` of the answer before, to the same question.
    cursor: String,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

/// What something is. The order is that of answers where the rank is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "SearchKind")]
enum Kind {
    /// A model.
    Model,
    /// An attribute of a model.
    Attribute,
    /// An instance.
    Instance,
}

/// Where something that was found stands among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rank: Rank,
    kind: Kind,
    /// The place of its model among all models.
    model: usize,
    /// Numeric id.
    id: i64,
}

/// What was found.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "SearchFound")]
struct Answer {
    /// A page of it.
    items: Vec<Item>,
    /// How many there are in all.
    total: u64,
    /// False where there may be more or less, or counts may be off: while the index is being made, or where a right is for a
    /// part of a model of which very many instances are found.
    exact: bool,
    /// Counts, each without regard to the condition of the same name.
    facets: Facets,
    /// IP addresses of the text of which the caller may see nothing.
    unknown: Vec<String>,
    /// Where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    cursor: Option<String>,
    /// How far the index is, while it is being made.
    #[serde(skip_serializing_if = "Option::is_none")]
    building: Option<Building>,
}

/// Something that was found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SearchItem")]
struct Item {
    /// What it is.
    kind: Kind,
    /// Textual id of the model.
    model: String,
    /// Numeric id.
    id: i64,
    /// Its name.
    name: String,
    /// Textual id of the attribute in which the text, or the first of it, was found; of an attribute its own. Empty for
    /// models.
    attribute: String,
    /// What stands there, around the place.
    snippet: String,
}

/// How many were found, by kind and by model.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "SearchFacets")]
struct Facets {
    /// By kind.
    kinds: Vec<KindCount>,
    /// By model, most first.
    models: Vec<ModelCount>,
}

/// How many of a kind were found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SearchKindCount")]
struct KindCount {
    /// The kind.
    kind: Kind,
    /// How many.
    count: u64,
}

/// How many of a model were found.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SearchModelCount")]
struct ModelCount {
    /// Textual id of the model.
    model: String,
    /// How many.
    count: u64,
}

/// How far the index is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SearchBuilding")]
pub struct Building {
    /// Instances, or changes, that are in it.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

async fn rebuild(call: &mut Call<'_>, _ok: Granted, _input: &Nothing) -> Result<()> {
    if call.app.search.rebuild() {
        return Ok(());
    }
    Err(Error::new(Code::RequestFailed).arg("no index").hint("this server has no index for the search"))
}

/// Nothing has to be said.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "SearchRebuildAsked")]
struct Nothing {}

impl Input for Nothing {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// What is found, before a page is cut from it.
struct Finding<'a> {
    query: &'a Query,
    /// Of each kind and model.
    counts: BTreeMap<(Kind, usize), u64>,
    places: Vec<Place>,
    known: BTreeSet<IpAddr>,
    exact: bool,
}

impl Finding<'_> {
    fn note(&mut self, place: Place, addresses: impl Iterator<Item = IpAddr>) {
        *self.counts.entry((place.kind, place.model)).or_default() += 1;
        self.places.push(place);
        if !self.query.addresses.is_empty() {
            self.known.extend(addresses);
        }
    }

    /// Takes an instance if it is found.
    fn compare(&mut self, model: &str, place: usize, id: i64, doc: &Map) {
        let entry = Entry::of(model, doc);
        if let Some(rank) = self.query.rank(&entry) {
            self.note(Place { rank, kind: Kind::Instance, model: place, id }, entry.addresses());
        }
    }

    /// What an index has found.
    fn take(&mut self, found: Found) {
        for (model, count) in found.counts.into_iter().enumerate().filter(|(_, count)| *count > 0) {
            *self.counts.entry((Kind::Instance, model)).or_default() += count;
        }
        let place = |Hit { rank, model, id }| Place { rank, kind: Kind::Instance, model, id };
        self.places.extend(found.hits.into_iter().map(place));
        self.known.extend(found.known);
    }
}

/// What of everything is asked for.
struct Wanted {
    kind: Option<Kind>,
    /// Places of models; `None` for all.
    models: Option<BTreeSet<usize>>,
    limit: usize,
    after: Option<Place>,
}

impl Wanted {
    fn read(input: &Asked, models: &[&str]) -> Result<Self> {
        let place = |id: &str| {
            let unknown = || Error::refers_to_nothing("model").hint(format!("there is no model {id:?}"));
            models.binary_search(&id).map_err(|_| unknown())
        };
        let named: BTreeSet<usize> =
            input.model.split(',').map(str::trim).filter(|id| !id.is_empty()).map(place).collect::<Result<_>>()?;
        let limit = match &input.limit {
            None => USUAL_LIMIT,
            Some(given) => {
                let limit = given.required(Code::ParamInvalid, "limit")?;
                let limit = usize::try_from(limit).ok().filter(|limit| (1..=MOST_LIMIT).contains(limit));
                limit
                    .ok_or_else(|| Error::invalid("limit").hint(format!("limit is a number from 1 to {MOST_LIMIT}")))?
            }
        };
        let after = Some(&input.cursor).filter(|it| !it.is_empty()).map(|it| read_cursor(it, models)).transpose()?;
        Ok(Self { kind: input.kind, models: Some(named).filter(|it| !it.is_empty()), limit, after })
    }

    fn is_of_kind(&self, kind: Kind) -> bool {
        self.kind.is_none_or(|it| it == kind)
    }

    fn is_of_model(&self, model: usize) -> bool {
        self.models.as_ref().is_none_or(|it| it.contains(&model))
    }

    fn is_told(&self, place: &Place) -> bool {
        self.is_of_kind(place.kind) && self.is_of_model(place.model) && self.after.is_none_or(|after| *place > after)
    }

    fn facets(&self, models: &[&str], counts: &BTreeMap<(Kind, usize), u64>) -> Facets {
        let (mut by_kind, mut by_model) = (BTreeMap::new(), BTreeMap::new());
        for ((kind, model), count) in counts {
            if self.is_of_model(*model) {
                *by_kind.entry(*kind).or_default() += count;
            }
            if self.is_of_kind(*kind) {
                *by_model.entry(*model).or_default() += count;
            }
        }
        let named = |(place, count): (usize, u64)| Some(ModelCount { model: (*models.get(place)?).to_owned(), count });
        let mut by_model: Vec<ModelCount> = by_model.into_iter().filter_map(named).collect();
        by_model.sort_by_key(|it| std::cmp::Reverse(it.count));
        Facets { kinds: by_kind.into_iter().map(|(kind, count)| KindCount { kind, count }).collect(), models: by_model }
    }
}

fn write_cursor(place: &Place, models: &[&str]) -> String {
    let rank = Rank::ALL.iter().position(|rank| *rank == place.rank);
    let model = models.get(place.model).copied().unwrap_or_default();
    URL_SAFE_NO_PAD.encode(serde_json::json!([rank, place.kind, model, place.id]).to_string())
}

fn read_cursor(cursor: &str, models: &[&str]) -> Result<Place> {
    let read = || {
        let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (rank, kind, model, id): (usize, Kind, String, i64) = serde_json::from_slice(&json).ok()?;
        let rank = *Rank::ALL.get(rank)?;
        // A model that has gone meanwhile: everything behind it comes next.
        let (model, id) = models.binary_search(&model.as_str()).map_or_else(|next| (next, i64::MIN), |at| (at, id));
        Some(Place { rank, kind, model, id })
    };
    read().ok_or_else(|| Error::invalid("cursor").hint("it is the cursor of an answer to the same question"))
}

fn read_query(text: &str) -> Result<Query> {
    if text.trim().is_empty() {
        return Err(Error::required("q"));
    }
    if text.chars().nth(MOST_TEXT).is_some() {
        return Err(Error::new(Code::TooLong).arg("q").arg(MOST_TEXT));
    }
    let query = Query::parse(text);
    if query.addresses.len() > MOST_ADDRESSES {
        return Err(Error::new(Code::TooManyItems).arg("q").arg(MOST_ADDRESSES).hint("it has too many IP addresses"));
    }
    if query.conditions.len() > MOST_WORDS {
        return Err(Error::new(Code::TooManyItems).arg("q").arg(MOST_WORDS).hint("it has too many words"));
    }
    Ok(query)
}

async fn search(call: &mut Call<'_>, _ok: Granted, input: &Asked) -> Result<Answer> {
    let query = read_query(&input.q)?;
    let schema = call.schema().await?;
    let models: Vec<&str> = schema.models.keys().map(String::as_str).collect();
    let wanted = Wanted::read(input, &models)?;
    let mut finding =
        Finding { query: &query, counts: BTreeMap::new(), places: Vec::new(), known: BTreeSet::new(), exact: true };
    find_definitions(call, &schema, &mut finding);
    let building = find_instances(call, &schema, &models, &wanted, &mut finding).await?;

    let Finding { counts, mut places, known, mut exact, .. } = finding;
    places.retain(|place| wanted.is_told(place));
    places.sort_unstable();
    let more = places.len() > wanted.limit;
    places.truncate(wanted.limit);
    let total = counts.iter().filter(|((kind, model), _)| wanted.is_of_kind(*kind) && wanted.is_of_model(*model));
    let total = total.map(|(_, count)| count).sum();
    let items = shown::items(call, &schema, &models, &query, &places).await?;
    exact &= items.len() == places.len() && building.is_none();
    Ok(Answer {
        items,
        total,
        exact,
        facets: wanted.facets(&models, &counts),
        unknown: query.addresses.iter().filter(|it| !known.contains(it)).map(ToString::to_string).collect(),
        cursor: places.last().filter(|_| more).map(|place| write_cursor(place, &models)),
        building,
    })
}

/// Models and attributes that the caller may see.
fn find_definitions(call: &mut Call<'_>, schema: &Schema, finding: &mut Finding<'_>) {
    for (place, model) in schema.models.values().enumerate() {
        if call.visible(Granted::under(Permission::ModelView), &model.model.obj_id).is_none() {
            continue;
        }
        let mut look = |kind, id, entry: &Entry| {
            if let Some(rank) = finding.query.rank(entry) {
                finding.note(Place { rank, kind, model: place, id }, entry.addresses());
            }
        };
        look(Kind::Model, model.model.id, &shown::model_entry(&model.model));
        for attribute in model.attributes.iter().map(|it| &it.attribute).filter(|it| !it.system && !it.api) {
            look(Kind::Attribute, attribute.id, &shown::attribute_entry(attribute));
        }
    }
}

/// Instances that the caller may see. Tells how far the index is, where it is not far enough.
async fn find_instances(
    call: &mut Call<'_>,
    schema: &Schema,
    models: &[&str],
    wanted: &Wanted,
    finding: &mut Finding<'_>,
) -> Result<Option<Building>> {
    let seen = Seen::of(call, models);
    let recent = Recent::read(call, schema, &seen).await?;
    for (place, id, doc) in recent.instances(models) {
        let Some(model) = models.get(place) else { continue };
        if seen.limit(place).is_some_and(|limit| limit.admits(doc)) {
            finding.compare(model, place, id, doc);
        }
    }
    finding.exact &= recent.exact;
    if let Some(view) = &recent.view {
        let after = wanted.after.map(|it| match it.kind {
            Kind::Instance => Hit { rank: it.rank, model: it.model, id: it.id },
            // All instances of this rank come after it.
            Kind::Model | Kind::Attribute => Hit { rank: it.rank, model: 0, id: i64::MIN },
        });
        let told = |place: &usize| wanted.is_of_model(*place) && wanted.is_of_kind(Kind::Instance);
        let counted: BTreeSet<usize> = seen.whole().collect();
        let told = counted.iter().copied().filter(told).collect();
        let (query, except, limit) = (finding.query, &recent.except, wanted.limit + 1);
        finding.take(view.find(&Ask { query, models, except, counted: &counted, told: &told, after, limit })?);
        let parts = Parts { view: view.as_ref(), except, models, seen: &seen };
        parts.find(call, schema, finding).await?;
    }
    Ok(recent.building)
}
