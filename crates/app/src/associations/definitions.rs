//! Associations between models (models.md §10). Not here: those of kind `bk_mainline`, which the endpoints of the business
//! topology keep, and the links between instances.

use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Document, Free, Number, documents};
use crate::models;
use crate::permission::{Granted, Resource};
use crate::repo::{self, Key};
use relata_model::association::{MAINLINE, ModelAssociation};
use relata_model::change::Action;
use relata_model::filter::{Filter, shape};
use relata_model::page::Page;
use relata_model::store::LinkQuery;
use relata_model::store::tables::rule;
use relata_model::{Code, Error, Map, Result};
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

crate::endpoints! { V3;
    /// Create an association between two models.
    post_create_objectassociation = POST "/create/objectassociation", ModelEdit, Write => create;
    /// Change the display name of an association between models.
    put_update_objectassociation = PUT "/update/objectassociation/{id}", ModelEdit, Write => update;
    /// Delete an association between models that no instances are linked under.
    delete_delete_objectassociation = DELETE "/delete/objectassociation/{id}", ModelEdit, Write => delete;
    /// Find associations between models by a condition.
    find_object_association = POST "/find/objectassociation", ModelView, Read => find;
    /// Search associations between models by a condition, in pages.
    read_module_association = POST "/find/instassociation/model", ModelView, Read => models::search_paged::<ModelAssociation>;
    /// The associations of a model that have one of these ids.
    find_association_by_object_association_i_d = POST "/topo/find/object/{bk_obj_id}/association/by/bk_obj_asst_id", ModelView, Read => find_by_id;
}

repo::entity! { ModelAssociation: ModelAssociations, ModelAssociation,
    name |it| &it.name,
    scope |_| "",
    keys |it| vec![Key::new(rule::ASSOCIATION_ID, "bk_obj_asst_id", [it.association_id.as_str()]), ends(it)]
}

/// One association for each source, kind and target.
fn ends(association: &ModelAssociation) -> Key {
    Key::new(
        rule::ASSOCIATION_ENDS,
        "bk_obj_id, bk_asst_id, bk_asst_obj_id",
        [association.source.as_str(), association.kind.as_str(), association.target.as_str()],
    )
}

/// The association to create.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Create(ModelAssociation);

impl Input for Create {
    const MALFORMED: Code = Code::ParamRefersToNothing;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.0.source.clone()), Resource::Model(self.0.target.clone())]
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<ModelAssociation> {
    create_record(call, ok, input.0.clone()).await
}

/// Creates an association that is not one of the main line.
pub(crate) async fn create_record(
    call: &mut Call<'_>,
    ok: Granted,
    mut association: ModelAssociation,
) -> Result<ModelAssociation> {
    if association.kind == MAINLINE {
        return Err(Error::new(Code::MainlineKind));
    }
    if [&association.kind, &association.target, &association.source].iter().any(|part| part.is_empty()) {
        return Err(Error::new(Code::AssociationPartMissing));
    }
    if repo::holder(call, &ends(&association)).await?.is_some() {
        let error = Error::new(Code::AssociationExists).arg(association.source.as_str());
        return Err(error.arg(association.target.as_str()));
    }
    check_parts(call, &mut association).await?;
    association.account = call.account().to_owned();
    association.built_in = false;
    repo::create(call, ok, association).await
}

/// Checks that what an association names exists and may be associated, and fills in what it leaves out.
async fn check_parts(call: &mut Call<'_>, association: &mut ModelAssociation) -> Result<()> {
    let schema = call.schema().await?;
    match (schema.model(&association.source), schema.model(&association.target)) {
        (Some(_), Some(_)) => {}
        (None, None) => return Err(Error::refers_to_nothing("bk_obj_id&bk_asst_obj_id")),
        (None, Some(_)) => return Err(Error::refers_to_nothing("bk_obj_id")),
        (Some(_), None) => return Err(Error::refers_to_nothing("bk_asst_obj_id")),
    }
    if association.association_id.is_empty() {
        return Err(Error::required("bk_obj_asst_id"));
    }
    for (model, code) in [(&association.source, Code::ModelNotAsSource), (&association.target, Code::ModelNotAsTarget)]
    {
        if model == "bk_project" {
            return Err(Error::new(code).arg(model.as_str()));
        }
    }
    // The original checks neither kind nor mapping, and keeps associations that nothing can explain.
    if !schema.kinds.contains_key(&association.kind) {
        let hint = format!("there is no association kind {}", association.kind);
        return Err(Error::refers_to_nothing("bk_asst_id").hint(hint));
    }
    if association.mapping.is_empty() {
        "n:n".clone_into(&mut association.mapping);
    }
    if !matches!(association.mapping.as_str(), "1:1" | "1:n" | "n:n") {
        return Err(Error::invalid("mapping").hint("mapping is 1:1, 1:n or n:n"));
    }
    check_impact(&association.impact)?;
    if association.on_delete.is_empty() {
        "none".clone_into(&mut association.on_delete);
    }
    Ok(())
}

fn check_impact(impact: &str) -> Result<()> {
    if matches!(impact, "" | "none" | "src_to_dest" | "dest_to_src" | "bidirectional") {
        return Ok(());
    }
    Err(Error::invalid("impact").hint("impact is none, src_to_dest, dest_to_src or bidirectional"))
}

/// An association belongs to both its models.
async fn need_ends(call: &mut Call<'_>, ok: Granted, association: &ModelAssociation) -> Result<()> {
    call.need(ok, &association.source).await?;
    call.need(ok, &association.target).await
}

/// The display name and the impact to set. The other members are there to be refused.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Update {
    /// Numeric id.
    id: Number,
    /// Display name.
    #[serde(rename = "bk_obj_asst_name")]
    name: Option<String>,
    /// Which way an effect goes along links: `none`, `src_to_dest`, `dest_to_src` or `bidirectional`; empty for that of the
    /// kind.
    impact: Option<String>,
    #[serde(rename = "ispre")]
    #[schemars(skip)]
    built_in: Option<bool>,
    #[schemars(skip)]
    bk_supplier_account: String,
    #[schemars(skip)]
    bk_obj_asst_id: String,
    #[schemars(skip)]
    bk_obj_id: String,
    #[schemars(skip)]
    bk_asst_obj_id: String,
    #[schemars(skip)]
    mapping: String,
}

impl Input for Update {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn update(call: &mut Call<'_>, ok: Granted, input: &Update) -> Result<()> {
    let id = input.id.required(Code::ParamRefersToNothing, "id")?;
    let fixed =
        [&input.bk_supplier_account, &input.bk_obj_asst_id, &input.bk_obj_id, &input.bk_asst_obj_id, &input.mapping];
    if input.built_in.is_some() || fixed.iter().any(|value| !value.is_empty()) {
        return Err(Error::new(Code::AssociationFieldFixed));
    }
    let Some(old) = repo::get::<ModelAssociation>(call, id).await? else {
        return Err(Error::new(Code::AssociationNotFound));
    };
    need_ends(call, ok, &old.entity).await?;
    if old.entity.built_in {
        return Err(Error::new(Code::AssociationBuiltInUpdate));
    }
    check_impact(input.impact.as_deref().unwrap_or_default())?;
    let mut new = old.entity.clone();
    let mut sent = Map::new();
    let members = [("bk_obj_asst_name", &mut new.name, &input.name), ("impact", &mut new.impact, &input.impact)];
    for (member, value, given) in members {
        if let Some(given) = given {
            value.clone_from(given);
            sent.insert(member.to_owned(), given.as_str().into());
        }
    }
    if sent.is_empty() {
        return Ok(());
    }
    repo::update(call, ok, Action::Update, &old, &new, sent).await
}

/// The association to delete.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Delete {
    /// Numeric id.
    id: Number,
}

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    let id = input.id.integer().filter(|id| *id > 0).ok_or_else(|| Error::new(Code::AssociationIdInvalid))?;
    let Some(association) = repo::get::<ModelAssociation>(call, id).await? else { return Ok(()) };
    let association = association.entity;
    need_ends(call, ok, &association).await?;
    if association.kind == MAINLINE {
        return Err(Error::new(Code::MainlineKind));
    }
    if association.built_in {
        return Err(Error::new(Code::AssociationBuiltIn));
    }
    if call.tx.count_links(&LinkQuery { associations: vec![id], ..LinkQuery::default() }).await? > 0 {
        return Err(Error::new(Code::AssociationInUse));
    }
    repo::delete(call, ok, &[association]).await
}

/// Which associations: by a condition, or in an older form by the source model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Find {
    /// Which associations.
    #[schemars(with = "Option<shape::Condition>")]
    condition: Option<Map>,
    /// The source model, where there is no condition.
    bk_obj_id: String,
}

impl Input for Find {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::System]
    }
}

async fn find(call: &mut Call<'_>, _ok: Granted, input: &Find) -> Result<Vec<Document<ModelAssociation>>> {
    let filter = match &input.condition {
        Some(condition) => models::condition_filter(call, &Free(condition.clone()), &[])?,
        None if input.bk_obj_id.is_empty() => return Err(Error::refers_to_nothing("condition")),
        None => Filter::equal("bk_obj_id", input.bk_obj_id.as_str()),
    };
    Ok(documents(models::search::<ModelAssociation>(call, filter, &Page::default()).await?))
}

/// A model and the textual ids of associations.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct FindById {
    /// A model at one end.
    bk_obj_id: String,
    /// Textual ids of associations.
    bk_obj_asst_ids: Vec<String>,
}

impl Input for FindById {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn find_by_id(call: &mut Call<'_>, _ok: Granted, input: &FindById) -> Result<Vec<Arc<ModelAssociation>>> {
    let schema = call.schema().await?;
    let of_model = schema.associations_of(&input.bk_obj_id).into_iter().map(|it| &it.association);
    Ok(of_model.filter(|it| input.bk_obj_asst_ids.contains(&it.association_id)).cloned().collect())
}
