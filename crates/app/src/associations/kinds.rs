//! Association kinds (models.md §9): what an association means, with a text for each direction.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::Number;
use crate::models;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key};
use relata_model::association::{AssociationKind, ModelAssociation};
use relata_model::change::Action;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

crate::endpoints! { V3;
    /// Create an association kind.
    post_create_associationtype = POST "/create/associationtype", KindCreate, Write => create;
    /// Change the texts and the direction of an association kind; members that are left out become empty.
    put_update_associationtype = PUT "/update/associationtype/{id}", KindEdit, Write => update;
    /// Delete an association kind that no association uses.
    delete_delete_associationtype = DELETE "/delete/associationtype/{id}", KindDelete, Write => delete;
    /// Search association kinds.
    post_find_associationtype = POST "/find/associationtype", ModelView, Read => models::search_paged::<AssociationKind>;
    /// The associations between models that have each of these kinds.
    post_find_topoassociationtype = POST "/find/topoassociationtype", ModelView, Read => usage;
    /// How many associations between models have each of these kinds.
    post_count_topoassociationtype = POST "/count/topoassociationtype", ModelView, Read => count_usage;
}

repo::entity! { AssociationKind: AssociationKinds, AssociationKind,
    name |it| &it.name,
    scope |_| "",
    keys |it| vec![Key::new(rule::KIND_ID, "bk_asst_id", [it.kind_id.as_str()])]
}

/// The kind to create.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Create(AssociationKind);

impl Input for Create {
    const MALFORMED: Code = Code::ParamInvalid;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// The id of what was created.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Created {
    /// Numeric id.
    pub(crate) id: i64,
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<Created> {
    create_record(call, ok, input.0.clone()).await
}

/// Creates a kind.
pub(crate) async fn create_record(call: &mut Call<'_>, ok: Granted, mut kind: AssociationKind) -> Result<Created> {
    if kind.kind_id.is_empty() {
        return Err(Error::refers_to_nothing("bk_asst_id"));
    }
    models::check_id("bk_asst_id", &kind.kind_id)?;
    call.account().clone_into(&mut kind.account);
    Ok(Created { id: repo::create(call, ok, kind).await?.id })
}

/// The texts to set.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Update {
    /// Numeric id.
    id: Number,
    /// Display name.
    #[serde(rename = "bk_asst_name")]
    name: String,
    /// How the source is to the target.
    #[serde(rename = "src_des")]
    source_text: String,
    /// How the target is to the source.
    #[serde(rename = "dest_des")]
    target_text: String,
    /// `none`, `src_to_dest`, `dest_to_src` or `bidirectional`.
    direction: String,
}

impl Input for Update {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<()> {
    let id = input.id.required(Code::ParamNotInteger, "id")?;
    // The original ignores an unknown id silently; whoever updates wants to know.
    let old = repo::get::<AssociationKind>(call, id).await?.ok_or_else(|| Error::new(Code::TargetNotFound))?;
    let new = AssociationKind {
        name: input.name.clone(),
        source_text: input.source_text.clone(),
        target_text: input.target_text.clone(),
        direction: input.direction.clone(),
        ..old.entity.clone()
    };
    let sent = repo::document(&new)?;
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

/// The kind to delete.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Delete {
    /// Numeric id.
    id: Number,
}

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    let id = input.id.required(Code::ParamNotInteger, "id")?;
    let Some(kind) = repo::get::<AssociationKind>(call, id).await? else { return Ok(()) };
    let kind = kind.entity;
    if kind.built_in {
        return Err(Error::new(Code::KindBuiltIn));
    }
    if call.schema().await?.associations.values().any(|it| it.association.kind == kind.kind_id) {
        return Err(Error::new(Code::KindInUse));
    }
    repo::delete(call, ok, &[kind]).await
}

/// Textual ids of kinds.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Kinds {
    /// Textual ids of kinds.
    asst_ids: Vec<String>,
}

impl Input for Kinds {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

/// What there is of each kind that was asked for, in that order.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}s")]
struct Usages<T> {
    /// One item for each kind, in the order of the request.
    associations: Vec<T>,
}

/// The associations of a kind.
#[derive(Debug, Serialize, JsonSchema)]
struct Usage {
    /// Textual id of the kind.
    bk_asst_id: String,
    /// The associations between models that are of this kind.
    assts: Vec<Arc<ModelAssociation>>,
}

async fn usage(call: &mut Call<'_>, _ok: Granted, input: &Kinds) -> Result<Usages<Usage>> {
    let schema = call.schema().await?;
    let usage = |kind: &String| Usage {
        bk_asst_id: kind.clone(),
        assts: schema.associations.values().map(|it| &it.association).filter(|it| it.kind == *kind).cloned().collect(),
    };
    Ok(Usages { associations: input.asst_ids.iter().map(usage).collect() })
}

/// How many associations have a kind.
#[derive(Debug, Serialize, JsonSchema)]
struct UsageCount {
    /// Textual id of the kind.
    bk_asst_id: String,
    /// How many associations between models are of this kind.
    count: usize,
}

async fn count_usage(call: &mut Call<'_>, ok: Granted, input: &Kinds) -> Result<Usages<UsageCount>> {
    let usages = usage(call, ok, input).await?.associations;
    let count = |it: Usage| UsageCount { bk_asst_id: it.bk_asst_id, count: it.assts.len() };
    Ok(Usages { associations: usages.into_iter().map(count).collect() })
}
