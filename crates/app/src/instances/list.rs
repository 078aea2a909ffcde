//! Instances as lists show them (Relata's own API): filtered by terms in the address, sorted, a page at a time, with the exact
//! total and counts by the value of an attribute.

use super::searches::{self, names, not_inner, project};
use crate::call::Call;
use crate::endpoint::{Input, TERMS};
use crate::input::Number;
use crate::permission::{Granted, Resource};
use crate::schema::ModelSchema;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relata_model::filter::terms::{Form, Terms};
use relata_model::filter::{Filter, Order, Test, expression, shape};
use relata_model::instance::field;
use relata_model::page::{Page, Sort};
use relata_model::store::{Query, Row};
use relata_model::{Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

crate::endpoints! { Relata;
    /// The instances of a model that a filter finds, a page of at most 500 at a time.
    ///
    /// A term of the filter is `f.{attribute}.{operator}={value}`, such as `f.bk_vendor.in=Huawei,H3C`; all terms have to hold, and
    /// one may come several times. Operators are those of the querybuilder and short for them eq, ne, in, nin, lt, lte, gt, gte,
    /// ct, nct, bw, nbw, ew, new, empty, nempty, exist, nexist. Texts are meant as they are. Elements of lists are separated by
    /// commas; in them `%2C` (in an address: `%252C`) is a comma.
    ///
    /// The next page is asked for by `cursor`, which costs the same however far one goes and repeats nothing, or by `page`.
    list_instances = GET "/instances/{model}", InstanceView, Read => list;
}

/// Rows of a page: when nothing is said, and at most.
const USUAL_SIZE: u64 = 50;
const LARGEST_SIZE: u64 = 500;
/// Most groups of an answer.
const MOST_GROUPS: usize = 1000;

/// Which instances, in which order, and what of them.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "InstanceListAsked")]
struct List {
    /// Textual id of the model.
    model: String,
    /// A text that stands in an attribute of kind text, in capital or small letters.
    q: String,
    /// A filter expression that has to hold as well, as JSON: for alternatives.
    #[schemars(with = "Option<shape::Expression>")]
    fx: Option<Value>,
    /// Attributes to sort by, separated by commas; `-` before one: largest first. Then by id.
    sort: String,
    /// Attributes to answer, separated by commas; all when it is empty.
    #[serde(deserialize_with = "names")]
    #[schemars(with = "String")]
    cols: Vec<String>,
    /// Rows of a page, 1 to 500: 50 when nothing is said.
    size: Option<Number>,
    /// Number of the page, from 1.
    page: Option<Number>,
    /// The `cursor` of the answer before.
    cursor: String,
    /// `false` saves counting all that the filter finds.
    total: Option<bool>,
    /// An attribute: counts of all that the filter finds by its value.
    group: String,
    #[serde(flatten)]
    #[schemars(skip)]
    others: BTreeMap<String, Value>,
}

impl Input for List {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.model.clone())]
    }
}

/// A page of instances.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InstanceList")]
struct Listed {
    /// The instances, with the attributes that were asked for.
    items: Vec<Map>,
    /// How many the filter finds in all; null when nobody asked.
    total: Option<u64>,
    /// Where the next page begins; null at the end.
    cursor: Option<String>,
    /// Counts by value, largest first, at most 1000; null when nobody asked. An instance without a value counts for null, one
    /// with several for each of them.
    groups: Option<Vec<Group>>,
}

/// A value, and how many have it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "InstanceGroup")]
struct Group {
    /// The value.
    value: Value,
    /// How many.
    count: u64,
}

async fn list(call: &mut Call<'_>, ok: Granted, input: &List) -> Result<Listed> {
    not_inner(&input.model)?;
    let seen = call.limit(ok, &input.model).await?;
    let Some(model) = searches::model(call, &input.model).await? else {
        return Err(Error::refers_to_nothing("model").hint(format!("there is no model {:?}", input.model)));
    };
    let fields = Fields::of(&model);
    let filter = searches::by_unique_rule(call, &model, seen.and(input.filter(call, &fields)?)).await?;
    for name in &input.cols {
        fields.form("cols", name)?;
    }
    let size = number("size", input.size.as_ref(), USUAL_SIZE, LARGEST_SIZE)?;
    let page = number("page", input.page.as_ref(), 1, u64::MAX)?;
    let order = Page { sort: input.sort.clone(), ..Page::default() }.sort();
    for by in &order {
        fields.form("sort", &by.field)?;
    }
    let mut query = Query {
        sort: order,
        start: (page - 1).saturating_mul(size),
        limit: Some(size.saturating_add(1)),
        ..Query::new(model.space(), filter.clone())
    };
    let mut end = query.start;
    if !input.cursor.is_empty() {
        if input.page.is_some() {
            return Err(Error::invalid("cursor").hint("give either a cursor or a page"));
        }
        let place = Place::read(&input.cursor, &query.sort)?;
        end = place.rows;
        // No filter compares lists and objects.
        if place.by.iter().any(|(.., value)| value.is_array() || value.is_object()) {
            query.start = place.rows;
        } else {
            query.filter = filter.clone().and(place.beyond(&query.sort, model.id_field()));
        }
    }
    let mut rows = call.tx.find(&query).await?;
    let more = rows.len() as u64 > size;
    rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
    let end = end.saturating_add(size);
    let cursor = rows.last().filter(|_| more).map(|last| Place::of(&query.sort, last, end).write());
    let total = match input.total {
        Some(false) => None,
        None | Some(true) => Some(call.tx.count(query.space, &filter).await?),
    };
    let groups = if input.group.is_empty() {
        None
    } else {
        fields.form("group", &input.group)?;
        let mut counts = call.tx.count_by(query.space, &filter, &input.group).await?;
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts.truncate(MOST_GROUPS);
        Some(counts.into_iter().map(|(value, count)| Group { value, count }).collect())
    };
    let items = rows.into_iter().map(|row| project(row.doc, &input.cols)).collect();
    Ok(Listed { items, total, cursor, groups })
}

/// A number from 1 to `most`.
pub(crate) fn number(name: &str, given: Option<&Number>, usual: u64, most: u64) -> Result<u64> {
    let Some(given) = given else { return Ok(usual) };
    let number = given.integer().and_then(|number| u64::try_from(number).ok());
    number.filter(|number| (1..=most).contains(number)).ok_or_else(|| {
        let largest = if most == u64::MAX { String::new() } else { format!(" to {most}") };
        Error::invalid(name).hint(format!("it is a number from 1{largest}"))
    })
}

/// The members of a model's instances, and what their values look like.
struct Fields<'m>(BTreeMap<&'m str, Option<Form>>);

impl<'m> Fields<'m> {
    fn of(model: &'m ModelSchema) -> Self {
        let own = model.attributes.iter().map(|it| (it.attribute.property_id.as_str(), Form::of(&it.attribute.kind)));
        let numbers = [model.id_field(), field::BUSINESS, field::PARENT].map(|name| (name, Some(Form::Number)));
        let texts = [field::MODEL, field::ACCOUNT, field::CREATED_BY, field::UPDATED_BY, model.name_field()];
        let texts = texts.map(|name| (name, Some(Form::Text)));
        let times = [field::CREATE_TIME, field::LAST_TIME, field::CREATED_AT, field::UPDATED_AT];
        let times = times.map(|name| (name, Some(Form::Time)));
        Self(numbers.into_iter().chain(texts).chain(times).chain(own).collect())
    }

    /// Refuses a name that instances do not have, or whose values no filter reads.
    fn form(&self, parameter: &str, name: &str) -> Result<Form> {
        let known = self.0.get(name).ok_or_else(|| {
            let names: Vec<&str> = self.0.keys().copied().collect();
            Error::invalid(parameter).hint(format!("there is no attribute {name:?}; there are {}", names.join(", ")))
        })?;
        known.ok_or_else(|| {
            Error::invalid(parameter).hint(format!("{name} holds tables or objects, which a list shows on their own"))
        })
    }

    fn texts(&self) -> impl Iterator<Item = &'m str> {
        self.0.iter().filter(|(_, form)| **form == Some(Form::Text)).map(|(name, _)| *name)
    }
}

impl List {
    fn filter(&self, call: &Call<'_>, fields: &Fields<'_>) -> Result<Filter> {
        let zone = &call.app.settings.zone;
        let mut terms = Terms::new(zone);
        let mut all = Vec::new();
        for (name, values) in &self.others {
            let Some(term) = name.strip_prefix(TERMS) else { continue };
            let Some((attribute, operator)) = term.split_once('.') else {
                return Err(Error::invalid(name.as_str()).hint("a term is f.{attribute}.{operator}={value}"));
            };
            let form = fields.form(name, attribute)?;
            let values = values.as_array().map_or(std::slice::from_ref(values), Vec::as_slice);
            for value in values {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let term = terms.read(attribute, form, operator, &text);
                all.push(term.map_err(|problem| Error::invalid(name.as_str()).hint(problem))?);
            }
        }
        if !self.q.is_empty() {
            let texts = fields.texts().map(|name| Filter::containing(name, &self.q));
            all.push(Filter::Any(texts.collect::<Result<_>>()?));
        }
        if let Some(expression) = &self.fx {
            all.push(expression::parse(expression, zone)?);
        }
        Ok(Filter::All(all))
    }
}

/// Where a page ends: the values that its last row is sorted by, and its id.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Place {
    by: Vec<(String, bool, Value)>,
    id: i64,
    /// Rows up to there.
    rows: u64,
}

impl Place {
    pub(crate) fn of(sort: &[Sort], row: &Row, rows: u64) -> Self {
        let value = |field: &str| row.doc.get(field).cloned().unwrap_or_default();
        Self {
            by: sort.iter().map(|it| (it.field.clone(), it.descending, value(&it.field))).collect(),
            id: row.id,
            rows,
        }
    }

    pub(crate) fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::json!(self).to_string())
    }

    pub(crate) fn read(cursor: &str, sort: &[Sort]) -> Result<Self> {
        let place = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|json| serde_json::from_slice::<Self>(&json).ok());
        let of_this = place.filter(|it| {
            it.by
                .iter()
                .map(|(field, descending, _)| (field, descending))
                .eq(sort.iter().map(|it| (&it.field, &it.descending)))
        });
        of_this.ok_or_else(|| Error::invalid("cursor").hint("it is the cursor of an answer with the same sort"))
    }

    /// The rows that come after it.
    pub(crate) fn beyond(&self, sort: &[Sort], id_field: &str) -> Filter {
        let (mut same, mut any) = (Vec::new(), Vec::new());
        for (by, (.., value)) in sort.iter().zip(&self.by) {
            let equal = Filter::equal(by.field.as_str(), value.clone());
            if let Some(further) = further(by, value) {
                any.push(Filter::All(same.iter().cloned().chain([further]).collect()));
            }
            same.push(equal);
        }
        let later = Filter::Field { field: id_field.to_owned(), test: Test::Compare(Order::Greater, self.id.into()) };
        any.push(Filter::All(same.into_iter().chain([later]).collect()));
        Filter::Any(any)
    }
}

/// What comes after a value in an order; `None` when nothing does. No value at all comes before every other.
fn further(by: &Sort, value: &Value) -> Option<Filter> {
    let is = |value: Value| Filter::equal(by.field.as_str(), value);
    let compare = |order| Filter::Field { field: by.field.clone(), test: Test::Compare(order, value.clone()) };
    match (value, by.descending) {
        (Value::Null, true) | (Value::Bool(true), false) => None,
        (Value::Null, false) => Some(Filter::Not(Box::new(is(Value::Null)))),
        (Value::Bool(false), false) => Some(is(true.into())),
        (Value::Bool(true), true) => Some(Filter::Any(vec![is(false.into()), is(Value::Null)])),
        (Value::Bool(false), true) => Some(is(Value::Null)),
        (_, false) => Some(compare(Order::Greater)),
        (_, true) => Some(Filter::Any(vec![compare(Order::Less), is(Value::Null)])),
    }
}
