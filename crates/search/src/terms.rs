//! What is written into the index for an entry, and which terms of it a condition is about.
//!
//! To find a word by its beginning the beginnings are terms themselves, of some lengths ([`LENGTHS`]). So a question reads
//! the lists of a few terms, also where a million words begin alike.

use relata_model::search::{Condition, Entry, LONGEST, Piece, addresses, pieces};
use std::net::IpAddr;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Lengths, in characters, at which words are cut; the last one is that of the longest word.
const LENGTHS: [usize; 8] = [2, 4, 6, 8, 12, 16, 24, LONGEST];

/// What a term is about: its first character.
#[derive(Clone, Copy)]
pub(crate) enum Family {
    /// Something in any value.
    Value,
    /// Something in the name.
    Name,
    /// The name from its beginning on.
    Begin,
    /// The name or the id.
    Whole,
}

impl Family {
    const fn letter(self) -> char {
        match self {
            Self::Value => 'v',
            Self::Name => 'n',
            Self::Begin => 'b',
            Self::Whole => 'w',
        }
    }
}

/// The letter of pieces that are no words, behind that of the family.
const SIGNS: char = 's';

/// Terms that a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// This one.
    One(String),
    /// All that begin so.
    Begin(String),
}

/// The term of an address.
pub(crate) fn address(it: IpAddr) -> String {
    format!("a{it}")
}

/// The term of an instance, by which it is replaced.
pub(crate) fn key(model: &str, id: i64) -> String {
    format!("k{id} {model}")
}

/// The term of a whole name or id.
pub(crate) fn whole(text: &str) -> Wanted {
    Wanted::One(format!("{}{text}", Family::Whole.letter()))
}

/// The terms in which a condition holds.
pub(crate) fn wanted(family: Family, condition: &Condition) -> Wanted {
    match condition {
        Condition::Begins(text) => begins(family, text),
        Condition::Signs(text) => Wanted::One(format!("{}{SIGNS}{text}", family.letter())),
    }
}

/// The terms of texts that begin so.
pub(crate) fn begins(family: Family, text: &str) -> Wanted {
    let length = text.chars().count();
    for (number, size) in ('A'..).zip(LENGTHS) {
        let term = || format!("{}{number}{text}", family.letter());
        match length.cmp(&size) {
            std::cmp::Ordering::Less => return Wanted::Begin(term()),
            std::cmp::Ordering::Equal => return Wanted::One(term()),
            std::cmp::Ordering::Greater => {}
        }
    }
    // Nothing longer is ever asked for or written.
    Wanted::One(format!("{}Z{text}", family.letter()))
}

/// All terms of an entry, one a line.
pub(crate) fn lines(key: &str, entry: &Entry) -> String {
    let mut terms = vec![key.to_owned()];
    for text in [&entry.name, &entry.id] {
        terms.push(format!("{}{text}", Family::Whole.letter()));
    }
    cut(Family::Begin, &entry.name, &mut terms);
    split(Family::Name, &entry.name, &mut terms);
    for value in &entry.values {
        split(Family::Value, value, &mut terms);
        terms.extend(addresses(value).into_iter().map(address));
    }
    terms.sort_unstable();
    terms.dedup();
    let mut lines = terms.join("\n");
    lines.push('\n');
    lines
}

fn split(family: Family, text: &str, terms: &mut Vec<String>) {
    pieces(text, |piece| match piece {
        Piece::Word(word) => cut(family, word, terms),
        Piece::Signs(signs) => terms.push(format!("{}{SIGNS}{signs}", family.letter())),
    });
}

/// The beginnings of a text, up to the first that is all of it.
fn cut(family: Family, text: &str, terms: &mut Vec<String>) {
    let mut ends = text.char_indices().map(|(at, _)| at).skip(1).chain([text.len()]);
    let mut length = 0;
    for (number, size) in ('A'..).zip(LENGTHS) {
        let end = ends.nth(size - length - 1).unwrap_or(text.len());
        length = size;
        terms.push(format!("{}{number}{}", family.letter(), text.get(..end).unwrap_or(text)));
        if end == text.len() {
            return;
        }
    }
}

/// Gives tantivy the terms of [`lines`].
#[derive(Clone, Default)]
pub(crate) struct Lines(Token);

impl Lines {
    pub(crate) const NAME: &'static str = "lines";
}

pub(crate) struct LinesStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for Lines {
    type TokenStream<'a> = LinesStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> LinesStream<'a> {
        self.0.reset();
        LinesStream { rest: text, token: &mut self.0 }
    }
}

impl TokenStream for LinesStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((line, rest)) = self.rest.split_once('\n') else { return false };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(line);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::{Family, Wanted, begins, cut};

    fn cuts(text: &str) -> Vec<String> {
        let mut terms = Vec::new();
        cut(Family::Value, text, &mut terms);
        terms
    }

    #[test]
    fn words_are_cut_at_some_lengths_up_to_their_own() {
        assert_eq!(cuts("a"), ["vAa"]);
        assert_eq!(cuts("ab"), ["vAab"]);
        assert_eq!(cuts("abc"), ["vAab", "vBabc"]);
        assert_eq!(cuts("ééééé"), ["vAéé", "vBéééé", "vCééééé"]);
        assert_eq!(cuts(&"x".repeat(64)).len(), 8);
        assert_eq!(cuts(""), ["vA"]);
    }

    #[test]
    fn a_question_is_about_the_next_length() {
        assert_eq!(begins(Family::Value, "a"), Wanted::Begin("vAa".to_owned()));
        assert_eq!(begins(Family::Value, "ab"), Wanted::One("vAab".to_owned()));
        assert_eq!(begins(Family::Value, "abc"), Wanted::Begin("vBabc".to_owned()));
        assert_eq!(begins(Family::Value, &"é".repeat(64)), Wanted::One(format!("vH{}", "é".repeat(64))));
    }
}
