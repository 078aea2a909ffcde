//! What was uploaded for a job and what became of it, in rows of which each belongs to one transaction.

use crate::bulk::labels::Labelled;
use crate::bulk::packed::{self, packed, unpacked};
use crate::bulk::run::Given;
use crate::bulk::stream::{Line, given};
use crate::bulk::verdict::Verdict;
use crate::call::Call;
use crate::permission::Granted;
use crate::repo::{self, Entity, Key};
use relata_model::store::tables::rule;
use relata_model::store::{NewRow, Remove};
use relata_model::unique::{UniqueKey, encode};
use relata_model::{Code, Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A line: its number, and its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Uploaded {
    Text(u64, String),
    /// Why it could not be read: the number of the error, what it is about, and the rest of the sentence.
    Unreadable(u64, i64, String),
}

impl Uploaded {
    pub(super) fn of(line: &Line) -> Self {
        let unreadable = |error: &Error| {
            let hint = error.hint.clone().unwrap_or_default();
            Self::Unreadable(line.row, error.code.row().number, hint)
        };
        match &line.text {
            Err(error) => unreadable(error),
            Ok(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => Self::Text(line.row, text.to_owned()),
                Err(error) => unreadable(&Error::new(Code::JsonDecode).hint(format!("it is no text: {error}"))),
            },
        }
    }

    /// The text; empty where it could not be read.
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Text(_, text) => text,
            Self::Unreadable(..) => String::new(),
        }
    }

    fn given(&self) -> Given {
        match self {
            Self::Text(row, text) => (*row, given(text.as_bytes())),
            Self::Unreadable(row, number, hint) => {
                let code = Code::ALL.iter().find(|it| it.row().number == *number).unwrap_or(&Code::JsonDecode);
                (*row, Err(Error::new(*code).arg("line").hint(hint.as_str())))
            }
        }
    }
}

/// Lines of one transaction.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Piece {
    id: i64,
    job: i64,
    number: u64,
    pub(super) lines: Vec<Uploaded>,
}

impl Piece {
    pub(super) fn new(job: i64, number: u64, lines: Vec<Uploaded>) -> Self {
        Self { id: 0, job, number, lines }
    }

    pub(super) fn read(&self) -> impl Iterator<Item = Given> + Send {
        self.lines.iter().map(Uploaded::given)
    }
}

/// What became of a piece.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Outcome {
    id: i64,
    job: i64,
    number: u64,
    verdicts: Vec<packed::Piece>,
    /// What later pieces may name.
    pub(super) labels: BTreeMap<String, Labelled>,
}

impl Outcome {
    pub(super) fn new(job: i64, number: u64, verdicts: &[Verdict], labels: BTreeMap<String, Labelled>) -> Self {
        Self { id: 0, job, number, verdicts: packed(verdicts), labels }
    }

    pub(super) fn verdicts(self) -> Vec<Verdict> {
        unpacked(self.verdicts)
    }
}

/// A row that belongs to a transaction of a job.
pub(super) trait Numbered: Entity {
    const RULE: i64;
    fn number(&self) -> u64;
}

macro_rules! numbered {
    ($type:ident: $table:ident, $rule:expr) => {
        // It is never logged, so the resource says nothing.
        repo::entity! { $type: $table, Task,
            name |_| "",
            scope |_| "",
            keys |it| vec![Key::new($rule, "number", [Value::from(it.job), Value::from(it.number)])]
        }
        impl Numbered for $type {
            const RULE: i64 = $rule;
            fn number(&self) -> u64 {
                self.number
            }
        }
    };
}

numbered! { Piece: JobPieces, rule::JOB_PIECE }
numbered! { Outcome: JobOutcomes, rule::JOB_OUTCOME }

fn keys<E: Numbered>(job: i64, numbers: RangeInclusive<u64>) -> Vec<UniqueKey> {
    let key = |number: u64| encode([Some(&job.into()), Some(&number.into())]);
    numbers.filter_map(|number| Some(UniqueKey { rule: E::RULE, key: key(number)? })).collect()
}

/// Those with these numbers that are there, in order.
pub(super) async fn read<E: Numbered>(call: &mut Call<'_>, job: i64, numbers: RangeInclusive<u64>) -> Result<Vec<E>> {
    let held = call.tx.find_keys(&keys::<E>(job, numbers)).await?;
    let ids: Vec<i64> = held.into_iter().flatten().collect();
    let mut rows: Vec<E> = repo::get_many(call, &ids).await?.into_iter().map(|it| it.entity).collect();
    rows.sort_by_key(Numbered::number);
    Ok(rows)
}

/// The one with this number, which has to be there.
pub(super) async fn read_one<E: Numbered>(call: &mut Call<'_>, job: i64, number: u64) -> Result<E> {
    let found = read(call, job, number..=number).await?.into_iter().next();
    found.ok_or_else(|| Error::new(Code::Corrupt).detail(format!("piece {number} of job {job} is lost")))
}

/// Keeps rows.
pub(super) async fn write<E: Numbered>(call: &mut Call<'_>, _ok: Granted, mut rows: Vec<E>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let first = call.tx.next_ids(E::TABLE.name(), rows.len() as u64).await?;
    let new = (first..).zip(&mut rows).map(|(id, row)| {
        row.set_id(id);
        Ok(NewRow { id, doc: repo::document(row)?, keys: repo::unique_keys(row) })
    });
    let new = new.collect::<Result<_>>()?;
    call.tx.insert_many(E::TABLE.into(), new).await
}

/// Forgets those with these numbers that are there.
pub(super) async fn forget<E: Numbered>(
    call: &mut Call<'_>,
    _ok: Granted,
    job: i64,
    numbers: RangeInclusive<u64>,
) -> Result<()> {
    let keys = keys::<E>(job, numbers);
    let held = call.tx.find_keys(&keys).await?;
    let rows = held.into_iter().zip(keys).filter_map(|(id, key)| Some(Remove { id: id?, keys: vec![key] }));
    let rows: Vec<Remove> = rows.collect();
    if rows.is_empty() { Ok(()) } else { call.tx.delete_many(E::TABLE.into(), rows).await }
}
