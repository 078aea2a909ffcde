//! Streams of operations in, streams of verdicts out.

use super::{ADMIN_TOKEN, NATIVE, RELATA, Server};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{Request, Response, StatusCode};
use futures_util::{StreamExt, stream};
use relata_http::HttpConfig;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tower::ServiceExt;

async fn send(server: &Server, query: &str, key: Option<&str>, body: Body) -> Response<Body> {
    let mut request = Request::post(format!("{RELATA}/bulk{query}"))
        .header("Authorization", format!("Bearer {ADMIN_TOKEN}"))
        .header("Content-Type", "application/x-ndjson");
    if let Some(key) = key {
        request = request.header("Idempotency-Key", key);
    }
    server.router.clone().oneshot(request.body(body).unwrap()).await.unwrap()
}

/// The lines of an answer.
async fn verdicts(response: Response<Body>) -> Vec<Value> {
    assert_eq!(response.status(), StatusCode::OK);
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
}

async fn done(server: &Server, query: &str, key: Option<&str>, lines: &[String]) -> Vec<Value> {
    verdicts(send(server, query, key, Body::from(lines.join("\n"))).await).await
}

fn create(name: &str) -> String {
    json!({"op": "create", "model": "bk_switch", "label": name, "attributes": {"bk_asset_id": name, "bk_inst_name": name}})
        .to_string()
}

fn statuses(verdicts: &[Value]) -> Vec<(u64, String)> {
    let shown = |it: &Value| {
        let status =
            it["code"].as_i64().map_or_else(|| it["status"].as_str().unwrap().to_owned(), |code| code.to_string());
        (it["row"].as_u64().unwrap_or_default(), status)
    };
    verdicts.iter().map(shown).collect()
}

async fn count(server: &Server) -> u64 {
    let path = format!("{NATIVE}/count/instances/object/bk_switch");
    let answer = server.post(&path).bearer(ADMIN_TOKEN).json(&json!({})).send().await;
    answer.json()["data"]["count"].as_u64().unwrap_or_else(|| panic!("{}", answer.text))
}

#[tokio::test]
async fn broken_empty_and_endless_lines_are_rows_of_their_own_and_the_stream_goes_on() {
    let server = Server::new().await;
    let long = format!("{{\"op\":\"{}\"}}", "x".repeat(1_200_000));
    let lines = [
        "\u{feff}".to_owned() + &create("a"),
        String::new(),
        "{".to_owned(),
        long,
        "[]".to_owned(),
        create("b") + "\r",
    ];
    let verdicts = done(&server, "", None, &lines).await;
    let expected = [(1, "created"), (3, "1199000"), (4, "1199015"), (5, "1199000"), (6, "created")];
    assert_eq!(statuses(&verdicts), expected.map(|(row, status)| (row, status.to_owned())));
    assert_eq!(done(&server, "", None, &[]).await, Vec::<Value>::new());
    assert_eq!(count(&server).await, 2);
}

#[tokio::test]
async fn labels_reach_over_transactions_and_what_fails_in_one_leaves_the_others() {
    let server = Server::new().await;
    let rename = json!({"op": "update", "model": "bk_switch", "instance": "s0", "attributes": {"bk_inst_name": "new"}});
    let mut lines: Vec<String> = (0..25).map(|n| create(&format!("s{}", n % 20))).collect();
    lines.push(rename.to_string());
    let verdicts = done(&server, "?chunk=3", None, &lines).await;
    let failed: Vec<u64> =
        verdicts.iter().filter(|it| it["status"] == "failed").map(|it| it["row"].as_u64().unwrap()).collect();
    // The operation that gave the label last has failed.
    assert_eq!(failed, [21, 22, 23, 24, 25, 26]);
    assert_eq!(count(&server).await, 20);
    let dry = done(&server, "?dry_run=true&chunk=3", None, &[create("t"), create("t")]).await;
    assert_eq!(statuses(&dry), [(1, "created".to_owned()), (2, "1199014".to_owned())]);
    let atomic = done(&server, "?mode=atomic&chunk=1", None, &[create("t"), create("t")]).await;
    assert_eq!(statuses(&atomic), [(1, "1199002".to_owned()), (2, "1199014".to_owned())]);
    assert_eq!(count(&server).await, 20);
}

#[tokio::test]
async fn a_stream_that_is_sent_again_is_answered_from_before_and_goes_on_where_it_ended() {
    let server = Server::new().await;
    let lines: Vec<String> = (0..10).map(|n| create(&format!("s{n}"))).collect();
    let half = done(&server, "?chunk=3", Some("k1"), &lines[..6]).await;
    let whole = done(&server, "?chunk=3", Some("k1"), &lines).await;
    assert_eq!(half, whole[..6]);
    assert!(whole.iter().all(|it| it["status"] == "created"), "{whole:?}");
    assert_eq!(done(&server, "?chunk=3", Some("k1"), &lines).await, whole);
    assert_eq!(count(&server).await, 10);
    // Labels of what was answered from before are known.
    let mut more = lines.clone();
    more.truncate(9);
    more.push(json!({"op": "delete", "model": "bk_switch", "instance": "s1"}).to_string());
    let refused = send(&server, "?chunk=3&on_conflict=skip", Some("k1"), Body::from(more.join("\n"))).await;
    let text = axum::body::to_bytes(refused.into_body(), 10_000).await.unwrap();
    assert!(String::from_utf8_lossy(&text).contains("1199006"), "{text:?}");
    let verdicts = done(&server, "?chunk=3", Some("k1"), &more).await;
    assert_eq!(verdicts[..9], whole[..9]);
    assert_eq!(verdicts[9]["status"], "aborted");
    assert_eq!(
        done(&server, "?chunk=3", Some("k2"), &lines).await.iter().filter(|it| it["code"] == 1_199_014).count(),
        10
    );
}

#[tokio::test]
async fn what_is_wrong_before_the_stream_is_a_problem() {
    let server = Server::new().await;
    for query in ["?mode=both", "?chunk=0", "?chunk=10001", "?operations=[1]"] {
        let response = send(&server, query, None, Body::from(create("a"))).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        let text = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let answer: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(answer["status"], 422, "{query}: {answer}");
    }
    let stranger = Request::post(format!("{RELATA}/bulk")).header("Content-Type", "application/x-ndjson");
    let response = server.router.clone().oneshot(stranger.body(Body::from(create("a"))).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(count(&server).await, 0);
}

/// A body whose lines come when the test sends them.
fn trickling() -> (mpsc::UnboundedSender<String>, Body) {
    let (sender, lines) = mpsc::unbounded_channel::<String>();
    let lines = stream::unfold(lines, |mut lines| async {
        let line = lines.recv().await?;
        Some((Ok::<_, Infallible>(Bytes::from(line + "\n")), lines))
    });
    (sender, Body::from_stream(lines))
}

async fn next(answer: &mut BodyDataStream) -> Option<String> {
    let piece = tokio::time::timeout(Duration::from_secs(20), answer.next()).await.unwrap()?;
    Some(String::from_utf8(piece.unwrap().to_vec()).unwrap())
}

#[tokio::test]
async fn verdicts_come_as_transactions_are_carried_out_and_a_slow_reader_holds_up_nobody() {
    let server = Server::with(HttpConfig { streams: 1, ..HttpConfig::default() }).await;
    let (sender, body) = trickling();
    sender.send(create("a")).unwrap();
    let response = send(&server, "?chunk=1", None, body).await;
    let mut answer = response.into_body().into_data_stream();
    assert!(next(&mut answer).await.unwrap().contains("created"));
    // The place is taken; other requests go on.
    let refused = send(&server, "", None, Body::from(create("z"))).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    for n in 0..50 {
        sender.send(create(&format!("b{n}"))).unwrap();
    }
    assert!(count(&server).await >= 1);
    // Whoever reads nothing gets no further than the queue.
    let some = count(&server).await;
    assert!(some < 51, "{some}");
    drop(sender);
    let mut rest = 0;
    while let Some(piece) = next(&mut answer).await {
        rest += piece.lines().count();
    }
    assert_eq!((rest, count(&server).await), (50, 51));
}

#[tokio::test]
async fn a_reader_who_goes_away_gives_the_place_back() {
    let server = Server::with(HttpConfig { streams: 1, ..HttpConfig::default() }).await;
    let (sender, body) = trickling();
    sender.send(create("a")).unwrap();
    let response = send(&server, "?chunk=1", None, body).await;
    drop(response);
    // The task notices when it has something to say.
    sender.send(create("b")).unwrap();
    sender.closed().await;
    let again = async {
        loop {
            let response = send(&server, "", None, Body::from(create("c"))).await;
            if response.status() == StatusCode::OK {
                return verdicts(response).await;
            }
            tokio::task::yield_now().await;
        }
    };
    let verdicts = tokio::time::timeout(Duration::from_secs(20), again).await.unwrap();
    assert_eq!(statuses(&verdicts), [(1, "created".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_sender_who_falls_silent_is_told_and_what_was_carried_out_stays() {
    let server = Server::new().await;
    let (sender, body) = trickling();
    sender.send(create("a")).unwrap();
    sender.send(create("b")).unwrap();
    sender.send(create("c")).unwrap();
    let verdicts = verdicts(send(&server, "?chunk=2", None, body).await).await;
    assert_eq!(verdicts.len(), 3);
    assert_eq!(verdicts[2]["status"], "aborted");
    assert_eq!(count(&server).await, 2);
    drop(sender);
}
