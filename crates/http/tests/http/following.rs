//! Callers who wait for changes, and those who take them one by one. Time passes only when everybody waits.

use super::*;
use std::time::Duration;
use tokio::time::Instant;

const WATCH: &str = "/api/v3/event/watch/resource/object_instance";
const NO_EVENT: &str = "MQ0xDTVlYTZkM2YzOTRjMWY1ZDk4NmU5YmQ4Ng1ub0V2ZW50DTENMQ0=";

fn watch<'s>(server: &'s Server, input: &Value) -> Call<'s> {
    server.post(WATCH).bearer(ADMIN_TOKEN).json(input)
}

async fn create(server: &Server, name: &str) {
    let path = format!("{NATIVE}/create/instance/object/bk_switch");
    let call = server.post(&path).bearer(ADMIN_TOKEN).json(&json!({"bk_inst_name": name, "bk_asset_id": name}));
    let answer = call.send().await;
    assert_eq!(answer.json()["result"], true, "{}", answer.text);
}

/// The cursor of an answer to go on from.
fn cursor(answer: &Answer) -> String {
    let events = &answer.json()["data"]["bk_events"];
    events.as_array().unwrap().last().unwrap()["bk_cursor"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn who_waits_is_answered_when_something_happens_or_after_20_seconds() {
    let server = Server::new().await;
    let begin = Instant::now();
    let none = watch(&server, &json!({"bk_cursor": NO_EVENT})).send().await;
    assert_eq!((none.json()["data"]["bk_watched"].clone(), begin.elapsed().as_secs()), (json!(false), 20));
    let input = json!({"bk_cursor": cursor(&none)});
    // Other changes wake nobody for good.
    let write = async {
        server.token_of("ann").await;
        tokio::time::sleep(Duration::from_secs(7)).await;
        create(&server, "sw1").await;
    };
    let begin = Instant::now();
    let (found, ()) = tokio::join!(watch(&server, &input).send(), write);
    assert_eq!(begin.elapsed().as_secs(), 7);
    let data = &found.json()["data"];
    assert_eq!(
        (&data["bk_watched"], &data["bk_events"][0]["bk_detail"]["bk_inst_name"]),
        (&json!(true), &json!("sw1"))
    );
}

#[tokio::test(start_paused = true)]
async fn all_three_styles_watch_and_the_resource_of_a_flat_body_is_its_path() {
    let server = Server::new().await;
    create(&server, "sw1").await;
    let body = json!({"bk_resource": "object_instance", "bk_cursor": NO_EVENT});
    let other = json!({"bk_resource": "host", "bk_cursor": NO_EVENT});
    let calls = [
        (format!("{ESB}/resource_watch/"), &body),
        (format!("{GATEWAY}/event/watch/resource/object_instance"), &body),
        (format!("{NATIVE}/event/watch/resource/object_instance"), &other),
    ];
    for (path, body) in calls {
        let answer = server.post(&path).bearer(ADMIN_TOKEN).json(body).send().await;
        assert_eq!(answer.json()["data"]["bk_events"][0]["bk_detail"]["bk_inst_name"], "sw1", "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_a_watcher_comes_after_half_a_second() {
    let server = Server::new().await;
    let begin = Instant::now();
    let refused = watch(&server, &json!({"bk_cursor": "nonsense"})).send().await;
    assert_eq!((refused.code(), begin.elapsed().as_millis()), (1_103_007, 500));
    let begin = Instant::now();
    let stranger = server.post(WATCH).json(&json!({})).send().await;
    assert_eq!((stranger.status.as_u16(), begin.elapsed().as_millis()), (401, 0));
}

#[tokio::test(start_paused = true)]
async fn watchers_take_no_place_from_other_callers_and_are_limited() {
    let server = Server::with(HttpConfig { concurrency: 1, watchers: 2, ..HttpConfig::default() }).await;
    let input = json!({"bk_cursor": NO_EVENT});
    let look = async || watch(&server, &input).send().await;
    let others = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let third = look().await;
        assert_eq!((third.status.as_u16(), third.code()), (503, 1_199_997));
        create(&server, "sw1").await;
    };
    let (first, second, ()) = tokio::join!(look(), look(), others);
    for answer in [first, second] {
        assert_eq!(answer.json()["data"]["bk_watched"], true);
    }
    assert_eq!(look().await.json()["data"]["bk_watched"], true, "the places were given back");
}

/// A feed that is read piece by piece.
struct Feed(axum::body::BodyDataStream);

impl Feed {
    async fn open(server: &Server, query: &str, headers: &[(&str, &str)]) -> Self {
        let mut call = server.call(Method::GET, &format!("{RELATA}/changes?{query}")).bearer(ADMIN_TOKEN);
        for (name, value) in [("accept", "text/event-stream")].iter().chain(headers) {
            call = call.header(name, value);
        }
        let request = call.request.body(Body::empty()).unwrap();
        let response = server.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["x-request-id"], "r1");
        Self(response.into_body().into_data_stream())
    }

    /// The next piece; none at the end.
    async fn next(&mut self) -> Option<String> {
        use futures_util::StreamExt;
        Some(String::from_utf8(self.0.next().await?.unwrap().to_vec()).unwrap())
    }

    /// The next events, with their ids; comments and what has no data are left out.
    async fn events(&mut self) -> Vec<(i64, Value)> {
        loop {
            let piece = self.next().await.unwrap();
            let event = |text: &str| {
                let member = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                Some((member("id: ")?.parse().unwrap(), serde_json::from_str(&member("data: ")?).unwrap()))
            };
            let events: Vec<_> = piece.split("\n\n").filter_map(event).collect();
            if !events.is_empty() {
                return events;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn server_sent_events_go_on_from_where_the_reader_was() {
    let server = Server::new().await;
    let mut feed = Feed::open(&server, "now=true", &[]).await;
    // The place to go on from comes at once, so that nothing is lost before the first event.
    let place = feed.next().await.unwrap();
    let place: i64 = place.split("id: ").nth(1).unwrap().trim().parse().unwrap();
    let (events, ()) = tokio::join!(feed.events(), create(&server, "sw1"));
    assert_eq!((events[0].0, &events[0].1["record"]["name"]), (place + 1, &json!("sw1")));
    drop(feed);
    create(&server, "sw2").await;
    create(&server, "sw3").await;
    let mut feed = Feed::open(&server, "now=true", &[("Last-Event-ID", &events[0].0.to_string())]).await;
    let names: Vec<Value> = feed.events().await.iter().map(|(_, change)| change["record"]["name"].clone()).collect();
    assert_eq!(names, ["sw2", "sw3"]);
    let begin = Instant::now();
    assert_eq!(feed.next().await.unwrap(), ":\n", "a feed that has nothing to say shows that it lives");
    assert_eq!(begin.elapsed().as_secs(), 15);
}

#[tokio::test(start_paused = true)]
async fn a_feed_ends_when_its_reader_may_read_no_longer() {
    let server = Server::new().await;
    server.administrate("users/create", json!({"user": "ann", "admin": true})).await;
    let made = server.administrate("tokens/create", json!({"user": "ann", "name": "feed"})).await;
    let token = format!("Bearer {}", made["token"].as_str().unwrap());
    let call = server.call(Method::GET, &format!("{RELATA}/changes?now=true")).header("accept", "text/event-stream");
    let request = call.header("Authorization", &token).request.body(Body::empty()).unwrap();
    let response = server.router.clone().oneshot(request).await.unwrap();
    let mut feed = Feed(response.into_body().into_data_stream());
    feed.next().await.unwrap();
    server.administrate("tokens/revoke", json!({"id": made["id"]})).await;
    assert_eq!(feed.next().await, None);
}

#[tokio::test(start_paused = true)]
async fn a_refused_feed_is_answered_with_a_problem_and_lines_are_one_page() {
    let server = Server::new().await;
    let page = |query: &str, accept: &str| {
        let call = server.call(Method::GET, &format!("{RELATA}/changes?{query}"));
        call.bearer(ADMIN_TOKEN).header("accept", accept).send()
    };
    let future = page("cursor=99999999", "text/event-stream").await;
    assert_eq!(future.code(), 1_103_007);
    let lines = page("cursor=0&limit=5", "application/x-ndjson, */*;q=0.1").await;
    assert_eq!(lines.headers["content-type"], "application/x-ndjson");
    let read: Vec<Value> = lines.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read[0]["seq"], 1);
    let json = page("cursor=0&limit=5", "application/json").await.json();
    assert_eq!(json["changes"], Value::from(read));
    let end = json!(page("now=true", "*/*").await.json()["cursor"]);
    assert_eq!(page(&format!("cursor={end}"), "application/x-ndjson").await.text, "");
}
