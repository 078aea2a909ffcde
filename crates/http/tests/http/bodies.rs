//! Bodies that are wrong, too large, or more than may come at a time.

use super::*;
use futures_util::stream::pending;

fn find(server: &Server) -> Call<'_> {
    server.post(&format!("{NATIVE}/find/associationtype")).bearer(ADMIN_TOKEN)
}

#[tokio::test]
async fn malformed_json_gets_1199000_and_a_plain_sentence() {
    let server = Server::new().await;
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"a\":{}", "[".repeat(200));
    let bodies: [&[u8]; 13] = [
        b"{",
        b"[]",
        b"null",
        b"7",
        b"{} {}",
        b"{\"a\":}",
        b"{'a':1}",
        b"{\"condition\":[]}",
        b"{\"a\":1e999}",
        b"{\"a\":\"\\ud800\"}",
        b"{\"a\":\"\xff\"}",
        deep.as_bytes(),
        nested.as_bytes(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        let answer = find(&server).bytes(body).send().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, 1_199_000), "{shown}");
        assert!(answer.message().starts_with("the request body is not JSON of the expected shape: "), "{shown}");
        let mut esb = server.post(&format!("{ESB}/post_find_associationtype/")).bearer(ADMIN_TOKEN);
        esb = esb.bytes(body);
        assert_eq!(esb.send().await.code(), 1_199_000, "{shown}");
    }
}

#[tokio::test]
async fn a_list_is_taken_where_the_api_wants_one() {
    let server = Server::new().await;
    let list = r#"[{"bk_inst_name":"a"},{}]"#;
    for root in [NATIVE, GATEWAY] {
        let answer =
            server.post(&format!("{root}/count/bk_switch/instances")).bearer(ADMIN_TOKEN).bytes(list).send().await;
        assert_eq!((answer.code(), &answer.json()["data"]), (0, &json!([0, 0])), "{}", answer.text);
    }
    let members = format!(r#"{{"bk_obj_id":"bk_switch","filters":{list},"bk_token":"{ADMIN_TOKEN}"}}"#);
    let answer = server.post(&format!("{ESB}/count_object_instances_by_filters/")).bytes(members).send().await;
    assert_eq!((answer.code(), &answer.json()["data"]), (0, &json!([0, 0])), "{}", answer.text);
}

#[tokio::test]
async fn odd_but_right_json_is_taken_as_data() {
    let server = Server::new().await;
    for body in [
        "",
        "  ",
        "{}",
        r#"{"condition":{"bk_asst_id":"a\u0000b"}}"#,
        r#"{"condition":{"id":99999999999999999999}}"#,
        r#"{"condition":{"id":-9223372036854775809}}"#,
        r#"{"condition":{"id":1},"condition":{}}"#,
        r#"{"unknown":true}"#,
    ] {
        let answer = find(&server).bytes(body).send().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, 0), "{body}: {}", answer.text);
    }
}

#[tokio::test]
async fn a_body_over_the_limit_gets_413_in_the_envelope() {
    let server = Server::with(HttpConfig { body_bytes: 100, ..HttpConfig::default() }).await;
    assert_eq!(find(&server).bytes(vec![b' '; 100]).send().await.status, StatusCode::OK);
    let answer = find(&server).bytes(vec![b' '; 101]).send().await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    insta::assert_snapshot!(answer.text, @r#"{"result":false,"bk_error_code":1199004,"bk_error_msg":"the request body is larger than 100 bytes","permission":null,"data":null}"#);
    // A stranger learns nothing about limits.
    let stranger = server.post(&format!("{NATIVE}/find/associationtype")).bytes(vec![b' '; 101]).send().await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn more_requests_than_allowed_are_turned_away_for_now() {
    let server = Server::with(HttpConfig { concurrency: 0, ..HttpConfig::default() }).await;
    let answer = find(&server).send().await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.headers["retry-after"], "1");
    insta::assert_snapshot!(answer.text, @r#"{"result":false,"bk_error_code":1199997,"bk_error_msg":"too many requests; slow down and try again: as many requests as allowed are under way","permission":null,"data":null}"#);
}

#[tokio::test(start_paused = true)]
async fn who_waits_too_long_is_told_that_the_work_may_go_on() {
    let server = Server::new().await;
    let mut call = find(&server);
    call.body = Body::from_stream(pending::<std::io::Result<Vec<u8>>>());
    let answer = call.send().await;
    assert_eq!(answer.status, StatusCode::GATEWAY_TIMEOUT);
    assert!(!answer.headers.contains_key("retry-after"));
    insta::assert_snapshot!(answer.text, @r#"{"result":false,"bk_error_code":-1,"bk_error_msg":"the request took more than 60 seconds and may still be carried out; look before you send it again","permission":null,"data":null}"#);
}

#[tokio::test]
async fn a_path_that_is_no_text_names_no_endpoint() {
    let server = Server::new().await;
    let answer = server.call(Method::DELETE, &format!("{NATIVE}/delete/associationtype/%FF")).bearer(ADMIN_TOKEN);
    assert_eq!(answer.send().await.status, StatusCode::NOT_FOUND);
}

/// A body that never comes.
fn stalled(mut call: Call<'_>) -> impl Future<Output = Answer> {
    call.body = Body::from_stream(pending::<std::io::Result<Vec<u8>>>());
    call.send()
}

/// Does something while a request, which comes as far as it can first, is under way.
async fn during<T>(request: impl Future<Output = Answer>, rest: impl Future<Output = T>) -> T {
    tokio::select! {
        biased;
        answer = request => panic!("answered too early: {}", answer.text),
        result = rest => result,
    }
}

#[tokio::test]
async fn of_a_strangers_body_only_the_credentials_are_read() {
    let server = Server::new().await;
    // Right syntax, but a number that no value can hold: only who reads it all sees that.
    let unreadable = |token: &str| format!(r#"{{"a":[0,0,1e999],"bk_token":"{token}"}}"#);
    for path in [format!("{ESB}/post_find_associationtype/"), format!("{GATEWAY}/find/associationtype")] {
        let answer = server.post(&path).bytes(unreadable("wrong")).send().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, 1_199_048));
        let answer = server.post(&path).bytes(unreadable(ADMIN_TOKEN)).send().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, 1_199_000));
    }
}

#[tokio::test]
async fn strangers_take_no_place_from_callers() {
    let server = Server::with(HttpConfig { concurrency: 1, ..HttpConfig::default() }).await;
    let esb = || server.post(&format!("{ESB}/post_find_associationtype/"));
    let native = || server.post(&format!("{NATIVE}/find/associationtype"));
    // Refused already, what is sent is thrown away.
    let status = during(stalled(native()), async { find(&server).send().await.status }).await;
    assert_eq!(status, StatusCode::OK);
    // Waited for, since the credentials may be in the body.
    let statuses = during(stalled(esb()), async {
        let shown_in_body = esb().json(&json!({"bk_token": ADMIN_TOKEN}));
        [
            find(&server).send().await.status,
            esb().bearer(ADMIN_TOKEN).send().await.status,
            native().send().await.status,
            shown_in_body.send().await.status,
        ]
    });
    let [ok, refused, full] = [StatusCode::OK, StatusCode::UNAUTHORIZED, StatusCode::SERVICE_UNAVAILABLE];
    assert_eq!(statuses.await, [ok, ok, refused, full]);
    // Nothing stays taken.
    assert_eq!(esb().json(&json!({"bk_token": ADMIN_TOKEN})).send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_caller_whom_the_headers_show_has_a_place_while_the_body_comes() {
    let server = Server::with(HttpConfig { concurrency: 1, ..HttpConfig::default() }).await;
    // From now on this token is remembered, so that the next request comes to its body at once.
    assert_eq!(find(&server).send().await.status, StatusCode::OK);
    let esb = || server.post(&format!("{ESB}/post_find_associationtype/"));
    let statuses = during(stalled(esb().bearer(ADMIN_TOKEN)), async {
        [find(&server).send().await.status, esb().send().await.status]
    });
    assert_eq!(statuses.await, [StatusCode::SERVICE_UNAVAILABLE, StatusCode::UNAUTHORIZED]);
}
