//! `innertable`: rows of a table that belongs to an instance (models.md §5, instances.md §9). Its columns are attributes of a
//! hidden model. Values never stay in the instance: they are ids of rows, or rows, and the rows are kept elsewhere.

use super::{Check, Field, Kind, Rule, check, has_nul, integer};
use crate::attribute::{Attribute, Origin, check_definition};
use crate::{Code, Error, Map, Result};
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The name of this kind.
pub const NAME: &str = "innertable";

/// The most columns.
const MAX_COLUMNS: usize = 8;
/// The most columns of long texts.
const MAX_LONG_TEXTS: usize = 2;
/// The most rows that a definition proposes.
const MAX_DEFAULTS: usize = 10;
/// The most rows that an instance is created with.
const MAX_ROWS: usize = 50;

/// The kinds of columns.
const COLUMNS: &[&str] = &["singlechar", "longchar", "int", "float", "bool", "enummulti"];

/// What a row has beside its columns.
const OF_ROWS: &[&str] = &["id", "create_time", "last_time"];

/// The id of the hidden model of a table; also its name.
pub fn table_id(model: &str, property: &str) -> String {
    format!("bk_{model}#{property}")
}

/// The model and the attribute that a table belongs to; `None` for the id of an ordinary model.
pub fn owner_of(table: &str) -> Option<(&str, &str)> {
    table.strip_prefix("bk_")?.split_once('#')
}

/// The option of a definition.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Table {
    header: Vec<Attribute>,
    /// Rows that a form proposes.
    default: Vec<Map>,
}

/// The columns of an attribute of this kind.
pub fn columns(attribute: &Attribute) -> Result<Vec<Attribute>> {
    Ok(read(&attribute.option)?.header)
}

fn read(option: &Value) -> Result<Table> {
    let bad = || Error::invalid("option").hint(r#"give {"header": [attributes], "default": [rows]}"#);
    if !option.is_object() || has_nul(option) {
        return Err(bad());
    }
    Table::deserialize(option).map_err(|error| bad().detail(error.to_string()))
}

/// A new row in its stored form: what is no column is left out, what is absent gets the empty value of its kind.
/// 1199010 when a required column is absent; errors of values are those of their kind.
pub fn new_row<'a>(columns: impl IntoIterator<Item = (&'a Attribute, &'a dyn Check)>, given: &Map) -> Result<Map> {
    let mut row = Map::new();
    for (column, check) in columns {
        let value = match given.get(&column.property_id) {
            Some(value) => check.accept(value.clone())?,
            None if column.required => return Err(Error::required(column.property_id.as_str())),
            None => empty(&column.kind),
        };
        row.insert(column.property_id.clone(), value);
    }
    Ok(row)
}

fn empty(kind: &str) -> Value {
    match kind {
        "singlechar" | "longchar" => "".into(),
        "enummulti" => Value::Array(Vec::new()),
        "bool" => false.into(),
        _ => Value::Null,
    }
}

#[derive(Debug)]
pub(super) struct InnerTable;

impl Kind for InnerTable {
    fn name(&self) -> &'static str {
        NAME
    }

    fn keeps_default(&self) -> bool {
        false
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        let mut table = read(&attribute.option)?;
        if table.header.is_empty() {
            return Err(Error::required("header"));
        }
        if table.header.len() > MAX_COLUMNS {
            return Err(Error::new(Code::TooManyItems).arg("header").arg(MAX_COLUMNS));
        }
        if table.header.iter().filter(|column| column.kind == "longchar").count() > MAX_LONG_TEXTS {
            return Err(Error::new(Code::TooManyItems).arg("longchar").arg(MAX_LONG_TEXTS));
        }
        for place in 0..table.header.len() {
            let (before, rest) = table.header.split_at_mut(place);
            if let Some(column) = rest.first_mut() {
                define_column(column, before)?;
                column.index = i64::try_from(place).unwrap_or(i64::MAX);
            }
        }
        if table.default.len() > MAX_DEFAULTS {
            return Err(Error::new(Code::TooManyItems).arg("default").arg(MAX_DEFAULTS));
        }
        let compiled: Vec<_> =
            table.header.iter().map(|column| super::compile(column, &TimeZone::UTC)).collect::<Result<_>>()?;
        for row in &mut table.default {
            *row = new_row(table.header.iter().zip(compiled.iter().map(AsRef::as_ref)), row)?;
        }
        attribute.option = serde_json::to_value(table).map_err(|error| Error::internal(error.to_string()))?;
        Ok(())
    }

    fn compile(&self, attribute: &Attribute, _: &TimeZone) -> Result<Box<dyn Check>> {
        Ok(check(attribute, Rows))
    }
}

/// Checks a column and fills what it leaves out.
fn define_column(column: &mut Attribute, before: &[Attribute]) -> Result<()> {
    if !COLUMNS.contains(&column.kind.as_str()) {
        let hint = format!("columns are of these types: {}", COLUMNS.join(", "));
        return Err(Error::refers_to_nothing("bk_property_type").hint(hint));
    }
    column.only = false;
    check_definition(column, Origin::Caller)?;
    if OF_ROWS.contains(&column.property_id.as_str()) {
        let hint = "rows keep something of the system under this id";
        return Err(Error::refers_to_nothing("bk_property_id").hint(hint));
    }
    for (parameter, taken) in [
        ("bk_property_id", before.iter().any(|other| other.property_id == column.property_id)),
        ("bk_property_name", before.iter().any(|other| other.name == column.name)),
    ] {
        if taken {
            return Err(Error::new(Code::Duplicate).arg(parameter));
        }
    }
    Ok(())
}

#[derive(Debug)]
struct Rows;

impl Rule for Rows {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let Value::Array(rows) = value else { return Err(field.invalid(HINT)) };
        if rows.is_empty() {
            return field.empty(Value::Array(rows));
        }
        if rows.len() > MAX_ROWS {
            return Err(field.error(Code::ArrayLengthInvalid).arg(MAX_ROWS));
        }
        let is_id = |value: &Value| integer(value).is_some_and(|id| id > 0);
        if rows.iter().all(is_id) || rows.iter().all(Value::is_object) {
            return Ok(Value::Array(rows));
        }
        Err(field.invalid(HINT))
    }

    fn fill(&self, _: &Field, _: Option<Value>) -> Result<Value> {
        Ok(Value::Null)
    }
}

const HINT: &str = "give a list of ids of rows, or of rows";
