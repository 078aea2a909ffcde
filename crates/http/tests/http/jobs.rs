//! Uploads that become jobs, and their results.

use super::{ADMIN_TOKEN, NATIVE, RELATA, Server};
use axum::body::{Body, Bytes};
use axum::http::{Method, StatusCode};
use futures_util::stream;
use relata_app::bulk::jobs::{Running, Step};
use relata_http::HttpConfig;
use serde_json::{Value, json};

struct Upload<'s> {
    server: &'s Server,
    query: &'s str,
    key: &'s str,
    content: &'s str,
}

impl Upload<'_> {
    async fn send(&self, body: Body) -> (StatusCode, Value) {
        let mut call = self.server.post(&format!("{RELATA}/jobs{}", self.query)).bearer(ADMIN_TOKEN);
        call = call.header("Content-Type", self.content);
        if !self.key.is_empty() {
            call = call.header("Idempotency-Key", self.key);
        }
        call.body = body;
        let answer = call.send().await;
        (answer.status, answer.json())
    }

    async fn text(&self, text: &str) -> (StatusCode, Value) {
        self.send(Body::from(text.to_owned())).await
    }
}

fn upload<'s>(server: &'s Server, query: &'s str, key: &'s str) -> Upload<'s> {
    Upload { server, query, key, content: "application/x-ndjson; charset=utf-8" }
}

fn create(name: &str) -> String {
    json!({"op": "create", "model": "bk_switch", "attributes": {"bk_asset_id": name, "bk_inst_name": name}}).to_string()
}

fn lines(count: usize) -> String {
    (0..count).map(|n| create(&format!("s{n}")) + "\n").collect()
}

async fn get(server: &Server, path: &str) -> super::Answer {
    server.call(Method::GET, &format!("{RELATA}/jobs{path}")).bearer(ADMIN_TOKEN).send().await
}

async fn results(server: &Server, id: &Value, query: &str) -> Vec<Value> {
    let answer = get(server, &format!("/{id}/result{query}")).await;
    assert_eq!(
        (answer.status, answer.headers["content-type"].as_bytes()),
        (StatusCode::OK, &b"application/x-ndjson"[..])
    );
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn an_upload_becomes_a_job_whose_result_is_a_stream_of_lines() {
    let server = Server::new().await;
    let text = format!("\u{feff}{}\n\n{{\n{}\n", create("a"), lines(60));
    let (status, job) = upload(&server, "?chunk=2&name=switches.ndjson", "").text(&text).await;
    assert_eq!(status, StatusCode::OK, "{job}");
    assert_eq!((&job["state"], &job["name"]), (&json!("waiting"), &json!("switches.ndjson")));
    assert_eq!(job["rows"], json!({"total": 62, "done": 0}));
    assert_eq!(results(&server, &job["id"], "").await, Vec::<Value>::new());
    let mut running = Running::open(&server.app, job["id"].as_i64().unwrap()).await.unwrap().unwrap();
    for _ in 0..20 {
        assert_eq!(running.step().await.unwrap(), Step::More);
    }
    assert_eq!(results(&server, &job["id"], "").await.len(), 40);
    while running.step().await.unwrap() == Step::More {}
    let all = results(&server, &job["id"], "?with=lines").await;
    let rows: Vec<u64> = all.iter().map(|it| it["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [1].into_iter().chain(3..=63).collect::<Vec<u64>>());
    assert_eq!((&all[1]["code"], &all[1]["line"]), (&json!(1_199_000), &json!("{")));
    assert_eq!(results(&server, &job["id"], "?status=failed").await.len(), 1);
    let answer = get(&server, &format!("/{}/result?status=odd", job["id"])).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{}", answer.text);
    assert_eq!(get(&server, "/77/result").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_upload_that_is_repeated_answers_the_same_job() {
    let server = Server::new().await;
    let whole = upload(&server, "?chunk=3", "k");
    let (_, first) = whole.text(&lines(10)).await;
    let (status, again) = whole.text(&lines(10)).await;
    assert_eq!((status, &again["id"], &again["rows"]["total"]), (StatusCode::OK, &first["id"], &json!(10)));
    for (query, count) in [("?chunk=3&on_conflict=skip", 10), ("?chunk=2", 10), ("?chunk=3", 1)] {
        let (status, problem) = upload(&server, query, "k").text(&lines(count)).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNPROCESSABLE_ENTITY, &json!(1_199_006)),
            "{query} {problem}"
        );
    }
    assert_eq!(upload(&server, "?name=2026", "").text(&lines(1)).await.1["name"], "2026");
    assert_ne!(upload(&server, "?chunk=3", "").text(&lines(10)).await.1["id"], first["id"]);
}

#[tokio::test]
async fn an_upload_that_breaks_off_is_too_large_or_of_another_kind_leaves_no_job() {
    let config = HttpConfig { job_bytes: 2000, ..HttpConfig::default() };
    let server = Server::with(config).await;
    let broken = stream::iter([Ok(Bytes::from(lines(5))), Err(std::io::Error::other("the caller has gone"))]);
    let (status, problem) = upload(&server, "?chunk=2", "k").send(Body::from_stream(broken)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::BAD_REQUEST, &json!(1_199_000)), "{problem}");
    let (status, problem) = upload(&server, "?chunk=2", "k").text(&lines(50)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(1_199_004)), "{problem}");
    let (status, problem) = upload(&server, "", "k").text("\n\n").await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(1_199_038)), "{problem}");
    let (status, problem) = upload(&server, "?chunk=0", "k").text(&lines(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(1_199_006)), "{problem}");
    let odd = Upload { server: &server, query: "", key: "", content: "text/plain" };
    let (status, problem) = odd.text(&lines(1)).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!(1_199_006)), "{problem}");
    assert_eq!(get(&server, "").await.json()["items"], json!([]));
    // The key is free again.
    let (status, job) = upload(&server, "?chunk=2", "k").text(&lines(3)).await;
    assert_eq!((status, &job["rows"]["total"]), (StatusCode::OK, &json!(3)), "{job}");
    let path = format!("{NATIVE}/count/instances/object/bk_switch");
    let counted = server.post(&path).bearer(ADMIN_TOKEN).json(&json!({})).send().await;
    assert_eq!(counted.json()["data"]["count"], 0, "nothing was carried out yet");
}
