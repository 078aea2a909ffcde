//! `table`: rows of sub-attributes (the bindings of processes). Built-in models only; `innertable` is another kind.

use super::{Check, Field, Kind, Rule, check, id_rule};
use crate::attribute::Attribute;
use crate::{Code, Error, Map, Result};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug)]
pub(super) struct Table;

impl Kind for Table {
    fn name(&self) -> &'static str {
        "table"
    }

    fn built_in_only(&self) -> bool {
        true
    }

    fn define_option(&self, attribute: &mut Attribute) -> Result<()> {
        self.compile(attribute, &TimeZone::UTC).map(drop)
    }

    fn compile(&self, attribute: &Attribute, zone: &TimeZone) -> Result<Box<dyn Check>> {
        let columns = attribute.option.as_array().map_or(&[][..], Vec::as_slice);
        let columns = columns.iter().map(|column| Column::compile(column, zone)).collect::<Result<_>>()?;
        Ok(check(attribute, TableRule(columns)))
    }
}

#[derive(Debug)]
struct Column {
    id: String,
    field: Field,
    check: Box<dyn Check>,
}

impl Column {
    fn compile(column: &Value, zone: &TimeZone) -> Result<Self> {
        let column = Attribute::deserialize(column)
            .map_err(|error| Error::invalid("option").hint("give a list of attributes").detail(error.to_string()))?;
        if column.kind == Table.name() {
            return Err(Error::invalid("option").hint("a table cannot hold a table"));
        }
        if column.kind == id_rule::NAME {
            // Rows of a table get no ids.
            return Err(Error::new(Code::AttributeTypeUnknown).arg(id_rule::NAME));
        }
        let check = super::compile(&column, zone)?;
        Ok(Self { field: Field { name: column.name, required: column.required }, id: column.property_id, check })
    }
}

#[derive(Debug)]
struct TableRule(Vec<Column>);

impl Rule for TableRule {
    fn accept(&self, field: &Field, value: Value) -> Result<Value> {
        let bad = || field.invalid("give a list of objects");
        let Value::Array(rows) = value else { return Err(bad()) };
        if rows.is_empty() {
            return field.empty(Value::Array(rows));
        }
        rows.into_iter()
            .map(|row| {
                let Value::Object(row) = row else { return Err(bad()) };
                self.row(row)
            })
            .collect()
    }
}

impl TableRule {
    /// Keeps the members that are columns; a required one has to be there.
    fn row(&self, mut given: Map) -> Result<Value> {
        let mut row = Map::new();
        for column in &self.0 {
            if let Some(value) = given.remove(&column.id) {
                row.insert(column.id.clone(), column.check.accept(value)?);
            } else {
                column.field.empty(Value::Null)?;
            }
        }
        Ok(Value::Object(row))
    }
}
