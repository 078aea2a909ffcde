//! Filters in SQL: the condition that rows have to pass, and the parts by which an index finds them.
//!
//! A condition never leaves out a row that the filter matches; where it is exact it lets no other row pass either. It is
//! about rows whose `doc` says all there is: those with an `exact` text are for the evaluator. The shape of a filter makes the
//! text of the condition, and all that a caller has written is in its parameters.
//!
//! A condition may come out as null, which passes no more than false does, so what is negated is asked whether it is true.

use crate::documents::is_plain;
use crate::session::Params;
use relata_model::filter::{Filter, Order, Test};
use serde_json::{Map, Value};

/// Deeper paths, and tests beyond this number, are left to the evaluator: statements stay small.
const MAX_DEPTH: usize = 8;
const MAX_TESTS: usize = 200;
/// As many parts may be looked up in the index, one by one; with more of them a scan is as good.
const MAX_PARTS: usize = 1000;
/// Conditions that have to hold together are looked up together up to so many combinations.
const MAX_COMBINATIONS: usize = 64;

/// A condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// In parentheses where needed.
    pub(crate) sql: String,
    /// Exactly the filter.
    pub(crate) exact: bool,
}

impl Condition {
    fn exact(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), exact: true }
    }

    fn inexact(sql: impl Into<String>) -> Self {
        Self { sql: sql.into(), exact: false }
    }
}

/// Writes a filter as a condition, and its values to the parameters of the statement.
pub(crate) fn compile(filter: &Filter, params: &mut Params) -> Condition {
    Compiler { params, left: MAX_TESTS }.filter(filter)
}

/// The value at a path, which is null when it is missing. `None` when it cannot be written.
pub(crate) fn value_at(field: &str, params: &mut Params) -> Option<String> {
    if field.contains('\0') || field.split('.').count() > MAX_DEPTH {
        return None;
    }
    // Not by a path in one piece: that would reach into arrays by number.
    let steps = field.split('.').map(|name| {
        params.push(Box::new(name.to_owned()));
        format!(" -> ${}::text", params.len())
    });
    Some(format!("(doc{})", steps.collect::<String>()))
}

struct Compiler<'p> {
    params: &'p mut Params,
    left: usize,
}

impl Compiler<'_> {
    fn filter(&mut self, filter: &Filter) -> Condition {
        let before = self.params.len();
        let condition = self.condition(filter);
        if condition.sql == "TRUE" {
            // Every parameter has to be in the statement.
            self.params.truncate(before);
        }
        condition
    }

    fn condition(&mut self, filter: &Filter) -> Condition {
        match filter {
            Filter::All(parts) => self.joined(parts, " AND ", "TRUE"),
            Filter::Any(parts) => self.joined(parts, " OR ", "FALSE"),
            Filter::Not(part) => {
                let inner = self.filter(part);
                let sql = format!("({} IS NOT TRUE)", inner.sql);
                if inner.exact { Condition::exact(sql) } else { Condition::inexact("TRUE") }
            }
            Filter::Field { field, test } => {
                let Some(left) = self.left.checked_sub(1) else { return Condition::inexact("TRUE") };
                self.left = left;
                match filter.pinned(field) {
                    Some(values) => self.one_of(field, values),
                    None => self.test(field, test),
                }
            }
        }
    }

    fn joined(&mut self, parts: &[Filter], with: &str, empty: &str) -> Condition {
        let parts: Vec<Condition> = parts.iter().map(|part| self.filter(part)).collect();
        let exact = parts.iter().all(|part| part.exact);
        let sql: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
        let sql = if sql.is_empty() { empty.to_owned() } else { format!("({})", sql.join(with)) };
        Condition { sql, exact }
    }

    fn test(&mut self, field: &str, test: &Test) -> Condition {
        match test {
            // Both pin the field, and so have been dealt with.
            Test::Equal(_) | Test::In(_) => Condition::inexact("TRUE"),
            Test::Compare(order, bound) => self.compare(field, *order, bound),
            Test::HasAll(list) => {
                let all = list.iter().map(|value| Filter::equal(field, value.clone())).collect();
                self.filter(&if list.is_empty() { Filter::Any(Vec::new()) } else { Filter::All(all) })
            }
            Test::Exists => self.about(field, |value| Condition::exact(format!("({value} IS NOT NULL)"))),
            Test::Size(size) => {
                let Ok(size) = i64::try_from(*size) else { return Condition::exact("FALSE") };
                let size = self.param(size);
                self.about(field, |value| {
                    let case = format!("CASE jsonb_typeof({value}) WHEN 'array'");
                    Condition::exact(format!(
                        "({case} THEN jsonb_array_length({value}) = {size}::bigint ELSE FALSE END)"
                    ))
                })
            }
            Test::Pattern(_) => self.about(field, |value| kinds(value, "'string', 'array'")),
            Test::Object(_) => self.about(field, |value| kinds(value, "'object', 'array'")),
            Test::Element(_) => self.about(field, |value| kinds(value, "'array'")),
        }
    }

    fn about(&mut self, field: &str, condition: impl FnOnce(&str) -> Condition) -> Condition {
        value_at(field, self.params).map_or_else(|| Condition::inexact("TRUE"), |value| condition(&value))
    }

    fn param<T: tokio_postgres::types::ToSql + Sync + Send + 'static>(&mut self, value: T) -> String {
        self.params.push(Box::new(value));
        format!("${}", self.params.len())
    }

    fn one_of(&mut self, field: &str, values: &[Value]) -> Condition {
        if values.is_empty() {
            return Condition::exact("FALSE");
        }
        if !values.iter().all(is_plain) {
            return Condition::inexact("TRUE");
        }
        let missing = values.contains(&Value::Null);
        let values = self.param(values.to_vec());
        self.about(field, |value| {
            let missing = if missing { format!("{value} IS NULL OR ") } else { String::new() };
            let element = some_element(value, &format!("element = ANY({values}::jsonb[])"));
            Condition::exact(format!(
                "({missing}{value} = ANY({values}::jsonb[]) OR (jsonb_typeof({value}) = 'array' AND {element}))"
            ))
        })
    }

    fn compare(&mut self, field: &str, order: Order, bound: &Value) -> Condition {
        if !is_plain(bound) {
            return Condition::inexact("TRUE");
        }
        let sign = match order {
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        };
        let (kind, shown, bound) = match bound {
            Value::Number(_) => ("number", "", format!("{}::jsonb", self.param(bound.clone()))),
            // Texts within jsonb would compare by the language of the database.
            Value::String(text) => ("string", " #>> '{}' COLLATE \"C\"", format!("{}::text", self.param(text.clone()))),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Condition::exact("FALSE"),
        };
        self.about(field, |value| {
            let holds = |value: &str| {
                format!("CASE jsonb_typeof({value}) WHEN '{kind}' THEN ({value}{shown}) {sign} {bound} ELSE FALSE END")
            };
            let element = some_element(value, &holds("element"));
            let whole = holds(value);
            Condition::exact(format!("({whole} OR (jsonb_typeof({value}) = 'array' AND {element}))"))
        })
    }
}

fn kinds(value: &str, kinds: &str) -> Condition {
    Condition::inexact(format!("(jsonb_typeof({value}) IN ({kinds}))"))
}

/// Some element of the array passes; a value that is no array has none.
fn some_element(value: &str, condition: &str) -> String {
    format!(
        "EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof({value}) WHEN 'array' THEN {value} ELSE '[]' END) \
         AS elements(element) WHERE {condition})"
    )
}

/// Parts of documents of which every row that the filter matches has at least one, to be looked up in the index. `None`
/// when the filter does not say.
pub(crate) fn parts(filter: &Filter) -> Option<Vec<Value>> {
    let parts = match filter {
        Filter::All(parts) => parts.iter().filter_map(self::parts).reduce(combined)?,
        Filter::Any(alternatives) => {
            let all: Option<Vec<Vec<Value>>> = alternatives.iter().map(self::parts).collect();
            all?.concat()
        }
        Filter::Field { field, test: Test::HasAll(list) } => {
            list.iter().filter_map(|value| parts_of(field, std::slice::from_ref(value))).reduce(combined)?
        }
        Filter::Field { field, .. } => parts_of(field, filter.pinned(field)?)?,
        Filter::Not(_) => return None,
    };
    (parts.len() <= MAX_PARTS).then_some(parts)
}

/// The field is one of these values, or an array with one of them.
fn parts_of(field: &str, values: &[Value]) -> Option<Vec<Value>> {
    // Null matches documents without the field, and an empty array or object is in no index.
    let indexed = |value: &Value| (value.is_string() || value.is_number() || value.is_boolean()) && is_plain(value);
    if field.contains('\0') || field.split('.').count() > MAX_DEPTH || !values.iter().all(indexed) {
        return None;
    }
    let nested = |value: Value| {
        field.rsplit('.').fold(value, |value, name| Value::Object(Map::from_iter([(name.to_owned(), value)])))
    };
    let either = |value: &Value| [nested(value.clone()), nested(Value::Array(vec![value.clone()]))];
    Some(values.iter().flat_map(either).collect())
}

/// One of these and one of those: in one where the combinations are few, else the shorter list for both.
fn combined(these: Vec<Value>, others: Vec<Value>) -> Vec<Value> {
    if these.len() * others.len() > MAX_COMBINATIONS {
        return if these.len() <= others.len() { these } else { others };
    }
    these.iter().flat_map(|this| others.iter().map(|other| merged(this.clone(), other))).collect()
}

/// What has both parts; just the first where nothing can have both.
fn merged(this: Value, that: &Value) -> Value {
    match (this, that) {
        (Value::Object(mut this), Value::Object(that)) => {
            for (name, value) in that {
                let both = this.remove(name).map_or_else(|| value.clone(), |old| merged(old, value));
                this.insert(name.clone(), both);
            }
            Value::Object(this)
        }
        (Value::Array(mut this), Value::Array(that)) => {
            this.extend(that.iter().cloned());
            Value::Array(this)
        }
        (this, _) => this,
    }
}

#[cfg(test)]
mod tests;
