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
