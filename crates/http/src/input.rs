//! One JSON object out of path, query and body: path wins over body, body over query. After this the styles are the same.

use relata_model::{Code, Error, Map, Result};
use serde_json::Value;

/// Reads a body. None is an empty object; of a member that is there twice the last counts. Anything but an object is
/// 1199000.
pub(crate) fn body(bytes: &[u8]) -> Result<Map> {
    let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) else { return Ok(Map::new()) };
    if *first != b'{' {
        return Err(Error::new(Code::JsonDecode).hint("the body has to be one JSON object, such as {}"));
    }
    serde_json::from_slice(bytes).map_err(|error| Error::new(Code::JsonDecode).hint(error.to_string()))
}

/// Reads a query. Of a member that is there twice the last counts.
pub(crate) fn query(text: Option<&str>) -> Map {
    let pairs = form_urlencoded::parse(text.unwrap_or_default().as_bytes());
    pairs.map(|(name, value)| (name.into_owned(), from_text(&value))).collect()
}

/// A query has texts only. What can only be meant as a number, a truth value, a list or an object becomes that, since
/// inputs are typed; `007` stays a text.
fn from_text(text: &str) -> Value {
    let like_json = text.starts_with(['{', '[', '-']) || text.starts_with(|first: char| first.is_ascii_digit());
    if like_json || matches!(text, "true" | "false") {
        serde_json::from_str(text).unwrap_or_else(|_| text.into())
    } else {
        text.into()
    }
}

/// Puts the parts together.
pub(crate) fn merge(mut query: Map, body: Map, path: Vec<(&'static str, String)>) -> Map {
    if query.is_empty() {
        query = body;
    } else {
        query.extend(body);
    }
    query.extend(path.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))));
    query
}

#[cfg(test)]
mod tests {
    use super::{body, merge, query};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn path_wins_over_body_and_body_over_query() {
        let merged = merge(query(Some("a=1&b=1&c=1")), body(br#"{"b":2,"c":2}"#).unwrap(), vec![("c", "3".to_owned())]);
        assert_eq!(Value::from(merged), json!({"a": 1, "b": 2, "c": "3"}));
    }

    #[test]
    fn query_values_become_what_they_can_only_mean() {
        let read = query(Some("n=7&t=007&d=1.5&b=true&l=%5B1%5D&s=a+b&e=&m=-&bad=%FF&n2=99999999999999999999"));
        assert_eq!(
            Value::from(read),
            json!({"n": 7, "t": "007", "d": 1.5, "b": true, "l": [1], "s": "a b", "e": "", "m": "-", "bad": "\u{fffd}",
                "n2": 99_999_999_999_999_999_999_f64})
        );
    }

    #[test]
    fn no_body_is_an_empty_object_and_the_last_of_two_members_counts() {
        assert!(body(b" \n").unwrap().is_empty());
        assert_eq!(Value::from(body(br#"{"a":1,"a":2}"#).unwrap()), json!({"a": 2}));
    }

    proptest! {
        #[test]
        fn any_bytes_are_an_object_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = body(&bytes);
        }

        #[test]
        fn any_json_like_text_is_an_object_or_an_error(text in r#"[{}\[\]":,a0\\u.eE+\-d8 ]{0,60}"#) {
            let _ = body(text.as_bytes());
            let _ = query(Some(&text));
        }
    }
}
