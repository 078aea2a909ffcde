//! Instances that share the values of some attributes (Relata's own API): what stands against a unique rule before there is
//! one. Not here: the refusal of a rule, which `uniques` makes from the keys themselves.

use super::uniques::{field, instances_after};
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::instances::searches::{names, not_inner};
use crate::permission::{Granted, Resource};
use crate::schema::{ModelSchema, RuleSchema};
use relata_model::filter::Filter;
use relata_model::unique::UniqueKey;
use relata_model::{Error, Map, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

crate::endpoints! { Relata;
    /// The instances of a model that share their values of some attributes, and so stand against a unique rule on them.
    ///
    /// Those that lack one of the values take no part. Attributes that no unique rule may have are refused.
    find_duplicates = GET "/duplicates/{model}", InstanceView, Read => find;
}

/// Sets of an answer: when nothing is said, and at most.
const USUAL_SETS: usize = 100;
const MOST_SETS: i64 = 500;
/// Most instances that are named of one set.
const MOST_NAMED: usize = 20;

/// Which attributes of which model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "DuplicatesAsked")]
struct Asked {
    /// Textual id of the model.
    model: String,
    /// Textual ids of the attributes that would be unique together, separated by commas.
    #[serde(deserialize_with = "names")]
    #[schemars(with = "String")]
    fields: Vec<String>,
    /// Most sets to answer, 1 to 500: 100 when nothing is said.
    limit: Option<Number>,
}

impl Input for Asked {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.model.clone())]
    }
}

/// What shares values.
#[derive(Debug, Serialize, JsonSchema)]
struct Duplicates {
    /// How many instances have all the values.
    checked: u64,
    /// How many sets of instances share them.
    count: u64,
    /// The sets, by their first instance.
    sets: Vec<Set>,
}

/// Instances that have the same values.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DuplicateSet")]
struct Set {
    /// The values, by attribute.
    values: Map,
    /// How many instances have them.
    count: u64,
    /// The first 20 of them, by id.
    instances: Vec<Named>,
}

/// An instance, by id and name.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "DuplicateInstance")]
struct Named {
    /// Numeric id.
    id: i64,
    /// Its name.
    name: Value,
}

async fn find(call: &mut Call<'_>, ok: Granted, input: &Asked) -> Result<Duplicates> {
    not_inner(&input.model)?;
    let limit = limit(input.limit.as_ref())?;
    let seen = call.limit(ok, &input.model).await?.and(Filter::everything());
    let schema = call.schema().await?;
    let Some(model) = schema.model(&input.model) else {
        return Err(Error::refers_to_nothing("model").hint(format!("there is no model {:?}", input.model)));
    };
    let rule = RuleSchema { id: 0, fields: checked(model, &input.fields)? };
    // First which keys several have, then who has them: of all other keys nothing but the key is kept.
    let (mut once, mut several) = (HashSet::new(), HashMap::new());
    let mut checked = 0;
    let mut behind = Some(i64::MIN);
    while let Some(after) = behind {
        let (rows, next) = instances_after(call, model.space(), seen.clone(), after).await?;
        for key in rows.iter().filter_map(|row| rule.key(&row.doc)) {
            checked += 1;
            if once.contains(&key) {
                several.insert(key, None);
            } else {
                once.insert(key);
            }
        }
        behind = next;
    }
    drop(once);
    let count = several.len() as u64;
    let sets = if count == 0 { Vec::new() } else { sets(call, model, &seen, &rule, several).await? };
    Ok(Duplicates { checked, count, sets: sets.into_iter().take(limit).collect() })
}

/// The instances that have one of these keys, by key; `places` says which set is that of a key.
async fn sets(
    call: &mut Call<'_>,
    model: &ModelSchema,
    seen: &Filter,
    rule: &RuleSchema,
    mut places: HashMap<UniqueKey, Option<usize>>,
) -> Result<Vec<Set>> {
    let mut sets: Vec<Set> = Vec::new();
    let mut behind = Some(i64::MIN);
    while let Some(after) = behind {
        let (rows, next) = instances_after(call, model.space(), seen.clone(), after).await?;
        for row in rows {
            let Some(place) = rule.key(&row.doc).and_then(|key| places.get_mut(&key)) else { continue };
            if place.is_none() {
                let values = row.doc.iter().filter(|(name, _)| rule.fields.contains(name));
                let values = values.map(|(name, value)| (name.clone(), value.clone())).collect();
                sets.push(Set { values, count: 0, instances: Vec::new() });
            }
            let last = sets.len().saturating_sub(1);
            let Some(set) = sets.get_mut(*place.get_or_insert(last)) else { continue };
            set.count += 1;
            if set.instances.len() < MOST_NAMED {
                let name = row.doc.get(model.name_field()).cloned().unwrap_or_default();
                set.instances.push(Named { id: row.id, name });
            }
        }
        behind = next;
    }
    Ok(sets)
}

fn limit(given: Option<&Number>) -> Result<usize> {
    let Some(given) = given else { return Ok(USUAL_SETS) };
    let number = given.integer().filter(|number| (1..=MOST_SETS).contains(number));
    number
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| Error::invalid("limit").hint(format!("it is a number from 1 to {MOST_SETS}")))
}

/// The fields of the attributes, each of which a unique rule may have.
fn checked(model: &ModelSchema, fields: &[String]) -> Result<Vec<String>> {
    if fields.is_empty() {
        return Err(Error::required("fields"));
    }
    let one = |name: &String| {
        let found = model.attributes_of(0).find(|it| it.attribute.property_id == *name);
        let found = found.ok_or_else(|| {
            let hint = format!("model {} has no attribute {name:?}", model.model.obj_id);
            Error::refers_to_nothing("fields").hint(hint)
        })?;
        field(model, found.attribute.id, fields.len() == 1)
    };
    fields.iter().map(one).collect()
}
