//! What is known of a request before it is read: the style of its URL, its id, its language.

use crate::Shared;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use relata_model::Lang;
use std::sync::atomic::{AtomicU64, Ordering};

/// How a request came in, which decides where its parameters are and what its answer looks like (conventions.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Style {
    /// `/api/v3/…`
    Native,
    /// Relata's own API: parameters as in the native style, answers without an envelope, failures as problems.
    Relata,
    /// `/api/c/compapi/v2/cc/NAME/`, everything in one flat body.
    Esb,
    /// The paths of the native style behind the gateway's prefix.
    Gateway,
}

impl Style {
    /// The styles that have a document of their own.
    pub(crate) const DESCRIBED: [Self; 3] = [Self::Native, Self::Gateway, Self::Esb];

    /// The style whose document describes this one, too.
    pub(crate) const fn described_in(self) -> Self {
        match self {
            Self::Native | Self::Relata => Self::Native,
            Self::Esb => Self::Esb,
            Self::Gateway => Self::Gateway,
        }
    }

    /// Credentials are in headers only, and a browser's cookie counts.
    pub(crate) const fn by_headers_alone(self) -> bool {
        match self {
            Self::Native | Self::Relata => true,
            Self::Esb | Self::Gateway => false,
        }
    }

    /// The label in metrics.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Relata => "relata",
            Self::Esb => "esb",
            Self::Gateway => "gateway",
        }
    }
}

/// What the answer needs to know of the request.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) style: Style,
    pub(crate) lang: Lang,
    pub(crate) id: String,
    /// The row's name, or `unknown`.
    pub(crate) endpoint: &'static str,
}

/// Headers, the current name first and then those of older callers (conventions.md §2.3).
const ID: [&str; 3] = ["x-request-id", "x-bkapi-request-id", "cc_request_id"];
const LANG: [&str; 2] = ["x-bkcmdb-language", "http_blueking_language"];

impl Context {
    pub(crate) fn new(shared: &Shared, style: Style, endpoint: &'static str, head: &Parts) -> Self {
        let id = first(&head.headers, &ID).filter(|id| is_id(id)).map_or_else(|| shared.ids.next(), str::to_owned);
        let lang = first(&head.headers, &LANG).map(Lang::from_header).unwrap_or_default();
        Self { style, lang, id, endpoint }
    }
}

/// The value of the first of these headers that is there and not empty.
pub(crate) fn first<'h>(headers: &'h HeaderMap, names: &[&'static str]) -> Option<&'h str> {
    names
        .iter()
        .filter_map(|name| headers.get(HeaderName::from_static(name))?.to_str().ok())
        .find(|value| !value.is_empty())
}

/// Longest request id that is taken over from a caller.
const LONGEST_ID: usize = 128;

/// An id that can be logged and sent back as it is.
fn is_id(text: &str) -> bool {
    text.len() <= LONGEST_ID && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Makes request ids: `cc0000`, 12 characters of this process and 8 that count.
pub(crate) struct Ids {
    process: String,
    count: AtomicU64,
}

const ALPHABET: &[u8; 32] = b"0123456789abcdefghijklmnopqrstuv";

/// The character for the lowest five bits.
fn character(bits: u64) -> char {
    let position = usize::try_from(bits % 32).unwrap_or_default();
    ALPHABET.get(position).copied().map_or('0', char::from)
}

impl Ids {
    pub(crate) fn new(random: [u8; 32]) -> Self {
        let process = random.iter().take(12).map(|&byte| character(u64::from(byte))).collect();
        Self { process, count: AtomicU64::new(0) }
    }

    fn next(&self) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let digits = (0..8).rev().map(|place| character(count >> (5 * place)));
        ["cc0000", &self.process].into_iter().flat_map(str::chars).chain(digits).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Ids, is_id};

    #[test]
    fn ids_have_a_fixed_form_and_differ() {
        let ids = Ids::new([9; 32]);
        assert_eq!(ids.next(), "cc000099999999999900000000");
        assert_eq!(ids.next(), "cc000099999999999900000001");
    }

    #[test]
    fn ids_that_could_forge_a_log_line_are_not_taken_over() {
        assert!(is_id("cc0000-1.2/3"));
        assert!(!is_id("two words"));
        assert!(!is_id(&"x".repeat(129)));
    }
}
