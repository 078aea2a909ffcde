//! Verdicts in little room, to be stored: those on new things follow one another.

use super::verdict::{Status, Verdict};
use serde::{Deserialize, Serialize};

/// One verdict, or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Piece {
    /// First row, first id, how many.
    Created(u64, i64, u64),
    Other(Verdict),
}

/// As they are stored.
pub(super) fn packed(verdicts: &[Verdict]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for verdict in verdicts {
        let Some(id) = verdict.id.filter(|_| verdict.status == Status::Created) else {
            pieces.push(Piece::Other(verdict.clone()));
            continue;
        };
        match pieces.last_mut() {
            Some(Piece::Created(row, first, count))
                if *row + *count == verdict.row && first.checked_add_unsigned(*count) == Some(id) =>
            {
                *count += 1;
            }
            Some(_) | None => pieces.push(Piece::Created(verdict.row, id, 1)),
        }
    }
    pieces
}

/// As they are told.
pub(super) fn unpacked(pieces: Vec<Piece>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Other(verdict) => verdicts.push(verdict),
            Piece::Created(row, id, count) => verdicts.extend(
                (row..).zip(id..).zip(0..count).map(|((row, id), _)| Verdict::new(row, Status::Created, Some(id))),
            ),
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_are_the_same_when_they_are_unpacked() {
        let created = |row, id| Verdict::new(row, Status::Created, Some(id));
        let verdicts =
            vec![created(1, 7), created(2, 8), Verdict::new(3, Status::Exists, Some(2)), created(4, 9), created(6, 10)];
        let pieces = packed(&verdicts);
        assert_eq!(pieces.len(), 4);
        let stored = serde_json::to_string(&pieces).unwrap();
        assert_eq!(unpacked(serde_json::from_str(&stored).unwrap()), verdicts);
    }
}
