//! What a refused caller is told: which permission to ask for, as the API says it (conventions.md §3.4).

use super::Resource;
use super::action::{Permission, Reach};
use crate::schema::Schema;
use relata_model::{Code, Error, Lang};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SYSTEM: &str = "bk_cmdb";
const SYSTEM_NAME: &str = "Relata";

/// The refusal of a call that lacks a permission on these resources.
pub(super) fn refusal(lang: Lang, schema: &Schema, permission: Permission, resources: &[Resource]) -> Error {
    let actions = match permission.reach() {
        Reach::System => vec![action(lang, permission, None, &[])],
        Reach::Model => vec![action(lang, permission, None, &[models(lang, schema, resources)])],
        Reach::Instances => on_instances(lang, schema, permission, resources),
    };
    let asked = json!({"system_id": SYSTEM, "system_name": SYSTEM_NAME, "actions": actions});
    Error { permission: Some(Box::new(asked)), ..Error::new(Code::NoPermission) }
}

fn action(lang: Lang, permission: Permission, model: Option<(i64, &str)>, related: &[Value]) -> Value {
    let (en, zh) = permission.names();
    let name = if lang == Lang::En { en } else { zh };
    let (id, name) = match model {
        Some((number, model)) => (format!("{}_{number}", permission.id()), format!("{name}: {model}")),
        None => (permission.id().to_owned(), name.to_owned()),
    };
    json!({"id": id, "name": name, "related_resource_types": related})
}

/// One type of resources. Each instance is a path of one step. Nobody is told the name of what they may not see.
fn related(kind: &str, kind_name: &str, instances: impl Iterator<Item = (i64, String)>) -> Value {
    let path =
        |(id, name): (i64, String)| json!([{"type": kind, "type_name": kind_name, "id": id.to_string(), "name": name}]);
    json!({
        "system_id": SYSTEM, "system_name": SYSTEM_NAME, "type": kind, "type_name": kind_name,
        "instances": instances.map(path).collect::<Vec<_>>(), "attributes": [],
    })
}

fn model_of(resource: &Resource) -> Option<(&str, &[i64])> {
    match resource {
        Resource::System | Resource::Unknown => None,
        Resource::Model(model) => Some((model, &[])),
        Resource::Instances(model, ids) => Some((model, ids)),
    }
}

fn models(lang: Lang, schema: &Schema, resources: &[Resource]) -> Value {
    let known = resources.iter().filter_map(|it| schema.model(model_of(it)?.0)).map(|it| (it.model.id, &it.model.name));
    let known: BTreeMap<i64, &String> = known.collect();
    let name = if lang == Lang::En { "model" } else { "模型" };
    related("sys_model", name, known.into_iter().map(|(id, name)| (id, name.clone())))
}

fn on_instances(lang: Lang, schema: &Schema, permission: Permission, resources: &[Resource]) -> Vec<Value> {
    let mut by_model: BTreeMap<i64, (&str, Vec<i64>)> = BTreeMap::new();
    for (model, ids) in resources.iter().filter_map(model_of) {
        if let Some(known) = schema.model(model) {
            let entry = by_model.entry(known.model.id).or_insert((&known.model.name, Vec::new()));
            entry.1.extend(ids);
        }
    }
    if by_model.is_empty() {
        return vec![action(lang, permission, None, &[])];
    }
    let one = |(number, (name, mut ids)): (i64, (&str, Vec<i64>))| {
        ids.sort_unstable();
        ids.dedup();
        let instances = ids.into_iter().map(|id| (id, id.to_string()));
        let kind = format!("comobj_{number}");
        action(lang, permission, Some((number, name)), &[related(&kind, name, instances)])
    };
    by_model.into_iter().map(one).collect()
}
