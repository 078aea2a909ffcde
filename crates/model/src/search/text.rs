//! How texts are compared: without regard to case and width, cut at white space, and in Chinese, Japanese and Korean at every
//! character.
//!
//! A word is found by its beginning and from any of its parts on: `sw-core-01` by `sw-c`, `core-01` and `01`. A run of
//! ideographs, kana or hangul is found by each of its characters and each pair of neighbours.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use unicode_normalization::UnicodeNormalization;

/// Characters of a word that count.
pub const LONGEST: usize = 64;
/// Characters of one value that are read.
const MOST_READ: usize = 10_000;
/// Places of one word from which on it is found.
const MOST_PLACES: usize = 32;

/// A text as it is compared: one width, small letters.
pub fn fold(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(MOST_READ).map_or(text.len(), |(at, _)| at);
    let text = text.get(..end).unwrap_or(text);
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.nfkc().flat_map(char::to_lowercase).collect())
}

/// The beginning of a text, as much of it as counts.
pub fn clip(text: &str) -> &str {
    text.char_indices().nth(LONGEST).and_then(|(at, _)| text.get(..at)).unwrap_or(text)
}

/// What a text is found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Piece<'t> {
    /// The rest of a word from one of its parts on.
    Word(&'t str),
    /// One ideograph, kana or hangul, or two that follow one another.
    Signs(&'t str),
}

/// True for what is written without spaces between words.
pub(super) fn is_sign(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}'
        | '\u{3100}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{a960}'..='\u{a97f}'
        | '\u{ac00}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// The runs of a folded text: no white space in them, and either signs only or none.
pub(super) fn runs(folded: &str) -> impl Iterator<Item = (&str, bool)> {
    folded.split_whitespace().flat_map(|word| {
        let mut rest = word;
        std::iter::from_fn(move || {
            let signs = is_sign(rest.chars().next()?);
            let end = rest.find(|c| is_sign(c) != signs).unwrap_or(rest.len());
            let (run, behind) = rest.split_at_checked(end)?;
            rest = behind;
            Some((run, signs))
        })
    })
}

/// The characters and pairs of neighbours of a run of signs.
pub(super) fn signs(run: &str) -> impl Iterator<Item = (&str, Option<&str>)> {
    run.char_indices().map(move |(at, first)| {
        let middle = at + first.len_utf8();
        let second = run.get(middle..).and_then(|rest| rest.chars().next());
        let pair = second.and_then(|second| run.get(at..middle + second.len_utf8()));
        (run.get(at..middle).unwrap_or_default(), pair)
    })
}

/// All pieces of a folded text.
pub fn pieces<'t>(folded: &'t str, mut found: impl FnMut(Piece<'t>)) {
    for (run, is_signs) in runs(folded) {
        if is_signs {
            for (one, pair) in signs(run) {
                found(Piece::Signs(one));
                if let Some(pair) = pair {
                    found(Piece::Signs(pair));
                }
            }
            continue;
        }
        let mut inside = false;
        let begins = run.char_indices().filter(|(_, c)| {
            let begins = c.is_alphanumeric() && !inside;
            inside = c.is_alphanumeric();
            begins
        });
        for (at, _) in begins.take(MOST_PLACES) {
            found(Piece::Word(clip(run.get(at..).unwrap_or_default())));
        }
    }
}

/// The IP addresses that stand in a folded text, in its order, each once: alone, as `cloud:address`, with a port or with the
/// length of a prefix.
pub fn addresses(folded: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let is_part = |c: char| c.is_ascii_hexdigit() || matches!(c, '.' | ':');
    for word in folded.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | ':' | '_'))) {
        if !word.chars().all(is_part) || !word.contains(['.', ':']) {
            continue;
        }
        let word = word.trim_end_matches('.');
        let whole = word.parse().or_else(|_| word.trim_end_matches(':').parse());
        let read = match whole {
            Ok(IpAddr::V6(it)) if it.is_unspecified() => continue,
            Ok(it) => Some(it),
            Err(_) => word.split(':').find_map(|part| part.parse::<Ipv4Addr>().ok()).map(IpAddr::V4),
        };
        found.extend(read.map(|it| it.to_canonical()).filter(|it| seen.insert(*it)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Piece, addresses, fold, pieces};

    fn words(text: &str) -> Vec<String> {
        let folded = fold(text);
        let mut found = Vec::new();
        pieces(&folded, |piece| match piece {
            Piece::Word(it) | Piece::Signs(it) => found.push(it.to_owned()),
        });
        found
    }

    #[test]
    fn case_and_width_are_one() {
        assert_eq!(fold("ＳＷ－０７ ｶﾞ Ⅳ ﾊﾝ"), "sw-07 ガ iv ハン");
        assert_eq!(fold("plain"), "plain");
    }

    #[test]
    fn words_are_found_from_each_part_on_and_signs_one_by_one_and_in_pairs() {
        assert_eq!(words("(SW-core-01), x"), ["sw-core-01),", "core-01),", "01),", "x"]);
        assert_eq!(words("10.0.0.1"), ["10.0.0.1", "0.0.1", "0.1", "1"]);
        assert_eq!(words("北京市A3"), ["北", "北京", "京", "京市", "市", "a3"]);
        assert_eq!(words("-- ，"), Vec::<String>::new());
    }

    #[test]
    fn addresses_stand_in_prose() {
        let text = "ping 10.0.0.1, then 10.0.0.1/24; 0:10.0.0.2 and (192.168.1.9:8080). v1.2.3 1.2.3.4.5 FE80::1 fe80:0::1 \
                    [2001:db8::7]:443 00:11:22:33:44:55 12:30:45 std::x :: １０．０．０．３ ::ffff:10.0.0.9 ip=10.1.1.1。";
        let found: Vec<String> = addresses(&fold(text)).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            ["10.0.0.1", "10.0.0.2", "192.168.1.9", "fe80::1", "2001:db8::7", "10.0.0.3", "10.0.0.9", "10.1.1.1"]
        );
    }
}
