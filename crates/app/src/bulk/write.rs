//! Writes what a plan comes to, in the order in which followers of the change log can repeat it: links that go, instances
//! that go, changes, new instances, new links. One set of change records for each of them and each model or association.

use super::plan::{Alone, Changes};
use crate::associations::links;
use crate::call::Call;
use crate::instances::{self, write};
use crate::permission::{Granted, Permission};
use relata_model::store::Row;
use relata_model::{Error, Result};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

/// The ids that were given, by the provisional ones; and why what is done alone was refused, if it was.
pub(super) struct Written {
    pub(super) given: HashMap<i64, i64>,
    pub(super) refused: Option<Error>,
}

/// Writes the changes. The plan has asked for the caller's rights on each of them.
pub(super) async fn write(
    call: &mut Call<'_>,
    changes: Changes,
    stored: &BTreeMap<i64, BTreeMap<i64, Row>>,
) -> Result<Written> {
    let Changes { unlinked, deleted, updated, created, linked, alone } = changes;
    let [create, update, delete] =
        [Permission::InstanceCreate, Permission::InstanceUpdate, Permission::InstanceDelete].map(Granted::under);
    let mut given = HashMap::new();
    for (association, links) in unlinked.into_values() {
        links::unlink(call, update, &association, &links).await?;
    }
    for (model, rows) in deleted.into_values() {
        write::delete(call, delete, &model, rows).await?;
    }
    let nothing = BTreeMap::new();
    for (number, (model, changed)) in updated {
        write::replace(call, update, &model, stored.get(&number).unwrap_or(&nothing), changed).await?;
    }
    for (model, mut new) in created.into_values() {
        let docs = new.iter_mut().map(|it| (&mut it.doc, std::mem::take(&mut it.keys))).collect();
        write::insert(call, create, &model, docs, None).await?;
        let id = |doc: &relata_model::Map| doc.get(model.id_field()).and_then(Value::as_i64).unwrap_or_default();
        given.extend(new.iter().map(|it| (it.id, id(&it.doc))));
    }
    let refused = match alone {
        None => None,
        Some(Alone::Create(model, provisional, doc)) => {
            let outcome = instances::insert(call, create, &model, vec![Ok(doc)], None).await?.into_iter().next();
            let outcome = outcome.unwrap_or_else(|| Err(Error::internal("an instance got lost")));
            let id = outcome.map(|doc| doc.get(model.id_field()).and_then(Value::as_i64).unwrap_or_default());
            id.map(|id| given.insert(provisional, id)).err()
        }
        Some(Alone::Update(model, id, sent)) => {
            instances::try_change(call, update, &model, &[(id, &sent)]).await?.into_iter().find_map(Result::err)
        }
    };
    for (association, new) in linked.into_values() {
        let real = |id: i64| given.get(&id).copied().unwrap_or(id);
        let pairs: Vec<(i64, i64)> = new.iter().map(|(_, (source, target))| (real(*source), real(*target))).collect();
        let first = links::insert(call, update, &association, &pairs).await?;
        given.extend((first..).zip(&new).map(|(id, (provisional, _))| (*provisional, id)));
    }
    Ok(Written { given, refused })
}
