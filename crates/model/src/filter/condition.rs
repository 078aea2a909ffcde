//! The older condition styles (conventions.md §7): store-style maps, lists of rules, and the time condition.
//!
//! They are read, never passed on to a store: what is not known here is an error that names it.

use super::operator::moment;
use super::pattern::Patterns;
use super::{Filter, Order, Test};
use crate::instance::field;
use crate::{Code, Error, Map, Result, time};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// Levels of objects and lists in a condition.
const MAX_DEPTH: usize = 32;

/// The member whose presence makes the values beside it times (§7.5).
const TIME_TYPE: &str = "cc_time_type";

/// Everything that may follow a `$`. Others are refused wherever they stand, `$where` and its like among them.
const KNOWN: [&str; 18] = [
    "$eq", "$ne", "$in", "$nin", "$gt", "$gte", "$lt", "$lte", "$regex", "$options", "$exists", "$all", "$size",
    "$type", "$or", "$and", "$nor", "$not",
];

/// Reads a store-style map (§7.3, §7.5): fields with values or operators, `$or`, `$and`, `$nor`. Times without a zone are
/// in `zone`. Anything else is 1199030 with a hint.
pub fn parse(map: &Map, zone: &TimeZone) -> Result<Filter> {
    map.iter().try_for_each(|(name, value)| check(name, value, 1))?;
    Conditions { zone, patterns: Patterns::new() }.map(map)
}

fn unreadable(hint: impl Into<String>) -> Error {
    Error::new(Code::InputUnreadable).hint(hint)
}

fn check(name: &str, value: &Value, level: usize) -> Result<()> {
    if level > MAX_DEPTH {
        return Err(unreadable(format!("a condition can be nested at most {MAX_DEPTH} levels deep")));
    }
    if name.starts_with('$') && !KNOWN.contains(&name) {
        return Err(unreadable(format!("the operator {name:?} is not allowed")));
    }
    match value {
        Value::Object(map) => map.iter().try_for_each(|(name, value)| check(name, value, level + 1)),
        Value::Array(list) => list.iter().try_for_each(|value| check("", value, level + 1)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// A single part stays as it is.
fn all(mut parts: Vec<Filter>) -> Filter {
    match (parts.pop(), parts.is_empty()) {
        (Some(single), true) => single,
        (last, _) => {
            parts.extend(last);
            Filter::All(parts)
        }
    }
}

fn negated(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

struct Conditions<'a> {
    zone: &'a TimeZone,
    patterns: Patterns,
}

impl Conditions<'_> {
    fn map(&mut self, map: &Map) -> Result<Filter> {
        map.iter().map(|(name, value)| self.member(name, value)).collect::<Result<_>>().map(all)
    }

    fn member(&mut self, name: &str, value: &Value) -> Result<Filter> {
        match name {
            "$and" => self.maps(name, value).map(all),
            "$or" => self.maps(name, value).map(Filter::Any),
            "$nor" => self.maps(name, value).map(|parts| negated(Filter::Any(parts))),
            operator if operator.starts_with('$') => Err(unreadable(format!("{operator} needs a field around it"))),
            field => match value.as_object().filter(|object| is_operators(object)) {
                Some(operators) => self.operators(field, operators, false),
                None => Ok(Filter::equal(field, value.clone())),
            },
        }
    }

    fn maps(&mut self, operator: &str, value: &Value) -> Result<Vec<Filter>> {
        let maps = list(operator, value)?;
        if maps.is_empty() {
            return Err(unreadable(format!("{operator} needs at least one condition")));
        }
        let map = |value: &Value| match value {
            Value::Object(map) => self.map(map),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
                Err(unreadable(format!("the elements of {operator} have to be objects")))
            }
        };
        maps.iter().map(map).collect()
    }

    /// All operators on one field.
    fn operators(&mut self, field: &str, operators: &Map, timed: bool) -> Result<Filter> {
        let timed = timed || operators.contains_key(TIME_TYPE);
        let regex = operators.contains_key("$regex");
        let parts = operators.iter().filter(|(name, _)| *name != TIME_TYPE && !(regex && *name == "$options"));
        parts
            .map(|(name, operand)| match name.as_str() {
                "$regex" => self.pattern(field, operand, operators.get("$options")),
                "$not" => match operand.as_object().filter(|object| is_operators(object)) {
                    Some(inner) => self.operators(field, inner, timed).map(negated),
                    None => Err(unreadable("$not needs an object of operators")),
                },
                "$type" => types(field, operand),
                other => self.operator(field, other, operand, timed),
            })
            .collect::<Result<_>>()
            .map(all)
    }

    fn operator(&mut self, field: &str, name: &str, operand: &Value, timed: bool) -> Result<Filter> {
        let mut negate = false;
        let test = match name {
            "$eq" => Test::Equal(self.value(name, operand, timed)?),
            "$ne" => {
                negate = true;
                Test::Equal(self.value(name, operand, timed)?)
            }
            "$in" => Test::In(self.values(name, operand, timed)?.into()),
            "$nin" => {
                negate = true;
                Test::In(self.values(name, operand, timed)?.into())
            }
            "$gt" => Test::Compare(Order::Greater, self.bound(name, operand, timed)?),
            "$gte" => Test::Compare(Order::GreaterOrEqual, self.bound(name, operand, timed)?),
            "$lt" => Test::Compare(Order::Less, self.bound(name, operand, timed)?),
            "$lte" => Test::Compare(Order::LessOrEqual, self.bound(name, operand, timed)?),
            "$exists" => {
                let wanted = operand.as_bool().or_else(|| operand.as_f64().map(|number| number != 0.0));
                negate = !wanted.ok_or_else(|| unreadable("$exists needs true or false"))?;
                Test::Exists
            }
            "$size" => Test::Size(operand.as_u64().ok_or_else(|| unreadable("$size needs a count, 0 or more"))?),
            "$all" => Test::HasAll(self.values(name, operand, timed)?),
            other => return Err(unreadable(format!("{other} cannot be an operator on the field {field}"))),
        };
        let filter = Filter::Field { field: field.to_owned(), test };
        Ok(if negate { negated(filter) } else { filter })
    }

    fn pattern(&mut self, field: &str, operand: &Value, options: Option<&Value>) -> Result<Filter> {
        let text = operand.as_str().ok_or_else(|| unreadable("$regex needs a text"))?;
        let options = match options {
            None => "",
            Some(options) => options.as_str().ok_or_else(|| unreadable("$options needs a text such as \"i\""))?,
        };
        let pattern = self.patterns.compile(text, options).map_err(unreadable)?;
        Ok(Filter::Field { field: field.to_owned(), test: Test::Pattern(pattern) })
    }

    /// The value to compare with: beside `cc_time_type` the stored form of a time.
    fn value(&self, operator: &str, operand: &Value, timed: bool) -> Result<Value> {
        if !timed || operand.is_null() {
            return Ok(operand.clone());
        }
        let at = moment(operand, self.zone)
            .ok_or_else(|| unreadable(format!("beside {TIME_TYPE} {operator} needs a time as YYYY-MM-DD hh:mm:ss")))?;
        Ok(time::stored(at).into())
    }

    fn values(&self, operator: &str, operand: &Value, timed: bool) -> Result<Vec<Value>> {
        list(operator, operand)?.iter().map(|element| self.value(operator, element, timed)).collect()
    }

    fn bound(&self, operator: &str, operand: &Value, timed: bool) -> Result<Value> {
        if operand.is_number() || operand.is_string() {
            return self.value(operator, operand, timed);
        }
        Err(unreadable(format!("{operator} needs a number or a text")))
    }
}

/// True for an object that is not a value to compare with.
fn is_operators(object: &Map) -> bool {
    object.keys().any(|name| name.starts_with('$') || name == TIME_TYPE)
}

fn list<'a>(operator: &str, operand: &'a Value) -> Result<&'a [Value]> {
    operand.as_array().map(Vec::as_slice).ok_or_else(|| unreadable(format!("{operator} needs a list")))
}

/// `$type`, by name or number, one or several. Kinds of numbers are not told apart.
fn types(field: &str, operand: &Value) -> Result<Filter> {
    let one = |name: &Value| {
        let is = |test| Filter::Field { field: field.to_owned(), test };
        Ok(match (name.as_str().unwrap_or_default(), name.as_u64().unwrap_or_default()) {
            ("number" | "double" | "int" | "long" | "decimal", _) | (_, 1 | 16 | 18 | 19) => {
                is(Test::Compare(Order::GreaterOrEqual, json!(f64::MIN)))
            }
            ("string", _) | (_, 2) => is(Test::Compare(Order::GreaterOrEqual, json!(""))),
            ("object", _) | (_, 3) => is(Test::Object(Box::new(Filter::everything()))),
            ("array", _) | (_, 4) => {
                Filter::Any(vec![is(Test::Size(0)), is(Test::Element(Box::new(Filter::everything())))])
            }
            ("bool", _) | (_, 8) => is(Test::In(vec![json!(true), json!(false)].into())),
            ("null", _) | (_, 10) => is(Test::Equal(Value::Null)).and(is(Test::Exists)),
            _ => return Err(unreadable("$type needs number, string, object, array, bool or null")),
        })
    };
    match operand {
        Value::Array(names) => names.iter().map(one).collect::<Result<_>>().map(Filter::Any),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => one(operand),
    }
}

/// A rule of the list style (§7.1).
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Rule {
    /// Field of the record.
    pub field: String,
    /// Operator with its `$`: those of store-style maps, and `$multilike` (a pattern, or a list of patterns).
    pub operator: String,
    /// Value.
    pub value: Value,
}

/// Whose rules a list holds; two small differences (instances.md §8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesOf {
    /// The model that is searched: texts of `$regex` and `$multilike` stand for themselves, and `$lt`, `$lte`, `$gt`,
    /// `$gte` on one field hold together.
    Own,
    /// Another model: they are regular expressions, and the last rule of a field counts alone.
    Other,
}

/// Reads a list of rules (§7.1). Of several rules on one field the last counts. Errors as in [`parse`].
pub fn parse_rules(rules: &[Rule], of: RulesOf, zone: &TimeZone) -> Result<Filter> {
    const RANGE: [&str; 4] = ["$lt", "$lte", "$gt", "$gte"];
    let mut map = Map::new();
    for Rule { field, operator, value } in rules {
        if !operator.starts_with('$') {
            return Err(unreadable(format!("{operator:?} is not an operator; give one such as $eq")));
        }
        let (operator, value) = match (operator.as_str(), value) {
            ("$regex" | "$multilike", Value::String(text)) => ("$regex", of.pattern(text).into()),
            ("$multilike", value) => ("$regex", of.one_of(value)?.into()),
            (other, value) => (other, value.clone()),
        };
        match map.get_mut(field) {
            Some(Value::Object(range))
                if of == RulesOf::Own
                    && RANGE.contains(&operator)
                    && range.keys().all(|name| RANGE.contains(&name.as_str())) =>
            {
                range.insert(operator.to_owned(), value);
            }
            _ => {
                map.insert(field.clone(), json!({ operator: value }));
            }
        }
    }
    parse(&map, zone)
}

impl RulesOf {
    fn pattern(self, text: &str) -> String {
        match self {
            Self::Own => regex::escape(text),
            Self::Other => text.to_owned(),
        }
    }

    /// A pattern that is found where one of the texts is.
    fn one_of(self, texts: &Value) -> Result<String> {
        let refused = || unreadable("$multilike needs a text or a list of texts");
        let texts = texts.as_array().filter(|texts| !texts.is_empty()).ok_or_else(refused)?;
        let patterns = texts.iter().map(|text| text.as_str().map(|text| format!("(?:{})", self.pattern(text))));
        patterns.collect::<Option<Vec<_>>>().map(|patterns| patterns.join("|")).ok_or_else(refused)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TimeCondition {
    oper: String,
    rules: Option<Vec<Map>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TimeRule {
    field: String,
    start: Value,
    end: Value,
}

/// Reads a `time_condition` (§7.4); null holds for everything. Times without a zone are in `zone`. A wrong shape is
/// 1199000; an operation other than `and`, a rule without bounds and a bound that is no time are 1199006; no rules and
/// an empty field are 1199010.
pub fn parse_time(value: &Value, zone: &TimeZone) -> Result<Filter> {
    if value.is_null() {
        return Ok(Filter::everything());
    }
    let (oper, rules) = time_rules(value).ok_or_else(|| {
        Error::new(Code::JsonDecode)
            .hint("a time_condition has the members oper and rules, a rule field, start and end")
    })?;
    if oper != "and" {
        return Err(Error::invalid("time_condition.oper").hint("the only operation is and"));
    }
    if rules.is_empty() {
        return Err(Error::required("time_condition.rules"));
    }
    let mut ranges = std::collections::BTreeMap::new();
    for (position, rule) in rules.iter().enumerate() {
        let (field, range) = rule.range(&format!("time_condition.rules[{position}]"), zone)?;
        ranges.insert(field.to_owned(), range);
    }
    Ok(all(ranges.into_values().collect()))
}

/// Operation and rules. Reads objects only, while serde would take lists for them too.
fn time_rules(value: &Value) -> Option<(String, Vec<TimeRule>)> {
    let TimeCondition { oper, rules } = TimeCondition::deserialize(value.as_object()?).ok()?;
    let rules = rules.unwrap_or_default().into_iter().map(|rule| TimeRule::deserialize(rule).ok());
    Some((oper, rules.collect::<Option<_>>()?))
}

impl TimeRule {
    /// The field, and what has to hold for it. `key` is the path of this rule.
    fn range(&self, key: &str, zone: &TimeZone) -> Result<(&str, Filter)> {
        let field = match self.field.as_str() {
            "" => return Err(Error::required(format!("{key}.field"))),
            field::CREATED_AT => field::CREATE_TIME,
            field::UPDATED_AT => field::LAST_TIME,
            other => other,
        };
        let bound = |name: &str, value: &Value| {
            if value.is_null() || value == "" {
                return Ok(None);
            }
            moment(value, zone).map(|at| Some(time::stored(at))).ok_or_else(|| {
                Error::invalid(format!("{key}.{name}")).hint("a time is written YYYY-MM-DD hh:mm:ss or as in RFC 3339")
            })
        };
        let is =
            |order, text: String| Filter::Field { field: field.to_owned(), test: Test::Compare(order, text.into()) };
        let filter = match (bound("start", &self.start)?, bound("end", &self.end)?) {
            (None, None) => return Err(Error::invalid(key).hint("a time rule needs start, end or both")),
            (Some(start), Some(end)) if start == end => Filter::equal(field, start),
            (start, end) => {
                let start = start.map(|text| is(Order::GreaterOrEqual, text));
                all(start.into_iter().chain(end.map(|text| is(Order::LessOrEqual, text))).collect())
            }
        };
        Ok((field, filter))
    }
}

#[cfg(test)]
mod tests;
