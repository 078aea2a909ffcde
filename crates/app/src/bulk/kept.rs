//! Verdicts that are kept, so that a stream which was interrupted can be sent again.
//!
//! Where a stream has a key, the verdicts on each of its transactions are written in that very transaction, with a hash of
//! its lines. A stream with the same key is answered from there as far as it was carried out, and goes on behind. Kept are
//! the last [`MOST`] transactions, for [`AGE`]. They are no data and not in the change log.

use super::Stream;
use super::packed::{Piece, packed, unpacked};
use super::stream::Lines;
use super::verdict::{Status, Verdict};
use crate::call::Call;
use crate::permission::Granted;
use crate::repo::{self, Key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use jiff::SignedDuration;
use relata_model::filter::Filter;
use relata_model::store::tables::rule;
use relata_model::store::{NewRow, Query, Remove, Table};
use relata_model::{Error, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Most transactions of which verdicts are kept.
const MOST: u64 = 20_000;
/// How long they are kept.
const AGE: SignedDuration = SignedDuration::from_hours(24);
/// Old ones that are forgotten whenever new ones are kept.
const FORGOTTEN: u64 = 20;

/// The verdicts on one transaction of a stream.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Kept {
    id: i64,
    user: String,
    /// The key that the caller gave.
    key: String,
    /// Which transaction of the stream.
    number: u64,
    /// Of the options and the lines.
    hash: String,
    /// Milliseconds.
    time: i64,
    verdicts: Vec<Piece>,
}

// It is never logged, so the resource says nothing.
repo::entity! { Kept: BulkVerdicts, Webhook,
    name |it| it.key.as_str(),
    scope |_| "",
    keys |it| vec![key(&it.user, &it.key, it.number)]
}

fn key(user: &str, key: &str, number: u64) -> Key {
    Key::new(rule::BULK_VERDICTS, "Idempotency-Key", [user.into(), key.into(), serde_json::Value::from(number)])
}

/// A hash of the options and of lines, with their numbers.
fn hash(stream: &Stream, lines: &Lines) -> String {
    let mut hash = Sha256::new();
    hash.update(stream.options.as_bytes());
    for line in lines.lines.iter() {
        let text = line.text.as_deref().unwrap_or_default();
        hash.update(line.row.to_be_bytes());
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    STANDARD_NO_PAD.encode(hash.finalize())
}

/// The verdicts on a transaction that was carried out before. Refuses a key that was used for another one.
pub(super) async fn find(call: &mut Call<'_>, lines: Option<&Lines>) -> Result<Option<Vec<Verdict>>> {
    let Some((lines, name)) = lines.and_then(|lines| Some((lines, lines.stream.key.as_ref()?))) else {
        return Ok(None);
    };
    let holder = key(call.user(), name, lines.number);
    let Some(id) = repo::holder(call, &holder).await? else { return Ok(None) };
    let Some(kept) = repo::get::<Kept>(call, id).await? else { return Ok(None) };
    if kept.entity.hash != hash(&lines.stream, lines) {
        let hint = "the key was used for another request; take a new one";
        return Err(Error::invalid("Idempotency-Key").hint(hint));
    }
    let verdicts = unpacked(kept.entity.verdicts);
    lines.stream.note(lines.number, labels(call, lines, &verdicts).await?);
    Ok(Some(verdicts))
}

/// The labels that lines gave to what verdicts name.
async fn labels(
    call: &mut Call<'_>,
    lines: &Lines,
    verdicts: &[Verdict],
) -> Result<BTreeMap<String, super::labels::Labelled>> {
    let schema = call.schema().await?;
    let mut labels = BTreeMap::new();
    for ((_, value), verdict) in lines.read().zip(verdicts) {
        let Ok(value) = value else { continue };
        let text = |member: &str| value.get(member).and_then(serde_json::Value::as_str);
        let (Some(label), Some(obj_id)) = (text("label").filter(|it| !it.is_empty()), text("model")) else { continue };
        let model = schema.model(obj_id).map(|it| it.model.id).unwrap_or_default();
        labels.insert(label.to_owned(), (model, verdict.id.filter(|_| verdict.status != Status::Deleted)));
    }
    Ok(labels)
}

/// Keeps the verdicts on a transaction, in it.
pub(super) async fn keep(call: &mut Call<'_>, ok: Granted, lines: &Lines, verdicts: &[Verdict]) -> Result<()> {
    let Some(name) = &lines.stream.key else { return Ok(()) };
    forget(call, ok).await?;
    let id = call.tx.next_ids(Table::BulkVerdicts.name(), 1).await?;
    let kept = Kept {
        id,
        user: call.user().to_owned(),
        key: name.clone(),
        number: lines.number,
        hash: hash(&lines.stream, lines),
        time: call.now.as_millisecond(),
        verdicts: packed(verdicts),
    };
    let row = NewRow { id, doc: repo::document(&kept)?, keys: repo::unique_keys(&kept) };
    call.tx.insert_many(Table::BulkVerdicts.into(), vec![row]).await
}

/// Forgets the oldest verdicts, where they are too old or too many.
async fn forget(call: &mut Call<'_>, _ok: Granted) -> Result<()> {
    let space = Table::BulkVerdicts.into();
    let count = call.tx.count(space, &Filter::everything()).await?;
    let query = Query { limit: Some(FORGOTTEN), ..Query::new(space, Filter::everything()) };
    let oldest = call.now.as_millisecond() - i64::try_from(AGE.as_millis()).unwrap_or(i64::MAX);
    let too_many = count.saturating_sub(MOST - 1);
    let mut gone = Vec::new();
    for (row, place) in call.tx.find(&query).await?.into_iter().zip(0..) {
        let kept: Kept = repo::typed(row.doc)?;
        if kept.time < oldest || place < too_many {
            gone.push(Remove { id: row.id, keys: repo::unique_keys(&kept) });
        }
    }
    if gone.is_empty() { Ok(()) } else { call.tx.delete_many(space, gone).await }
}
