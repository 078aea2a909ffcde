//! The hidden models of inner tables (models.md §5): made, changed and deleted with the attribute that they belong to. Their
//! attributes are the columns. The rows are `crate::quoted`'s.

use crate::call::Call;
use crate::permission::Granted;
use crate::quoted::{TableRow, of_tables};
use crate::repo::{self, Stored};
use relata_model::attribute::Attribute;
use relata_model::attribute::kind::innertable::{NAME, columns, table_id};
use relata_model::change::Action;
use relata_model::filter::Filter;
use relata_model::model::Model;
use relata_model::{Error, Map, Result};
use std::collections::HashMap;

/// Makes the hidden model of a new attribute. Nothing for one of another kind.
pub(super) async fn create(call: &mut Call<'_>, ok: Granted, attribute: &Attribute) -> Result<()> {
    if attribute.kind != NAME {
        return Ok(());
    }
    let table = table_id(&attribute.obj_id, &attribute.property_id);
    let model = Model {
        classification: "bk_table_classification".to_owned(),
        icon: "icon-cc-table".to_owned(),
        name: table.clone(),
        obj_id: table.clone(),
        hidden: true,
        account: call.account().to_owned(),
        creator: call.user().to_owned(),
        create_time: Some(call.now_local()),
        last_time: Some(call.now_local()),
        ..Model::default()
    };
    repo::create(call, ok, model).await?;
    let columns = columns(attribute)?.into_iter().map(|column| stored(call, &table, column)).collect();
    repo::create_many(call, ok, columns).await.map(drop)
}

/// A column as an attribute of the hidden model.
fn stored(call: &Call<'_>, table: &str, column: Attribute) -> Attribute {
    Attribute {
        obj_id: table.to_owned(),
        business: 0,
        account: call.account().to_owned(),
        creator: call.user().to_owned(),
        create_time: Some(call.now_local()),
        last_time: Some(call.now_local()),
        ..column
    }
}

/// Brings the columns in line with a changed attribute: columns that it has no more go with their values.
/// 1199006 `header` when a column gets another type.
pub(super) async fn change(call: &mut Call<'_>, ok: Granted, old: &Attribute, new: &Attribute) -> Result<()> {
    if new.kind != NAME || old.option == new.option {
        return Ok(());
    }
    let table = table_id(&new.obj_id, &new.property_id);
    let present = repo::find::<Attribute>(call, Filter::equal("bk_obj_id", table.as_str())).await?;
    let mut present: HashMap<String, Stored<Attribute>> =
        present.into_iter().map(|column| (column.entity.property_id.clone(), column)).collect();
    let (mut created, mut changed) = (Vec::new(), Vec::new());
    for column in columns(new)? {
        let column = stored(call, &table, column);
        let Some(stored) = present.remove(&column.property_id) else {
            created.push(column);
            continue;
        };
        let was = &stored.entity;
        if was.kind != column.kind {
            let hint = format!("column {} keeps its type {}", was.property_id, was.kind);
            return Err(Error::invalid("header").hint(hint));
        }
        let column = Attribute {
            id: was.id,
            creator: was.creator.clone(),
            create_time: was.create_time.clone(),
            last_time: was.last_time.clone(),
            ..column
        };
        if column != *was {
            let column = Attribute { last_time: Some(call.now_local()), ..column };
            let sent = repo::members_changed(was, &column)?;
            changed.push((stored, column, sent));
        }
    }
    let gone: Vec<Attribute> = present.into_values().map(|column| column.entity).collect();
    forget_columns(call, ok, &table, &gone).await?;
    repo::delete(call, ok, &gone).await?;
    repo::update_many(call, ok, Action::Update, &changed).await?;
    repo::create_many(call, ok, created).await.map(drop)
}

/// Removes the values of columns from all rows of a table.
async fn forget_columns(call: &mut Call<'_>, ok: Granted, table: &str, gone: &[Attribute]) -> Result<()> {
    if gone.is_empty() {
        return Ok(());
    }
    let mut changes = Vec::new();
    for row in repo::find::<TableRow>(call, of_tables([table])).await? {
        let mut new = row.entity.clone();
        new.columns.retain(|column, _| gone.iter().all(|it| it.property_id != *column));
        changes.push((row, new, Map::new()));
    }
    repo::update_many(call, ok, Action::Update, &changes).await
}

/// Deletes the hidden models of attributes that are deleted, with their columns and all rows.
pub(super) async fn delete(call: &mut Call<'_>, ok: Granted, attributes: &[Attribute]) -> Result<()> {
    let tables: Vec<String> =
        attributes.iter().filter(|it| it.kind == NAME).map(|it| table_id(&it.obj_id, &it.property_id)).collect();
    if tables.is_empty() {
        return Ok(());
    }
    let filter = of_tables(tables.iter().map(String::as_str));
    let rows: Vec<TableRow> = entities(repo::find(call, filter.clone()).await?);
    repo::delete(call, ok, &rows).await?;
    let columns: Vec<Attribute> = entities(repo::find(call, filter.clone()).await?);
    repo::delete(call, ok, &columns).await?;
    let models: Vec<Model> = entities(repo::find(call, filter).await?);
    repo::delete(call, ok, &models).await
}

fn entities<E>(stored: Vec<Stored<E>>) -> Vec<E> {
    stored.into_iter().map(|it| it.entity).collect()
}
