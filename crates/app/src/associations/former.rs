//! Takes changes of links back, each item by itself: what was created is deleted, what was deleted is created again, with a new
//! id, since those of links ascend. The rules are those of the endpoints that do the same by hand.

use super::link_rights::check_ends;
use super::links::{insert, record, refused};
use crate::call::Call;
use crate::permission::Granted;
use crate::revert::Outcomes;
use crate::schema::AssociationSchema;
use relata_model::association::{Link, mapping};
use relata_model::change::{Action, LinkRecord};
use relata_model::store::LinkQuery;
use relata_model::{Code, Error, Result};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Deletes links that were created. The rights are those to see and to change the instances at both ends.
pub(crate) async fn undo_create(
    call: &mut Call<'_>,
    rights: [Granted; 2],
    association: &AssociationSchema,
    links: &[LinkRecord],
) -> Result<Outcomes> {
    let ids = Some(links.iter().map(|link| link.0).collect());
    let query = LinkQuery { associations: vec![association.ends.association], ids, ..LinkQuery::default() };
    let found: Vec<Link> = call.tx.find_links(&query).await?;
    let pairs: Vec<(i64, i64)> = found.iter().map(|link| (link.source, link.target)).collect();
    for ok in rights {
        check_ends(call, ok, association, &pairs).await?;
    }
    call.tx.delete_links(&found).await?;
    record(call, Action::Delete, &association.association.association_id, &found)?;
    let there: BTreeMap<i64, &Link> = found.iter().map(|link| (link.id, link)).collect();
    let outcome = |LinkRecord(id, ..): &LinkRecord| {
        let gone = || Error::new(Code::TargetNotFound).hint(format!("there is no link {id} any more"));
        there.get(id).map(|_| Value::Null).ok_or_else(gone)
    };
    Ok(links.iter().map(outcome).collect())
}

/// Creates links that were deleted again. The rights are likewise.
pub(crate) async fn undo_delete(
    call: &mut Call<'_>,
    rights: [Granted; 2],
    association: &AssociationSchema,
    links: &[LinkRecord],
) -> Result<Outcomes> {
    let pairs: Vec<(i64, i64)> = links.iter().map(|link| (link.1, link.2)).collect();
    for ok in rights {
        check_ends(call, ok, association, &pairs).await?;
    }
    let facts = call.tx.link_facts(association.ends, &pairs).await?;
    let verdicts = mapping::decide(association.mapping, &pairs, &facts);
    let good: Vec<(i64, i64)> =
        pairs.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_ok()).map(|(pair, _)| *pair).collect();
    let [_, ok] = rights;
    insert(call, ok, association, &good).await?;
    let outcome = |(pair, verdict): (&(i64, i64), Result<(), mapping::Refusal>)| match verdict {
        Ok(()) => Ok(json!({"source": pair.0, "target": pair.1})),
        Err(refusal) => Err(refused(refusal, *pair, association)),
    };
    Ok(pairs.iter().zip(verdicts).map(outcome).collect())
}
