//! What somebody looks for, and how well something fits.
//!
//! A text in which IP addresses stand is a question for these and for nothing else, so that a block of prose can be pasted.
//! Of another text each word has to be found, in whichever values.

use super::entry::{Entry, plain};
use super::text::{Piece, addresses, clip, fold, pieces, runs, signs};
use std::net::IpAddr;

/// What of a text is left out at the ends of a word: what closes and opens sentences, quotes and brackets.
const AROUND: &[char] = &[
    ',', ';', '!', '?', '"', '\'', '(', ')', '[', ']', '{', '}', '<', '>', '«', '»', '“', '”', '‘', '’', '。', '、',
    '「', '」', '《', '》', '【', '】', '*', '`', '|',
];

/// How well something fits, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// Its name or its id is the text.
    Same,
    /// Its name begins with the text.
    NameBegins,
    /// All is found in its name.
    InName,
    /// All is found in its values.
    InValues,
}

impl Rank {
    /// Every rank, best first.
    pub const ALL: [Self; 4] = [Self::Same, Self::NameBegins, Self::InName, Self::InValues];
}

/// One thing that has to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A word that begins so.
    Begins(String),
    /// One sign, or two that follow one another.
    Signs(String),
}

impl Condition {
    fn holds(&self, piece: Piece<'_>) -> bool {
        match (self, piece) {
            (Self::Begins(text), Piece::Word(word)) => word.starts_with(text.as_str()),
            (Self::Signs(text), Piece::Signs(signs)) => signs == text,
            (Self::Begins(_), Piece::Signs(_)) | (Self::Signs(_), Piece::Word(_)) => false,
        }
    }

    /// Whether it holds in a folded text.
    pub fn is_in(&self, folded: &str) -> bool {
        let mut holds = false;
        pieces(folded, |piece| holds = holds || self.holds(piece));
        holds
    }
}

/// What to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// The whole text, as names are compared.
    pub whole: String,
    /// What has to be found of it; empty where addresses are asked for.
    pub conditions: Vec<Condition>,
    /// The addresses of which one has to be found.
    pub addresses: Vec<IpAddr>,
}

impl Query {
    /// Reads a text.
    pub fn parse(text: &str) -> Self {
        let folded = fold(text);
        let addresses = addresses(&folded);
        let mut conditions = Vec::new();
        let mut add = |condition| {
            if !conditions.contains(&condition) {
                conditions.push(condition);
            }
        };
        for (run, is_signs) in runs(&folded).filter(|_| addresses.is_empty()) {
            if !is_signs {
                let word = run.trim_matches(AROUND);
                let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
                Some(clip(word)).filter(|word| !word.is_empty()).into_iter().for_each(|word| {
                    add(Condition::Begins(word.to_owned()));
                });
                continue;
            }
            // One sign alone is found by itself, more by their pairs.
            let single = run.chars().nth(1).is_none();
            for (one, pair) in signs(run) {
                Some(one).filter(|_| single).or(pair).into_iter().for_each(|it| add(Condition::Signs(it.to_owned())));
            }
        }
        Self { whole: plain(text), conditions, addresses }
    }

    /// True when there is nothing to find.
    pub fn is_empty(&self) -> bool {
        self.conditions.is_empty() && self.addresses.is_empty()
    }

    /// How well an entry fits; `None` when it does not.
    pub fn rank(&self, entry: &Entry) -> Option<Rank> {
        if !self.addresses.is_empty() {
            return entry.addresses().any(|it| self.addresses.contains(&it)).then_some(Rank::InValues);
        }
        let holds = |condition: &Condition| entry.values.iter().any(|value| condition.is_in(value));
        if self.conditions.is_empty() || !self.conditions.iter().all(holds) {
            return None;
        }
        if entry.name == self.whole || entry.id == self.whole {
            Some(Rank::Same)
        } else if entry.name.starts_with(&self.whole) {
            Some(Rank::NameBegins)
        } else if self.conditions.iter().all(|it| it.is_in(&entry.name)) {
            Some(Rank::InName)
        } else {
            Some(Rank::InValues)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Query, Rank};
    use serde_json::json;

    fn rank(query: &str) -> Option<Rank> {
        let doc = json!({
            "bk_inst_id": 17, "bk_inst_name": "SW-Core 01", "note": "机房位于上海市浦东新区", "ips": ["10.0.0.1", "fe80::1"],
            "mac": "00:1A:2b:3c:4d:5e", "bk_created_by": "admin", "u": 42, "on": true,
        });
        Query::parse(query).rank(&Entry::of("bk_switch", doc.as_object().unwrap()))
    }

    #[test]
    fn instances_are_found_by_name_id_and_values_and_the_name_counts_most() {
        for (query, expected) in [
            ("sw-core 01", Some(Rank::Same)),
            ("ＳＷ－core  01", Some(Rank::Same)),
            ("17", Some(Rank::Same)),
            ("sw-co", Some(Rank::NameBegins)),
            ("core", Some(Rank::InName)),
            ("01 sw", Some(Rank::InName)),
            ("上海", Some(Rank::InValues)),
            ("浦东新区", Some(Rank::InValues)),
            ("新", Some(Rank::InValues)),
            ("海浦", None),
            ("core 上海", Some(Rank::InValues)),
            ("core 北京", None),
            ("00:1a:2B", Some(Rank::InValues)),
            ("2b:3c", Some(Rank::InValues)),
            ("10.0.", Some(Rank::InValues)),
            ("see 10.0.0.1!", Some(Rank::InValues)),
            ("10.0.0.2", None),
            ("FE80:0::1", Some(Rank::InValues)),
            ("42", Some(Rank::InValues)),
            ("admin", None),
            ("true", None),
            ("", None),
            ("?!", None),
            ("(core)", Some(Rank::InName)),
        ] {
            assert_eq!(rank(query), expected, "{query}");
        }
    }
}
