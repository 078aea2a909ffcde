//! Creating and deleting links between instances (associations.md §3–§5).
//!
//! A batch reads its facts in one look, decides its items in pure code and writes the good ones with their change records
//! in one transaction; a refused item is data of the answer, not a failure of the request.

use super::link_rights::check_ends;
use crate::associations::kinds::Created;
use crate::call::Call;
use crate::endpoint::Input;
use crate::input::{Indexed, Number};
use crate::permission::{Granted, Resource};
use crate::schema::AssociationSchema;
use relata_model::association::Link;
use relata_model::association::mapping::{self, Refusal};
use relata_model::change::{Action, LinkRecord};
use relata_model::error::Arg;
use relata_model::store::LinkQuery;
use relata_model::store::tables::LINK_SEQUENCE;
use relata_model::{Code, Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

crate::endpoints! { V3;
    /// Link two instances.
    add_instance_association = POST "/create/instassociation", InstanceUpdate, Write => create;
    /// Link many pairs of instances under one association.
    ///
    /// Every pair succeeds or fails by itself; the answer says for each index which. All that is answered as created is
    /// stored and audited when the answer leaves.
    batch_create_instance_association = POST "/createmany/instassociation", InstanceUpdate, Write => create_many;
    /// Delete links of a model by their ids; answers how many there were.
    delete_related_inst_asso = DELETE "/delete/instassociation/batch", InstanceUpdate, Write => delete_many;
    /// Delete a link. One that does not exist is no error.
    delete_instance_association = DELETE "/delete/instassociation/{bk_obj_id}/{id}", InstanceUpdate, Write => delete;
}

/// What a link looks like where links are found.
#[derive(Debug, JsonSchema)]
#[schemars(rename = "Link")]
#[expect(dead_code, reason = "the schema of documents that are made field by field")]
pub(super) struct Shown {
    /// Id.
    id: i64,
    /// Id of the source instance.
    bk_inst_id: i64,
    /// Source model.
    bk_obj_id: String,
    /// Id of the target instance.
    bk_asst_inst_id: i64,
    /// Target model.
    bk_asst_obj_id: String,
    /// Textual id of the association.
    bk_obj_asst_id: String,
    /// Kind of the association.
    bk_asst_id: String,
    /// Tenant.
    bk_supplier_account: String,
}

/// A pair to link.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Pair {
    /// Id of the source instance.
    #[serde(rename = "bk_inst_id")]
    source: i64,
    /// Id of the target instance.
    #[serde(rename = "bk_asst_inst_id")]
    target: i64,
}

/// One pair under an association.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Create {
    /// Textual id of the association.
    #[serde(rename = "bk_obj_asst_id")]
    association: String,
    /// Id of the source instance.
    #[serde(rename = "bk_inst_id")]
    source: i64,
    /// Id of the target instance.
    #[serde(rename = "bk_asst_inst_id")]
    target: i64,
}

impl Input for Create {
    const MALFORMED: Code = Code::ParamInvalid;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Unknown]
    }
}

async fn create(call: &mut Call<'_>, ok: Granted, input: &Create) -> Result<Created> {
    let association = find_association(call, &input.association).await?;
    let pair = (input.source, input.target);
    check_ends(call, ok, &association, &[pair]).await?;
    let facts = call.tx.link_facts(association.ends, &[pair]).await?;
    let facts = facts.first().copied().unwrap_or_default();
    if let Err(refusal) = mapping::decide_one(association.mapping, &facts) {
        return Err(match refusal {
            // The batch has its own code for a duplicate; the single creation reports it as a uniqueness violation.
            Refusal::Linked => Error::new(Code::Duplicate).arg("association"),
            Refusal::NoSource | Refusal::NoTarget | Refusal::EndTaken | Refusal::TargetTaken => {
                refused(refusal, pair, &association)
            }
        });
    }
    let id = insert(call, ok, &association, &[pair]).await?;
    Ok(Created { id })
}

/// A batch of pairs under one association.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct CreateMany {
    /// Source model of the association.
    #[serde(rename = "bk_obj_id")]
    source_model: String,
    /// Target model of the association.
    #[serde(rename = "bk_asst_obj_id")]
    target_model: String,
    /// Textual id of the association.
    #[serde(rename = "bk_obj_asst_id")]
    association: String,
    /// The pairs, by default at most 200: a setting of the server.
    #[schemars(length(min = 1))]
    details: Vec<Pair>,
}

impl Input for CreateMany {
    fn resources(&self) -> Vec<Resource> {
        vec![
            Resource::Instances(self.source_model.clone(), self.details.iter().map(|pair| pair.source).collect()),
            Resource::Instances(self.target_model.clone(), self.details.iter().map(|pair| pair.target).collect()),
        ]
    }
}

/// What became of each pair, by its index in `details`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CreatedLinks")]
struct CreatedMany {
    /// Ids of the new links.
    success_created: Indexed<i64>,
    /// Why a pair was refused, in the language of the caller.
    error_msg: Indexed<String>,
    /// The same for programs.
    error_detail: Indexed<RefusedPair>,
}

/// A refused pair, for programs.
#[derive(Debug, Serialize, JsonSchema)]
struct RefusedPair {
    /// Number of the error.
    code: i64,
    /// Id of the source instance.
    #[serde(rename = "bk_inst_id")]
    source: i64,
    /// Id of the target instance.
    #[serde(rename = "bk_asst_inst_id")]
    target: i64,
}

async fn create_many(call: &mut Call<'_>, ok: Granted, input: &CreateMany) -> Result<CreatedMany> {
    check_request(input, call.app.settings.link_batch)?;
    let association = find_association(call, &input.association).await?;
    // The original compares beginnings and ends only and then fails every item; saying so at once is kinder.
    if association.association.source != input.source_model {
        return Err(wrong_model("bk_obj_id", &association.association.source));
    }
    if association.association.target != input.target_model {
        return Err(wrong_model("bk_asst_obj_id", &association.association.target));
    }
    let pairs: Vec<(i64, i64)> = input.details.iter().map(|pair| (pair.source, pair.target)).collect();
    check_ends(call, ok, &association, &pairs).await?;
    let facts = call.tx.link_facts(association.ends, &pairs).await?;
    let verdicts = mapping::decide(association.mapping, &pairs, &facts);

    let good: Vec<(i64, i64)> =
        pairs.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_ok()).map(|(pair, _)| *pair).collect();
    let mut next_id = insert(call, ok, &association, &good).await?;
    let mut answer = CreatedMany {
        success_created: Indexed(Vec::with_capacity(good.len())),
        error_msg: Indexed(Vec::new()),
        error_detail: Indexed(Vec::new()),
    };
    for (index, (&pair, verdict)) in pairs.iter().zip(verdicts).enumerate() {
        match verdict {
            Ok(()) => {
                answer.success_created.0.push((index, next_id));
                next_id += 1;
            }
            Err(refusal) => {
                let error = refused(refusal, pair, &association);
                answer.error_msg.0.push((index, error.message(call.lang())));
                let detail = RefusedPair { code: error.code.row().number, source: pair.0, target: pair.1 };
                answer.error_detail.0.push((index, detail));
            }
        }
    }
    Ok(answer)
}

/// The checks of associations.md §4.2 that need no store, in order.
fn check_request(input: &CreateMany, most: usize) -> Result<()> {
    let texts = [
        ("bk_obj_asst_id", &input.association),
        ("bk_obj_id", &input.source_model),
        ("bk_asst_obj_id", &input.target_model),
    ];
    for (parameter, text) in texts {
        if text.is_empty() {
            return Err(Error::refers_to_nothing(parameter));
        }
    }
    if input.details.is_empty() {
        return Err(Error::new(Code::ListEmpty).arg("details"));
    }
    if input.details.len() > most {
        return Err(Error::new(Code::TooManyItems).arg("details").arg(most));
    }
    let named = |parameter, model: &str| {
        let hint = format!("the association {} is not one of the model {model}", input.association);
        Err(Error::invalid(parameter).hint(hint))
    };
    if !input.association.starts_with(&input.source_model) {
        return named("bk_obj_id", &input.source_model);
    }
    if !input.association.ends_with(&input.target_model) {
        return named("bk_asst_obj_id", &input.target_model);
    }
    Ok(())
}

fn wrong_model(parameter: &str, right: &str) -> Error {
    Error::invalid(parameter).hint(format!("the association has the model {right} there"))
}

pub(super) async fn find_association(call: &mut Call<'_>, id: &str) -> Result<Arc<AssociationSchema>> {
    let schema = call.schema().await?;
    let found = schema.associations.get(id).map(Arc::clone);
    found.ok_or_else(|| Error::new(Code::AssociationNotFound).hint(format!("no association has the id \"{id}\"")))
}

/// The error of a refused pair; its text names the ids and the broken rule.
pub(crate) fn refused<N: Into<Arg>>(
    refusal: Refusal,
    (source, target): (N, N),
    association: &AssociationSchema,
) -> Error {
    let record = &association.association;
    match refusal {
        Refusal::NoSource => Error::new(Code::NoSourceInstance).arg(source).arg(record.source.as_str()),
        Refusal::NoTarget => Error::new(Code::NoTargetInstance).arg(target).arg(record.target.as_str()),
        Refusal::Linked => {
            Error::new(Code::LinkExists).arg(source).arg(record.source.as_str()).arg(target).arg(record.target.as_str())
        }
        Refusal::EndTaken => Error::new(Code::EndTaken).arg(source).arg(target).arg(record.association_id.as_str()),
        Refusal::TargetTaken => Error::new(Code::TargetTaken).arg(target).arg(record.association_id.as_str()),
    }
}

/// Inserts links with their change records; returns the id of the first, the others follow one by one.
pub(crate) async fn insert(
    call: &mut Call<'_>,
    _ok: Granted,
    association: &AssociationSchema,
    pairs: &[(i64, i64)],
) -> Result<i64> {
    if pairs.is_empty() {
        return Ok(0);
    }
    let first = call.tx.next_ids(LINK_SEQUENCE, pairs.len() as u64).await?;
    let links: Vec<Link> = (first..)
        .zip(pairs)
        .map(|(id, &(source, target))| Link { id, association: association.ends.association, source, target })
        .collect();
    call.tx.insert_links(association.ends, &links).await?;
    record(call, Action::Create, &association.association.association_id, &links)?;
    Ok(first)
}

pub(super) fn record(call: &mut Call<'_>, action: Action, association: &str, links: &[Link]) -> Result<()> {
    let records: Vec<LinkRecord> = links.iter().map(|link| LinkRecord(link.id, link.source, link.target)).collect();
    call.record_links(action, association, &records)
}

/// One link of a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct Delete {
    /// A model at one end.
    bk_obj_id: String,
    /// Id of the link.
    id: Number,
}

impl Input for Delete {
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

async fn delete(call: &mut Call<'_>, ok: Granted, input: &Delete) -> Result<()> {
    let id = input.id.required(Code::ParamNotInteger, "association_id")?;
    remove(call, ok, &input.bk_obj_id, vec![id]).await?;
    Ok(())
}

/// Links of a model.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default)]
struct DeleteMany {
    /// A model at one end.
    bk_obj_id: String,
    /// Ids of links.
    #[schemars(length(min = 1, max = MAX_DELETE))]
    id: Vec<i64>,
}

impl Input for DeleteMany {
    const MALFORMED: Code = Code::ParamInvalid;
    fn resources(&self) -> Vec<Resource> {
        vec![Resource::Model(self.bk_obj_id.clone())]
    }
}

/// Most links in one deletion.
const MAX_DELETE: usize = 500;

async fn delete_many(call: &mut Call<'_>, ok: Granted, input: &DeleteMany) -> Result<usize> {
    if input.id.is_empty() {
        return Err(Error::new(Code::ListInvalid));
    }
    if input.id.len() > MAX_DELETE {
        return Err(Error::new(Code::PageLimitTooLarge).hint(format!("at most {MAX_DELETE} ids in one call")));
    }
    if input.bk_obj_id.is_empty() {
        return Err(Error::required("bk_obj_id"));
    }
    remove(call, ok, &input.bk_obj_id, input.id.clone()).await
}

/// Deletes those of the links with these ids that have the model at one end; returns how many.
pub(super) async fn remove(call: &mut Call<'_>, ok: Granted, obj_id: &str, ids: Vec<i64>) -> Result<usize> {
    // Links that are found are checked at both ends, below.
    call.limit(ok, obj_id).await?;
    let schema = call.schema().await?;
    let associations = schema.associations_of(obj_id).iter().map(|it| it.association.id).collect();
    let links = call.tx.find_links(&LinkQuery { associations, ids: Some(ids), ..LinkQuery::default() }).await?;
    let mut by_association: BTreeMap<i64, Vec<Link>> = BTreeMap::new();
    for link in &links {
        by_association.entry(link.association).or_default().push(*link);
    }
    for (number, links) in by_association {
        let Some(association) = schema.association_by_number(number) else { continue };
        let pairs: Vec<(i64, i64)> = links.iter().map(|link| (link.source, link.target)).collect();
        check_ends(call, ok, association, &pairs).await?;
        unlink(call, ok, association, &links).await?;
    }
    Ok(links.len())
}

/// Deletes links of one association with their change records.
pub(crate) async fn unlink(
    call: &mut Call<'_>,
    _ok: Granted,
    association: &AssociationSchema,
    links: &[Link],
) -> Result<()> {
    call.tx.delete_links(links).await?;
    record(call, Action::Delete, &association.association.association_id, links)
}
