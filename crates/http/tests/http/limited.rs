//! Tokens that are for less than their user, and callers who call too often.

use super::*;

async fn token(server: &Server, with: Value) -> String {
    let mut body = json!({"user": "admin", "name": "test"});
    body.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    server.administrate("tokens/create", body).await["token"].as_str().unwrap().to_owned()
}

async fn code(server: &Server, token: &str, path: &str, from: &str) -> i64 {
    server.post(path).bearer(token).json(&json!({})).from(from).send().await.code()
}

const UNKNOWN: i64 = 1_199_048;

#[tokio::test]
async fn a_token_is_for_no_more_than_its_scope() {
    let server = Server::new().await;
    let (find, users) = (format!("{NATIVE}/find/associationtype"), format!("{RELATA}/users/search"));
    let create = format!("{NATIVE}/create/associationtype");
    for (scope, expected) in
        [("read", [0, 9_900_403, 9_900_403]), ("write", [0, 1_199_011, 9_900_403]), ("admin", [0, 1_199_011, 0])]
    {
        let token = token(&server, json!({"scope": scope})).await;
        let mut codes = Vec::new();
        for path in [&find, &create, &users] {
            codes.push(code(&server, &token, path, "127.0.0.1").await);
        }
        assert_eq!(codes, expected, "{scope}");
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time_and_counts_only_from_its_networks() {
    let server = Server::new().await;
    let find = format!("{NATIVE}/find/associationtype");
    let short = token(&server, json!({"days": 1})).await;
    let near = token(&server, json!({"networks": ["10.0.0.0/8", "::1/128"], "expires": "2030-01-01T00:00:00Z"})).await;
    // Twice, so that the second time comes from memory.
    for _ in 0..2 {
        assert_eq!(code(&server, &short, &find, "192.0.2.1").await, 0);
        for (from, expected) in [("10.1.2.3", 0), ("[::1]", 0), ("[::ffff:10.1.2.3]", 0), ("192.0.2.1", UNKNOWN)] {
            assert_eq!(code(&server, &near, &find, from).await, expected, "{from}");
        }
    }
    server.clock.advance(24 * 3600 - 1);
    assert_eq!(code(&server, &short, &find, "192.0.2.1").await, 0);
    server.clock.advance(1);
    assert_eq!(code(&server, &short, &find, "192.0.2.1").await, UNKNOWN);
    for wrong in [
        json!({"days": -1}),
        json!({"expires": "soon"}),
        json!({"expires": "2001-01-01T00:00:00Z"}),
        json!({"days": 1, "expires": "2030-01-01T00:00:00Z"}),
        json!({"networks": ["here"]}),
    ] {
        let mut body = json!({"user": "admin"});
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let answer = server.post(&format!("{RELATA}/tokens/create")).bearer(ADMIN_TOKEN).json(&body).send().await;
        assert_eq!(answer.code(), 1_199_006, "{wrong}");
    }
}

#[tokio::test]
async fn behind_a_trusted_proxy_the_address_is_the_one_that_the_proxy_names_last() {
    let config = HttpConfig { trust_headers: vec!["10.0.0.0/8".parse().unwrap()], ..HttpConfig::default() };
    let server = Server::with(config).await;
    let near = token(&server, json!({"networks": ["192.0.2.0/24"]})).await;
    let call = async |peer: &str, through: &str| {
        let call = server.post(&format!("{NATIVE}/find/associationtype")).bearer(&near).from(peer);
        call.header("X-Forwarded-For", through).send().await.code()
    };
    assert_eq!(call("10.0.0.1", "192.0.2.7").await, 0);
    assert_eq!(call("10.0.0.1", "192.0.2.7, 10.0.0.2").await, 0);
    // What a stranger writes before the proxy does not count, and a stranger is no proxy.
    assert_eq!(call("10.0.0.1", "192.0.2.7, 203.0.113.5").await, UNKNOWN);
    assert_eq!(call("203.0.113.5", "192.0.2.7").await, UNKNOWN);
}

#[tokio::test]
async fn the_last_use_of_a_token_is_noted_by_the_hour() {
    let harness = Harness::new().await;
    let app = harness.app;
    identity::ensure_admin(&app, Some(ADMIN_TOKEN.to_owned()), Ok).await.unwrap();
    let router = router(Arc::clone(&app), HttpConfig::default());
    let server = Server { app: Arc::clone(&app), router, clock: harness.clock };
    let last = async || {
        let tokens = server.administrate("tokens/search", json!({})).await;
        identity::note_uses(&app).await.unwrap();
        tokens["info"][0]["last_used"].as_str().unwrap().to_owned()
    };
    assert_eq!(last().await, "");
    assert_eq!(last().await, "2024-05-01T02:00:00Z");
    server.clock.advance(3599);
    assert_eq!((last().await, last().await), ("2024-05-01T02:00:00Z".to_owned(), "2024-05-01T02:00:00Z".to_owned()));
    server.clock.advance(1);
    last().await;
    assert_eq!(last().await, "2024-05-01T03:00:00Z");
}

#[tokio::test]
async fn who_calls_too_often_is_told_to_slow_down_and_others_are_not() {
    let rates = vec![("post_find_associationtype".to_owned(), 2)];
    let server = Server::with(HttpConfig { rates, ..HttpConfig::default() }).await;
    let (one, other) = (token(&server, json!({})).await, token(&server, json!({})).await);
    let find = format!("{NATIVE}/find/associationtype");
    let mut codes = Vec::new();
    for _ in 0..3 {
        codes.push(code(&server, &one, &find, "127.0.0.1").await);
    }
    assert_eq!(codes, [0, 0, 1_199_997]);
    let answer = server.post(&find).bearer(&one).send().await;
    assert_eq!(
        (answer.status, answer.headers["retry-after"].to_str().unwrap()),
        (StatusCode::SERVICE_UNAVAILABLE, "1")
    );
    assert_eq!(code(&server, &other, &find, "127.0.0.1").await, 0);
    assert_eq!(code(&server, &one, &format!("{RELATA}/users/search"), "127.0.0.1").await, 0);
    server.clock.advance(1);
    assert_eq!(code(&server, &one, &find, "127.0.0.1").await, 0);
}
