//! Signing in with a password.

use super::*;
use relata_app::identity::password;

const PASSWORD: &str = "correct horse battery";

/// A server on which `ann` has a password.
async fn with_ann() -> Server {
    let server = Server::new().await;
    server.administrate("users/create", json!({"user": "ann"})).await;
    let hash = password::derive(PASSWORD, [3; 32]).unwrap();
    server.administrate("users/set_password", json!({"user": "ann", "hash": hash})).await;
    server
}

/// A call as a page of the server itself makes it, at this host.
fn page<'s>(server: &'s Server, method: Method, path: &str, host: &str, cookie: &str) -> Call<'s> {
    let call =
        server.call(method, &format!("{RELATA}{path}")).header("Host", host).header("X-Requested-With", "relata");
    if cookie.is_empty() { call } else { call.header("Cookie", cookie) }
}

async fn login(server: &Server, host: &str, user: &str, password: &str) -> Answer {
    let call = page(server, Method::POST, "/login", host, "").from("192.0.2.1");
    call.json(&json!({"user": user, "password": password})).send().await
}

/// The cookie that an answer sets, as a browser sends it back, and its attributes.
fn cookie(answer: &Answer) -> (String, String) {
    let text = answer.headers["set-cookie"].to_str().unwrap();
    let (pair, attributes) = text.split_once("; ").unwrap();
    (pair.to_owned(), attributes.to_owned())
}

async fn who(server: &Server, cookie: &str) -> Answer {
    page(server, Method::GET, "/session", "cmdb.example", cookie).send().await
}

#[tokio::test]
async fn a_right_password_gives_a_session_until_logout() {
    let server = with_ann().await;
    let answer = login(&server, "cmdb.example", "ann", PASSWORD).await;
    assert_eq!((answer.code(), answer.headers["cache-control"].to_str().unwrap()), (0, "no-store"));
    let (session, attributes) = cookie(&answer);
    assert!(session.starts_with("__Host-relata=relata_"), "{session}");
    assert_eq!(attributes, "Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure");
    assert_eq!(who(&server, &format!("other=1; {session}")).await.json(), json!({"user": "ann", "admin": false}));
    let call = server.post(&format!("{NATIVE}/find/associationtype")).header("Cookie", &session);
    assert_eq!(call.header("X-Requested-With", "x").header("Host", "cmdb.example").send().await.code(), 0);
    let out = page(&server, Method::POST, "/logout", "cmdb.example", &session).send().await;
    assert_eq!(
        cookie(&out),
        ("__Host-relata=".to_owned(), "Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure".to_owned())
    );
    assert_eq!(who(&server, &session).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn on_the_machine_itself_the_cookie_needs_no_tls_and_counts_nowhere_else() {
    let server = with_ann().await;
    for host in ["localhost:8080", "127.0.0.1:8080", "[::1]:8080"] {
        let (session, attributes) = cookie(&login(&server, host, "ann", PASSWORD).await);
        assert!(session.starts_with("relata=relata_") && !attributes.contains("Secure"), "{session}; {attributes}");
        assert_eq!(page(&server, Method::GET, "/session", host, &session).send().await.code(), 0);
        assert_eq!(who(&server, &session).await.status, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_foreign_page_can_neither_write_nor_sign_anybody_in() {
    let server = with_ann().await;
    let (session, _) = cookie(&login(&server, "cmdb.example", "ann", PASSWORD).await);
    for path in ["/login", "/logout", "/session/password", "/users/search"] {
        let call = server.post(&format!("{RELATA}{path}")).header("Host", "cmdb.example").header("Cookie", &session);
        let answer = call.json(&json!({"user": "ann", "password": PASSWORD})).send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
    }
    assert_eq!(who(&server, &session).await.code(), 0);
}

#[tokio::test]
async fn whatever_is_wrong_with_a_login_the_answer_is_the_same() {
    let server = with_ann().await;
    server.administrate("users/create", json!({"user": "bob"})).await;
    server.administrate("users/create", json!({"user": "eve"})).await;
    let hash = password::derive(PASSWORD, [4; 32]).unwrap();
    server.administrate("users/set_password", json!({"user": "eve", "hash": hash})).await;
    server.administrate("users/revoke", json!({"user": "eve"})).await;
    let mut texts = std::collections::BTreeSet::new();
    for (user, password) in
        [("ann", "wrong"), ("ann", ""), ("bob", PASSWORD), ("eve", PASSWORD), ("nobody", "x"), ("a b", "x"), ("", "")]
    {
        let answer = login(&server, "cmdb.example", user, password).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{user} {password}");
        assert!(!answer.headers.contains_key("set-cookie"));
        texts.insert(answer.text);
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
    let call = page(&server, Method::POST, "/login", "cmdb.example", "");
    assert_eq!(call.bytes("x".repeat(5000)).send().await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn too_many_attempts_at_a_user_are_refused_also_with_the_right_password_for_a_while() {
    let server = with_ann().await;
    let mut codes = Vec::new();
    for _ in 0..11 {
        codes.push(login(&server, "cmdb.example", "ann", "wrong").await.code());
    }
    assert_eq!(codes, [[1_199_048; 10].as_slice(), &[1_199_997]].concat());
    assert_eq!(login(&server, "cmdb.example", "ann", PASSWORD).await.code(), 1_199_997);
    server.clock.advance(31);
    assert_eq!(login(&server, "cmdb.example", "ann", PASSWORD).await.code(), 0);
}

#[tokio::test]
async fn a_session_ends_by_itself_with_the_password_and_with_the_user() {
    let server = with_ann().await;
    let open = async || cookie(&login(&server, "cmdb.example", "ann", PASSWORD).await).0;
    let first = open().await;
    server.clock.advance(43_200);
    assert_eq!(who(&server, &first).await.status, StatusCode::UNAUTHORIZED);
    let second = open().await;
    assert_ne!(first, second);
    // One that is over goes with the next login.
    assert_eq!(server.administrate("tokens/search", json!({"user": "ann"})).await["count"], 1);
    let change = async |old: &str, new: &str| {
        let call = page(&server, Method::POST, "/session/password", "cmdb.example", &second).from("192.0.2.1");
        call.json(&json!({"old": old, "new": new})).send().await.code()
    };
    assert_eq!(change("wrong", "another good one").await, 1_199_048);
    assert_eq!(change(PASSWORD, "short").await, 1_199_006);
    assert_eq!(change(PASSWORD, "another good one").await, 0);
    assert_eq!(who(&server, &second).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(login(&server, "cmdb.example", "ann", PASSWORD).await.code(), 1_199_048);
    let third = cookie(&login(&server, "cmdb.example", "ann", "another good one").await).0;
    assert_eq!(who(&server, &third).await.code(), 0);
    server.administrate("users/revoke", json!({"user": "ann"})).await;
    assert_eq!(who(&server, &third).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn hashes_are_shown_neither_by_searches_nor_by_the_change_log() {
    let server = with_ann().await;
    login(&server, "cmdb.example", "ann", PASSWORD).await;
    let users = server.administrate("users/search", json!({})).await.to_string();
    let call = server.call(Method::GET, &format!("{RELATA}/changes?limit=1000")).bearer(ADMIN_TOKEN);
    let changes = call.send().await.text;
    assert!(changes.contains("\"session\""), "{changes}");
    for text in [users, changes] {
        assert!(!text.contains("argon2id") && !text.contains("\"hash\""), "{text}");
    }
    let answer = server.post(&format!("{RELATA}/users/set_password")).bearer(ADMIN_TOKEN);
    assert_eq!(answer.json(&json!({"user": "ann", "hash": "plain text"})).send().await.code(), 1_199_006);
}
