//! What rights links ask for: to change one, that on both its ends; to see some, that on the instances they are looked for by.
//!
//! Of the other end a link shows the id to everybody who may see this one.

use super::link_queries::Side;
use crate::call::Call;
use crate::permission::{Granted, Resource};
use crate::schema::{AssociationSchema, Schema};
use relata_model::Result;
use relata_model::store::LinkQuery;
use std::collections::BTreeSet;

/// Asks for the permission on both ends of every pair.
pub(super) async fn check_ends(
    call: &mut Call<'_>,
    ok: Granted,
    association: &AssociationSchema,
    pairs: &[(i64, i64)],
) -> Result<()> {
    let schema = call.schema().await?;
    let (sources, targets): (Vec<i64>, Vec<i64>) = pairs.iter().copied().unzip();
    for (side, ids) in [(Side::Source, sources), (Side::Target, targets)] {
        if let Some(model) = schema.model(side.model(association)) {
            call.check_instances(ok, model, &ids).await?;
        }
    }
    Ok(())
}

/// Asks for the permission on one instance.
pub(super) async fn check_instance(
    call: &mut Call<'_>,
    ok: Granted,
    schema: &Schema,
    obj_id: &str,
    id: i64,
) -> Result<()> {
    match schema.model(obj_id) {
        Some(model) => call.check_instances(ok, model, &[id]).await,
        None => call.need(ok, obj_id).await,
    }
}

/// Asks for the right to see what a search for links of a model shows. One that a filter limits is for searches that name
/// the instances whose links they are for.
pub(super) async fn check_search(
    call: &mut Call<'_>,
    ok: Granted,
    schema: &Schema,
    obj_id: &str,
    query: &LinkQuery,
) -> Result<()> {
    if call.limit(ok, obj_id).await?.is_whole() {
        return Ok(());
    }
    let mut named = BTreeSet::new();
    for association in query.associations.iter().filter_map(|it| schema.association_by_number(*it)) {
        let ends = [(Side::Source, &query.sources), (Side::Target, &query.targets)];
        let mut ours = ends.into_iter().filter(|(side, _)| side.model(association) == obj_id);
        let Some(ids) = ours.find_map(|(_, ids)| ids.as_ref()) else {
            let hint = "your right is for some instances only; name those whose links you want";
            return Err(call.refusal(ok, &[Resource::Model(obj_id.to_owned())]).await.hint(hint));
        };
        named.extend(ids);
    }
    match schema.model(obj_id) {
        Some(model) => call.check_instances(ok, model, &named.into_iter().collect::<Vec<_>>()).await,
        None => Ok(()),
    }
}
