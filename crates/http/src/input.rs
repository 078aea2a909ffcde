//! One JSON object out of path, query and body: path wins over body, body over query. After this the styles are the same.

use relata_app::endpoint::{LIST_BODY, TERMS, TEXT};
use relata_model::{Code, Error, Map, Result};
use serde_json::Value;
use serde_json::value::RawValue;

/// Reads a body. None is an empty object; of a member that is there twice the last counts. A list becomes the member
/// [`LIST_BODY`], and whoever wants none refuses it. Anything else is 1199000.
pub(crate) fn body(bytes: &[u8]) -> Result<Map> {
    match shape(bytes)? {
        Shape::Nothing => Ok(Map::new()),
        Shape::Object => serde_json::from_slice(bytes).map_err(|error| not_json(&error)),
        Shape::List => {
            let list = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
            Ok(Map::from_iter([(LIST_BODY.to_owned(), Value::Array(list))]))
        }
    }
}

/// The members of these names that are texts, as [`body`] would read them. Nothing else of the body is kept, so that one
/// that is small on the wire and large in memory costs nothing before its sender is known.
pub(crate) fn texts(bytes: &[u8], names: &[&str]) -> Result<Map> {
    let mut found = Map::new();
    if shape(bytes)? != Shape::Object {
        return Ok(found);
    }
    let object: &RawValue = serde_json::from_slice(bytes).map_err(|error| not_json(&error))?;
    let mut rest = object.get().trim_start_matches(['{', ' ', '\t', '\n', '\r']);
    while let Some((name, after)) = next_value(rest) {
        let Some((value, after)) = next_value(after) else { break };
        rest = after;
        if name.len() > LONGEST_NAME {
            continue;
        }
        let Some(name) = text(name).filter(|name| names.contains(&name.as_str())) else { continue };
        match text(value) {
            Some(value) => found.insert(name, Value::String(value)),
            None => found.remove(&name),
        };
    }
    Ok(found)
}

/// Longest name, as it is written, that [`texts`] looks at: room for each character of a name to be escaped.
const LONGEST_NAME: usize = 128;

/// The next name or value of an object whose syntax was checked, as it is written, and what comes after it.
fn next_value(rest: &str) -> Option<(&str, &str)> {
    let rest = rest.trim_start_matches([',', ':', ' ', '\t', '\n', '\r']);
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<&RawValue>();
    let value = values.next()?.ok()?;
    Some((value.get(), rest.get(values.byte_offset()..)?))
}

fn text(json: &str) -> Option<String> {
    json.starts_with('"').then(|| serde_json::from_str(json).ok()).flatten()
}

/// What a body is by its beginning.
#[derive(PartialEq)]
enum Shape {
    Nothing,
    Object,
    List,
}

fn shape(bytes: &[u8]) -> Result<Shape> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        None => Ok(Shape::Nothing),
        Some(b'{') => Ok(Shape::Object),
        Some(b'[') => Ok(Shape::List),
        Some(_) => Err(Error::new(Code::JsonDecode).hint("the body has to be one JSON object, such as {}")),
    }
}

fn not_json(error: &serde_json::Error) -> Error {
    Error::new(Code::JsonDecode).hint(error.to_string())
}

/// Reads a query. Of a member that is there twice the last counts, but for [`TERMS`], which count together.
pub(crate) fn query(text: Option<&str>) -> Map {
    let mut members = Map::new();
    for (name, value) in form_urlencoded::parse(text.unwrap_or_default().as_bytes()) {
        if name == TEXT {
            members.insert(name.into_owned(), value.into_owned().into());
        } else if !name.starts_with(TERMS) {
            members.insert(name.into_owned(), from_text(&value));
        } else if let Value::Array(texts) = members.entry(name).or_insert_with(|| Value::Array(Vec::new())) {
            texts.push(value.into_owned().into());
        }
    }
    members
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
    use super::{body, merge, query, texts};
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
    fn terms_count_together_and_stay_texts() {
        let read = query(Some("f.a.eq=7&a=1&f.a.eq=x%2Cy&f.b.eq=&a=2"));
        assert_eq!(Value::from(read), json!({"f.a.eq": ["7", "x,y"], "f.b.eq": [""], "a": 2}));
    }

    #[test]
    fn what_is_looked_for_stays_a_text() {
        assert_eq!(Value::from(query(Some("q=10.10&limit=10"))), json!({"q": "10.10", "limit": 10}));
    }

    #[test]
    fn no_body_is_an_empty_object_and_the_last_of_two_members_counts() {
        assert!(body(b" \n").unwrap().is_empty());
        assert_eq!(Value::from(body(br#"{"a":1,"a":2}"#).unwrap()), json!({"a": 2}));
    }

    #[test]
    fn texts_of_a_body_are_found_without_the_rest_and_the_last_of_two_counts() {
        let found = |body: &str| Value::from(texts(body.as_bytes(), &["a", "b"]).unwrap());
        assert_eq!(found(" \n"), json!({}));
        assert_eq!(found("{}"), json!({}));
        assert_eq!(
            found(r#" { "c" : {"a":"x"} , "\u0061" : "1\n" , "b":2, "d":[1,{"b":"y"}] } "#),
            json!({"a": "1\n"})
        );
        assert_eq!(found(r#"{"a":"1","a":"2","b":"1","b":[]}"#), json!({"a": "2"}));
        assert!(texts(br#"{"a":"1",}"#, &["a"]).is_err());
        assert!(texts(b"0", &["a"]).is_err());
        assert!(texts(br#"[{"a":"1"}]"#, &["a"]).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn texts_are_those_that_the_whole_body_has(members in proptest::collection::vec(("[abc]", r#"[a-c"\\\\{},: ]{0,4}"#, any::<bool>()), 0..6)) {
            let member = |(name, value, is_text): &(String, String, bool)| {
                format!("{:?}:{}", name, if *is_text { json!(value) } else { json!([{"a": value}, 1.5]) })
            };
            let bytes = format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(" , "));
            let mut expected = body(bytes.as_bytes()).unwrap();
            expected.retain(|name, value| name != "c" && value.is_string());
            prop_assert_eq!(texts(bytes.as_bytes(), &["a", "b"]).unwrap(), expected);
        }

        #[test]
        fn any_bytes_are_an_object_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (body(&bytes), texts(&bytes, &["a"]));
        }

        #[test]
        fn any_json_like_text_is_an_object_or_an_error(text in r#"[{}\[\]":,a0\\u.eE+\-d8 ]{0,60}"#) {
            let _ = (body(text.as_bytes()), texts(text.as_bytes(), &["a"]));
            let _ = query(Some(&text));
        }
    }
}
