//! The levels of the business topology as models (models.md §10.1): the chain from the business to the host, and the levels
//! of their own that users put between business and set. Not here: the instances on a level.

use crate::call::Call;
use crate::endpoint::Input;
use crate::models::definitions::{create_as, delete_whole, shown_models};
use crate::models::{self, Body};
use crate::permission::{Granted, Resource};
use crate::repo;
use relata_model::association::{MAINLINE, ModelAssociation};
use relata_model::filter::Filter;
use relata_model::model::{Model, is_inner};
use relata_model::store::{LinkQuery, Space};
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

crate::endpoints! { V3;
    /// The levels of the business topology, from the business to the host.
    get_mainline_object_topo = POST "/find/topomodelmainline", ModelView, Read => levels;
    /// Put a level of its own model below a level of the business topology.
    post_create_topomodelmainline = POST "/create/topomodelmainline", LayerEdit, Write => create;
    /// Take a level that users have added out of the business topology, with its model.
    delete_delete_topomodelmainline_object = DELETE "/delete/topomodelmainline/object/{bk_obj_id}", LayerEdit, Write => delete;
}

/// Most levels, from business to host.
const MAX_LEVELS: usize = 7;

/// Below these there is no room for levels of users.
const FIXED: &[&str] = &["set", "module", "host"];

/// A level of the business topology with its neighbours; empty texts beyond the ends.
#[derive(Debug, Serialize, JsonSchema)]
struct Level {
    /// Textual id of the model of this level.
    #[serde(rename = "bk_obj_id")]
    obj_id: String,
    /// Its display name.
    #[serde(rename = "bk_obj_name")]
    name: String,
    /// Tenant.
    #[serde(rename = "bk_supplier_account")]
    account: String,
    /// The model of the level below.
    #[serde(rename = "bk_next_obj")]
    next: String,
    /// Its display name.
    #[serde(rename = "bk_next_name")]
    next_name: String,
    /// The model of the level above.
    #[serde(rename = "bk_pre_obj_id")]
    before: String,
    /// Its display name.
    #[serde(rename = "bk_pre_obj_name")]
    before_name: String,
}

/// The main line: its associations, and its models from the business to the host.
struct Chain {
    associations: Vec<ModelAssociation>,
    models: Vec<Model>,
}

impl Chain {
    async fn read(call: &mut Call<'_>) -> Result<Self> {
        let mut models = shown_models(call).await?;
        let found = repo::find::<ModelAssociation>(call, Filter::equal("bk_asst_id", MAINLINE)).await?;
        let associations: Vec<ModelAssociation> = found.into_iter().map(|it| it.entity).collect();
        let below: HashMap<&str, &str> =
            associations.iter().map(|it| (it.target.as_str(), it.source.as_str())).collect();
        let mut chain: Vec<Model> = models.remove("biz").into_iter().collect();
        // Each model is taken out, so a circle ends, too.
        while let Some(next) =
            chain.last().and_then(|last| below.get(last.obj_id.as_str())).and_then(|id| models.remove(*id))
        {
            chain.push(next);
        }
        Ok(Self { associations, models: chain })
    }

    fn place(&self, obj_id: &str) -> Option<usize> {
        self.models.iter().position(|model| model.obj_id == obj_id)
    }

    /// The association between a level and the one below it.
    fn below(&self, obj_id: &str) -> Option<&ModelAssociation> {
        self.associations.iter().find(|it| it.target == obj_id)
    }
}

async fn levels(call: &mut Call<'_>, _ok: Granted, _input: &Body) -> Result<Vec<Level>> {
    let chain = Chain::read(call).await?.models;
    let id_and_name = |at: Option<usize>| {
        let model = at.and_then(|at| chain.get(at));
        model.map(|model| (model.obj_id.clone(), model.name.clone())).unwrap_or_default()
    };
    let level = |(at, model): (usize, &Model)| {
        let (next, next_name) = id_and_name(at.checked_add(1));
        let (before, before_name) = id_and_name(at.checked_sub(1));
        Level {
            obj_id: model.obj_id.clone(),
            name: model.name.clone(),
            account: model.account.clone(),
            next,
            next_name,
            before,
            before_name,
        }
    };
    Ok(chain.iter().enumerate().map(level).collect())
}

/// A model for a level, and the level above it.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes the body")]
struct NewLevel {
    #[serde(flatten)]
    model: Model,
    /// Textual id of the model of the level above: the business, or a level that users have added.
    bk_asst_obj_id: String,
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Body<NewLevel>) -> Result<Model> {
    let body = &input.0;
    let parent = models::text(body, PARENT)?;
    for member in [PARENT, "bk_classification_id"] {
        if models::text(body, member)?.is_empty() {
            return Err(Error::required(member));
        }
    }
    let chain = Chain::read(call).await?;
    if chain.models.len() >= MAX_LEVELS {
        return Err(Error::new(Code::TooManyLevels).hint(format!("at most {MAX_LEVELS} from business to host")));
    }
    let below = chain.place(parent).and_then(|_| chain.below(parent)).filter(|_| !FIXED.contains(&parent));
    let Some(below) = below else {
        let hint = "the level above is the business or a level that users have added";
        return Err(Error::refers_to_nothing(PARENT).hint(hint));
    };
    let instances = call.schema().await?.model(parent).map(|model| model.space());
    if let Some(space) = instances
        && call.tx.count(space, &Filter::everything()).await? > 0
    {
        let hint = "the level above has instances, which would need one each on the new level";
        return Err(Error::refers_to_nothing(PARENT).hint(hint));
    }
    let mut model = body.clone();
    model.0.remove(PARENT);
    let created = create_as(call, ok, &model, true).await?;
    replace(call, ok, &[below], &[(&below.source, &created.obj_id), (&created.obj_id, parent)]).await?;
    Ok(created)
}

const PARENT: &str = "bk_asst_obj_id";

/// Puts associations from a level to the one above it in the place of others.
async fn replace(call: &mut Call<'_>, ok: Granted, old: &[&ModelAssociation], new: &[(&str, &str)]) -> Result<()> {
    let associations = old.iter().map(|it| it.id).collect();
    if call.tx.count_links(&LinkQuery { associations, ..LinkQuery::default() }).await? > 0 {
        return Err(Error::new(Code::AssociationInUse));
    }
    let old: Vec<ModelAssociation> = old.iter().copied().cloned().collect();
    repo::delete(call, ok, &old).await?;
    for (source, target) in new {
        let association = ModelAssociation {
            account: call.account().to_owned(),
            association_id: format!("{source}_{MAINLINE}_{target}"),
            source: (*source).to_owned(),
            target: (*target).to_owned(),
            kind: MAINLINE.to_owned(),
            mapping: "1:1".to_owned(),
            on_delete: "none".to_owned(),
            // What was built in stays so at its new place.
            built_in: old.iter().any(|it| it.built_in && it.source == *source),
            ..ModelAssociation::default()
        };
        repo::create(call, ok, association).await?;
    }
    Ok(())
}

/// The level to take out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Delete {
    /// Textual id of the model of the level.
    bk_obj_id: String,
}

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    take_out(call, ok, &input.bk_obj_id).await.map_err(|inner| {
        // A store that failed is no fault of the level.
        if inner.code.row().kind.is_refusal() { Error::new(Code::LevelDeleteFailed).arg(inner) } else { inner }
    })
}

async fn take_out(call: &mut Call<'_>, ok: Granted, obj_id: &str) -> Result<()> {
    if is_inner(obj_id) {
        return Err(Error::new(Code::InnerModelInstance));
    }
    let chain = Chain::read(call).await?;
    let above = chain.associations.iter().find(|it| it.source == obj_id);
    let (Some(above), Some(below), Some(place)) = (above, chain.below(obj_id), chain.place(obj_id)) else {
        return Err(Error::refers_to_nothing("bk_obj_id").hint("it is no level of the business topology"));
    };
    if above.built_in {
        return Err(Error::new(Code::AssociationBuiltIn));
    }
    let Some(model) = chain.models.get(place) else { return Ok(()) };
    if call.tx.count(Space::instances(model.id), &Filter::everything()).await? > 0 {
        return Err(Error::new(Code::ModelHasInstances).arg(model.name.as_str()));
    }
    if call.schema().await?.associations_of(obj_id).iter().any(|it| it.association.kind != MAINLINE) {
        return Err(Error::new(Code::ModelHasAssociations));
    }
    replace(call, ok, &[above, below], &[(&below.source, &above.target)]).await?;
    // As it is stored, not as the caller reads it.
    match repo::get::<Model>(call, model.id).await? {
        Some(stored) => delete_whole(call, ok, stored.entity).await,
        None => Ok(()),
    }
}
