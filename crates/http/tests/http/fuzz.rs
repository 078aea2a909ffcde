//! Whatever a caller sends, the answer is one of the API: an envelope with a code, never a failure of the system itself.
//!
//! Bodies are written as text, since what matters most no JSON value can hold: numbers past all bounds, half surrogates,
//! nesting without end.

use super::*;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use relata_app::endpoint::{Api, Endpoint};
use relata_app::endpoints;
use std::collections::BTreeSet;

/// Bodies for each endpoint and style, unless the environment names another number as `PROPTEST_CASES`.
fn cases() -> usize {
    std::env::var("PROPTEST_CASES").map_or(6, |cases| cases.parse().unwrap())
}

/// Codes of failures of the system itself.
const INTERNAL: [i64; 5] = [1_199_999, 1_199_061, 1_109_001, 1_109_002, 1_109_005];

/// Checks an answer; gives its status.
fn check(answer: &Answer, what: &str) -> StatusCode {
    let own = what.contains(RELATA.trim_end_matches("/v1"));
    let refusals: &[u16] = if own { &[400, 403, 409, 422, 429] } else { &[] };
    let statuses = [&[200, 401, 404, 405, 413, 503], refusals].concat();
    assert!(statuses.contains(&answer.status.as_u16()), "{what}: {answer:?}");
    if answer.is_problem() {
        let problem = answer.json();
        assert!(own && !INTERNAL.contains(&answer.code()) && answer.code() != 0, "{what}: {}", answer.text);
        assert!(problem["status"] == answer.status.as_u16() && !answer.message().is_empty(), "{what}: {}", answer.text);
        return answer.status;
    }
    assert_eq!(answer.headers["content-type"], "application/json", "{what}");
    if own && answer.status == StatusCode::OK {
        answer.json();
        return answer.status;
    }
    let envelope: Value =
        serde_json::from_str(&answer.text).unwrap_or_else(|error| panic!("{what}: {error}: {}", answer.text));
    let (code, ok) = (answer.code(), envelope["result"].as_bool().unwrap());
    assert!(!INTERNAL.contains(&code) && ok == (code == 0), "{what}: {}", answer.text);
    assert!(ok || !answer.message().is_empty(), "{what}: {}", answer.text);
    answer.status
}

/// A text that is a JSON value, or nearly one.
fn json_text() -> impl Strategy<Value = String> {
    let odd = r#"null true 0 -0 1 2 7 -1 200 500 501 1.0 1.5 1e2 1e400 -1e400 1e-400 9223372036854775807 9223372036854775808
        -9223372036854775809 18446744073709551616 999999999 123456789012345678901234567890 "" "1" "a\u0000b" "\ud800"
        "\udc00\ud800" "\ud83d\ude00" "\u0020" "{0}" "%s" "'--" "$in" "*" "\u202e\ufeff" "2024-05-01T02:00:00Z"
        "2024-05-01\u002002:00:00" "9999-12-31\u002023:59:59" "bk_switch" "host" "biz" "bk_inst_name"
        "bk_switch_connect_host" "AND" "equal" "(((((" "1:n" "-id,+x:1,," "enum" "int" "singlechar" "admin""#;
    let leaf = prop_oneof![
        8 => select(words(odd)).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| number.to_string()),
        1 => any::<String>().prop_map(|text| Value::from(text).to_string()),
        1 => (1..200_usize).prop_map(|depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth))),
        1 => (1..200_usize).prop_map(|depth| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth))),
        1 => (1..12_usize).prop_map(|depth| {
            let open = r#"{"condition":"OR","rules":["#.repeat(depth);
            format!(r#"{open}{{"field":"bk_inst_id","operator":"equal","value":1}}{}"#, "]}".repeat(depth))
        }),
        1 => (0..2000_usize).prop_map(|length| format!("\"{}\"", "x".repeat(length))),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            object(inner),
        ]
    })
}

fn words(list: &'static str) -> Vec<&'static str> {
    list.split_whitespace().collect()
}

/// Members that endpoints know.
const MEMBERS: &str = "\
    BatchInfo action admin association_info associations asst_ids attr audit_type bk_app_code bk_asst_id bk_asst_inst_id bk_asst_name \
    bk_asst_obj_id bk_biz_id bk_classification_id bk_classification_name bk_group_id bk_group_index \
    bk_group_name bk_inst_id bk_inst_name bk_ispaused bk_obj_asst_id bk_obj_asst_ids bk_obj_icon bk_obj_id \
    bk_obj_name bk_property_group bk_property_id bk_property_index bk_property_name bk_property_type \
    bk_supplier_account category condition conditions data datas default delete details disable_counter \
    editable end exact field fields fuzzy_query filter id id_field ids inst_id inst_ids input_type ismultiple kind limit object object_id offset origin isonly isrequired key_id \
    key_kind keys limit mapping may_act_for name obj_sort_number on_delete operation_time operator option page query_string rel_field \
    placeholder propertyId resource_id resource_name resource_type resources rules sequence_id sort type task_id with_detail start time_condition time_rules \
    unit update user value $and $in $not $or $regex $gt $exists";

fn object(value: impl Strategy<Value = String> + 'static) -> BoxedStrategy<String> {
    let name = prop_oneof![9 => select(words(MEMBERS)).prop_map(str::to_owned), 1 => any::<String>()];
    let members = proptest::collection::vec((name, value), 0..6);
    let member = |(name, value): (String, String)| format!("{}:{value}", Value::from(name));
    members
        .prop_map(move |members| format!("{{{}}}", members.into_iter().map(member).collect::<Vec<_>>().join(",")))
        .boxed()
}

/// Members with which most endpoints do something; each takes those that it knows. The conditions differ too much.
fn right_body(condition: &Value) -> Value {
    let filter = json!({"condition": "AND", "rules": [
        {"field": "bk_inst_id", "operator": "in", "value": [1, 2]},
        {"condition": "OR", "rules": [{"field": "bk_inst_name", "operator": "contains", "value": "s"}]},
    ]});
    let time = json!({"field": "create_time", "start": "2018-01-01 00:00:00", "end": "2030-01-01 00:00:00"});
    let moved = json!({"condition": {"bk_obj_id": "bk_switch", "bk_property_id": "bk_os_detail"},
        "data": {"bk_property_group": "default", "bk_property_index": 3}});
    let mut body = json!({
        "id": 1, "bk_obj_id": "bk_switch", "bk_inst_id": 1, "bk_asst_inst_id": 1, "bk_asst_obj_id": "host",
        "bk_obj_asst_id": "bk_switch_connect_host", "bk_asst_id": "connect", "mapping": "n:n",
        "bk_inst_name": "s9", "bk_asset_id": "s9", "bk_classification_id": "bk_uncategorized", "bk_obj_name": "x",
        "bk_obj_icon": "i", "bk_property_id": "p", "bk_property_name": "p", "bk_property_type": "int",
        "option": {"min": 1, "max": 2}, "bk_group_id": "g", "bk_group_name": "g", "propertyId": 900,
        "keys": [{"key_kind": "property", "key_id": 900}],
        "details": [{"bk_inst_name": "s8", "bk_asset_id": "s8", "bk_inst_id": 1, "bk_asst_inst_id": 1}, null, {}],
        "update": [{"inst_id": 1, "datas": {"bk_inst_name": "s7"}}], "delete": {"inst_ids": [1, 9]},
        "conditions": filter, "condition": condition, "time_condition": {"oper": "and", "rules": [time]},
        "fields": ["id", "bk_inst_id"], "page": {"start": 0, "limit": 10, "sort": "-id,bk_inst_name"}, "data": [moved],
        "user": "ann", "may_act_for": ["ann"], "asst_ids": ["connect"], "bk_obj_asst_ids": ["bk_switch_connect_host"],
    });
    let console = json!({
        "BatchInfo": {"1": {"bk_inst_name": "s5", "bk_asset_id": "s5"}, "2": {"bk_inst_id": 1, "bk_inst_name": "s4"}, "3": null},
        "input_type": "excel", "query_string": "s", "filter": {"models": ["bk_switch"], "instances": ["bk_switch", "host"]},
        "association_info": {"1": {"bk_obj_asst_id": "bk_switch_connect_host", "operate": "add",
            "src_primary_key": "bk_asset_id=s9", "dst_primary_key": "bk_host_innerip=1"}},
        "origin": [{"bk_obj_id": "host", "position": {"x": 1, "y": 2}}], "object_id": [1, 9], "kind": "module",
        "ids": [1], "id_field": "bk_module_id", "rel_field": "bk_set_id", "type": "global", "sequence_id": 7,
        "resources": [{"resource_type": "model", "action": "find", "resource_id": 9}], "offset": 0, "limit": 10,
    });
    if let (Value::Object(body), Value::Object(console)) = (&mut body, console) {
        body.extend(console);
    }
    body
}

fn conditions() -> Vec<Value> {
    vec![
        json!({"id": 1, "bk_obj_id": "bk_switch", "bk_inst_id": 1, "association_obj_id": "host"}),
        json!({"bk_inst_id": {"$in": [1, 2]}, "bk_inst_name": {"$regex": "^s", "$options": "i"}}),
        json!({"$or": [{"bk_obj_id": "bk_switch"}, {"id": {"$gt": 1, "$lte": 9}}]}),
        json!({"operation_time": {"start": "2000-01-01 00:00:00"}, "resource_type": "model", "action": ["create"]}),
        json!({"operation_time": {"end": "2030-01-01 00:00:00"}, "condition":
            [{"field": "resource_name", "operator": "contains", "value": "s"}]}),
        json!({"asst_filter": {"condition": "AND", "rules":
            [{"field": "bk_obj_asst_id", "operator": "equal", "value": "bk_switch_connect_host"}]}}),
    ]
}

/// All places in a value.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| places(member, &format!("{here}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| places(item, &format!("{here}/{at}"), found));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A right body with something else in few places.
fn nearly_right_body() -> impl Strategy<Value = String> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), json_text()), 0..4);
    (select(conditions()), changes).prop_map(|(condition, changes)| {
        let mut body = right_body(&condition);
        let mut texts = Vec::new();
        for (place, text) in changes {
            let mut all = Vec::new();
            places(&body, "", &mut all);
            let mark = format!("change {}", texts.len());
            *body.pointer_mut(&all[1 + place.index(all.len() - 1)]).unwrap() = json!(mark);
            texts.push((Value::from(mark).to_string(), text));
        }
        texts.into_iter().fold(body.to_string(), |body, (mark, text)| body.replace(&mark, &text))
    })
}

/// A body: mostly an object, sometimes another value, sometimes any bytes at all or a part of an object.
fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        15 => nearly_right_body().prop_map(String::into_bytes),
        6 => object(json_text()).prop_map(String::into_bytes),
        1 => json_text().prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..100),
        1 => (object(json_text()), any::<prop::sample::Index>()).prop_map(|(text, cut)| {
            let mut bytes = text.into_bytes();
            bytes.truncate(cut.index(bytes.len()));
            bytes
        }),
    ]
}

/// A part of a path: mostly what may stand there.
fn segment() -> impl Strategy<Value = String> {
    let usual = "bk_switch host biz 1 2 0 -1 99999999999999999999 x %00 %2F %FF %";
    prop_oneof![
        6 => select(words(usual)).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| escaped(&text)),
    ]
}

/// A text in which every byte is escaped.
fn escaped(text: &str) -> String {
    text.bytes().flat_map(|byte| ['%', hexadecimal(byte >> 4), hexadecimal(byte & 15)]).collect()
}

fn hexadecimal(digit: u8) -> char {
    char::from_digit(digit.into(), 16).unwrap()
}

/// Values to draw, the same in each run.
struct Drawn(TestRunner);

impl Drawn {
    fn new() -> Self {
        Self(TestRunner::deterministic())
    }

    fn one<T: std::fmt::Debug>(&mut self, strategy: &impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.0).unwrap().current()
    }
}

/// The ways to an endpoint: method, and path with placeholders filled in.
fn ways(row: &Endpoint, drawn: &mut Drawn) -> Vec<(Method, String)> {
    let method = Method::from_bytes(format!("{:?}", row.method).as_bytes()).unwrap();
    let mut filled = |root: &str, path: &str| {
        let fill = |part: &str| if part.starts_with('{') { drawn.one(&segment()) } else { part.to_owned() };
        format!("{root}{}", path.split('/').map(fill).collect::<Vec<_>>().join("/"))
    };
    let mut ways = Vec::new();
    for path in row.paths {
        match row.api {
            Api::V3 => {
                ways.push((method.clone(), filled(NATIVE, path)));
                ways.push((method.clone(), filled(GATEWAY, path)));
            }
            Api::Relata => ways.push((method.clone(), filled(RELATA, path))),
        }
    }
    if row.api == Api::V3 {
        ways.push((Method::POST, format!("{ESB}/{}/", row.name)));
    }
    ways
}

#[tokio::test]
async fn any_body_for_any_endpoint_is_answered_in_the_envelope() {
    let (mut drawn, body) = (Drawn::new(), body());
    let mut server = Server::new().await;
    let mut succeeded = BTreeSet::new();
    for row in endpoints::all() {
        for _ in 0..cases() {
            let bytes = drawn.one(&body);
            for (method, path) in ways(row, &mut drawn) {
                let Ok(uri) = path.parse::<axum::http::Uri>() else { continue };
                let what = format!("{method} {path} {}", String::from_utf8_lossy(&bytes));
                let call = server.call(method, &uri.to_string()).bearer(ADMIN_TOKEN).bytes(bytes.clone());
                let answer = call.send().await;
                if check(&answer, &what) == StatusCode::UNAUTHORIZED {
                    // The body has revoked the token.
                    server = Server::new().await;
                } else if answer.code() == 0 {
                    succeeded.insert(row.name);
                }
            }
        }
    }
    let (few, all) = (succeeded.len(), endpoints::all().count());
    assert!(3 * few > all, "of {all} endpoints only {few} were given something that they take: {succeeded:?}");
}

/// Runs a property on a server.
fn on_a_server<S: Strategy>(strategy: &S, request: impl Fn(&Server, S::Value) -> (Call<'_>, String)) {
    let mut config = Config { failure_persistence: None, ..Config::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 128;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::new());
    let outcome = TestRunner::new(config).run(strategy, |value| {
        let (call, what) = request(&server, value);
        check(&runtime.block_on(call.send()), &what);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[test]
fn any_headers_are_answered_in_the_envelope() {
    let name = select(words(
        "authorization x-bkapi-authorization x-bkcmdb-user bk_user x-bkcmdb-supplier-account \
         http_blueking_supplier_id x-bkcmdb-language x-request-id content-type content-length accept \
         content-encoding transfer-encoding cookie",
    ));
    let value = prop_oneof![
        json_text().prop_map(String::into_bytes),
        object(json_text()).prop_map(|text| text.replace("bk_app_code", "bk_token").into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..40),
        select(vec!["Bearer", "Bearer  x", "bearer token-of-the-administrator", "gzip", "chunked", "-1", "zh-cn"])
            .prop_map(|text| text.as_bytes().to_vec()),
    ];
    let path = select(vec![
        format!("{NATIVE}/find/object"),
        format!("{ESB}/search_objects/"),
        format!("{GATEWAY}/find/object"),
        format!("{RELATA}/users/search"),
    ]);
    on_a_server(&(path, proptest::collection::vec((name, value), 0..5)), |server, (path, headers)| {
        let what = format!("{path} {headers:?}");
        let mut call = server.post(&path).bytes("{}");
        for (name, value) in headers {
            // What no HTTP parser lets through cannot arrive.
            if let Ok(value) = axum::http::HeaderValue::from_bytes(&value) {
                call.request = call.request.header(name, value);
            }
        }
        (call, what)
    });
}

#[test]
fn any_path_query_and_method_is_answered_in_the_envelope() {
    let root = select(vec![NATIVE, ESB, GATEWAY, RELATA, "", "/api", "//", "/api/v3/find"]);
    let part = prop_oneof![
        segment(),
        "[a-z/_{}.]{0,12}",
        select(vec!["..", ".", "find", "object", "instassociation"]).prop_map(str::to_owned)
    ];
    let method = select(words("GET POST PUT DELETE PATCH HEAD OPTIONS TRACE X"));
    let query = prop_oneof![
        Just(String::new()),
        "[a-z=&%0-9\\[{\":,]{0,30}",
        json_text().prop_map(|text| format!("condition={}", escaped(&text))),
    ];
    let request = (method, root, proptest::collection::vec(part, 0..5), query, body());
    on_a_server(&request, |server, (method, root, parts, query, body)| {
        let path = format!("{root}/{}?{query}", parts.join("/"));
        let path = path.parse::<axum::http::Uri>().map_or_else(|_| "/".to_owned(), |uri| uri.to_string());
        // A HEAD has no body, which is right for it and no envelope.
        let method = if method == "HEAD" { "GET" } else { method };
        let call = server.call(method.parse().unwrap(), &path).bearer(ADMIN_TOKEN).bytes(body);
        (call, format!("{method} {path}"))
    });
}

/// What the parser of a request takes has to be readable where it is kept, too, with more around it.
#[tokio::test]
async fn what_is_nested_deeply_is_refused_or_can_be_read_again() {
    let server = Server::new().await;
    let esb = async |name: &str, members: &str| {
        let body = format!(r#"{{"bk_obj_id":"bk_switch","bk_inst_id":1,{members}}}"#);
        let answer = server.post(&format!("{ESB}/{name}/")).bearer(ADMIN_TOKEN).bytes(body).send().await;
        assert_eq!(check(&answer, name), StatusCode::OK);
        answer.code()
    };
    for depth in 1..=130 {
        let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let doc = format!(r#""bk_asset_id":"{depth}","bk_inst_name":"{depth}","default":{nested}"#);
        let expected = if depth > 100 { 1_199_000 } else { 0 };
        assert_eq!(esb("create_inst", &doc).await, expected, "{depth}");
        assert_eq!(esb("update_inst", &format!(r#""unknown":{nested}"#)).await, expected, "{depth}");
    }
    assert_eq!(esb("get_inst_detail", r#""page":{}"#).await, 0);
    let all = r#""condition":{"operation_time":{"start":"2000-01-01 00:00:00"}},"page":{"limit":200}"#;
    assert_eq!(esb("list_operation_audit", all).await, 0);
}

#[tokio::test]
async fn ten_megabytes_are_read_and_a_byte_more_is_refused() {
    let server = Server::new().await;
    let limit = HttpConfig::default().body_bytes;
    assert_eq!(limit, 10_000_000);
    let (head, tail) = (r#"{"condition":{"bk_asst_id":""#, r#""}}"#);
    let text = |length: usize| format!("{head}{}{tail}", "x".repeat(length - head.len() - tail.len()));
    for path in [
        format!("{NATIVE}/find/associationtype"),
        format!("{ESB}/post_find_associationtype/"),
        format!("{GATEWAY}/find/associationtype"),
    ] {
        let answer = server.post(&path).bearer(ADMIN_TOKEN).bytes(text(limit)).send().await;
        assert_eq!((check(&answer, &path), answer.json()["data"]["count"].as_i64()), (StatusCode::OK, Some(0)));
        let answer = server.post(&path).bearer(ADMIN_TOKEN).bytes(text(limit + 1)).send().await;
        assert_eq!((check(&answer, &path), answer.code()), (StatusCode::PAYLOAD_TOO_LARGE, 1_199_004));
    }
}

#[tokio::test]
async fn ten_megabytes_of_small_items_are_refused_by_their_number() {
    let server = Server::new().await;
    let most = HttpConfig::default().body_bytes - 200;
    let switch = json!({"bk_obj_id": "bk_switch"}).to_string();
    let links = json!({"bk_obj_id": "bk_switch", "bk_asst_obj_id": "host", "bk_obj_asst_id": "bk_switch_connect_host"});
    for (name, rest, list, item) in [
        ("batch_create_inst", &switch, "details", "{}"),
        ("batch_update_inst", &switch, "update", "{}"),
        ("batch_create_instance_association", &links.to_string(), "details", "{}"),
        ("delete_related_inst_asso", &switch, "id", "1"),
    ] {
        let items = format!("{item}{}", format!(",{item}").repeat(most / (item.len() + 1) - 1));
        let body = format!(r#"{},"{list}":[{items}]}}"#, &rest[..rest.len() - 1]);
        let answer = server.post(&format!("{ESB}/{name}/")).bearer(ADMIN_TOKEN).bytes(body).send().await;
        assert_eq!(check(&answer, name), StatusCode::OK);
        assert!([1_199_035, 1_199_059].contains(&answer.code()), "{name}: {}", answer.text);
    }
}
