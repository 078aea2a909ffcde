//! Signing in at a provider, from the page that is left to the page that is come back to; and what is wrong with it.

mod mock;

use crate::browser::{Browser, Shown};
use crate::server::{Server, TOKEN, serve};
use mock::{Algorithm, Asked, CLIENT, Mock, SECRET, decoded};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::path::Path;

/// Where browsers come back to. The tests take the way back to the server that they have started.
const CALLBACK: &str = "https://cmdb.example/api/relata/v1/login/oidc/callback";

fn start(folder: &Path, issuer: &str, more: &str) -> Server {
    let text = format!(
        "[oidc]\nissuer = '{issuer}'\nclient_id = '{CLIENT}'\nredirect_url = '{CALLBACK}'\ntitle = 'Example login'\n{more}\n"
    );
    fs::write(folder.join("relata.toml"), text).unwrap();
    let mut command = serve(folder);
    Server::run(command.env("RELATA_ADMIN_TOKEN", TOKEN).env("RELATA_OIDC_CLIENT_SECRET", SECRET))
}

const NEW_USERS: &str = "create_users = true";

/// Leaves for the provider; gives the parameters that the provider gets.
fn leave(browser: &mut Browser, issuer: &str, page: &str) -> Asked {
    let shown = browser.go(&format!("login/oidc?return={page}"), None);
    assert_eq!(shown.status, 303, "{}", shown.text);
    let (address, query) = shown.location.as_ref().unwrap().split_once('?').unwrap();
    assert_eq!(address, format!("{issuer}/authorize"));
    let asked = decoded(query);
    assert_eq!(asked["redirect_uri"], CALLBACK);
    asked
}

fn come_back(browser: &mut Browser, code: &str, state: &str) -> Shown {
    browser.go(&format!("login/oidc/callback?code={code}&state={state}"), None)
}

/// Signs in with these claims over the right ones; gives the browser and what it is shown in the end.
fn sign_in(server: &Server, provider: &Mock, claims: &Value) -> (Browser, Shown) {
    let mut browser = Browser::new(server.url());
    let asked = leave(&mut browser, &provider.issuer, "/");
    let code = provider.sign_in(&asked, claims);
    let shown = come_back(&mut browser, &code, &asked["state"]);
    (browser, shown)
}

#[track_caller]
fn refused(what: &str, (mut browser, shown): (Browser, Shown)) {
    assert_eq!(shown.status, 401, "{what}: {}", shown.text);
    assert_eq!(browser.who(), Value::Null, "{what}");
}

#[test]
fn who_has_signed_in_at_the_provider_is_let_in_and_goes_back_to_the_page() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Mock::start());
    let more = format!("{NEW_USERS}\n[oidc.groups]\ncmdb = 'operators'\nothers = 'watchers'");
    let server = start(folder.path(), &provider.issuer, &more);
    let client = server.client();
    client.own("groups/create", &json!({"name": "watchers", "members": ["ann"]}));
    let mut ann = Browser::new(server.url());
    assert_eq!(ann.ways()["oidc"], json!({"title": "Example login", "path": "/api/relata/v1/login/oidc"}));
    let asked = leave(&mut ann, &provider.issuer, "/models%3Fx%3D1");
    let code = provider.sign_in(&asked, &json!({"groups": ["cmdb", "x"]}));
    let shown = come_back(&mut ann, &code, &asked["state"]);
    assert_eq!((shown.status, shown.location.as_deref()), (303, Some("/models?x=1")), "{}", shown.text);
    assert_eq!(ann.who(), json!({"user": "ann", "admin": false}));
    let groups = client.own("groups/search", &json!({}))["info"].clone();
    let members =
        |name: &str| groups.as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()["members"].clone();
    assert_eq!((members("operators"), members("watchers")), (json!(["ann"]), json!([])));
    // A foreign page is not gone back to.
    for page in ["https://evil.example/", "//evil.example", "/%5Cevil.example", ""] {
        let asked = leave(&mut ann, &provider.issuer, page);
        let code = provider.sign_in(&asked, &json!({}));
        assert_eq!(come_back(&mut ann, &code, &asked["state"]).location.as_deref(), Some("/"), "{page}");
    }
    client.own("users/revoke", &json!({"user": "ann"}));
    refused("revoked", sign_in(&server, &provider, &json!({})));
    let changes = client.own_get("changes?limit=1000").to_string();
    assert!(changes.contains("\"oidc\"") && !changes.contains(SECRET), "{changes}");
}

#[test]
fn an_answer_that_is_not_for_this_browser_and_this_attempt_lets_nobody_in() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Mock::start());
    let server = start(folder.path(), &provider.issuer, NEW_USERS);
    let attempt = || {
        let mut browser = Browser::new(server.url());
        let asked = leave(&mut browser, &provider.issuer, "/");
        let code = provider.sign_in(&asked, &json!({}));
        (browser, code, asked["state"].clone())
    };
    // The state of another attempt, or none.
    let ((mut one, code, _), (_, other_code, other_state)) = (attempt(), attempt());
    let shown = come_back(&mut one, &code, &other_state);
    refused("state of another", (one, shown));
    let (mut one, code, _) = attempt();
    let shown = come_back(&mut one, &code, "");
    refused("no state", (one, shown));
    // Another browser, which a foreign page has sent here.
    let mut stranger = Browser::new(server.url());
    let shown = come_back(&mut stranger, &other_code, &other_state);
    refused("another browser", (stranger, shown));
    // The code of another attempt: its verifier is another one.
    let ((mut one, _, state), (_, other_code, _)) = (attempt(), attempt());
    let shown = come_back(&mut one, &other_code, &state);
    refused("code of another", (one, shown));
    // A code is good for once, and so is an attempt.
    let (mut one, code, state) = attempt();
    let kept = one.cookies();
    assert_eq!(come_back(&mut one, &code, &state).status, 303);
    let again = come_back(&mut one, &code, &state);
    assert_eq!(again.status, 401, "{}", again.text);
    let mut thief = Browser::with_cookies(server.url(), kept);
    let shown = come_back(&mut thief, &code, &state);
    refused("code again", (thief, shown));
    // The provider says no, in words that whoever makes a link may choose.
    let (mut one, _, state) = attempt();
    let shown = one.page(&format!("login/oidc/callback?error=%3Cscript%3E&state={state}"));
    assert!(shown.text.starts_with("<!doctype html>") && !shown.text.contains("<script"), "{}", shown.text);
    refused("denied", (one, shown));
    let (mut one, code, state) = attempt();
    let shown = one.go(&format!("login/oidc/callback?code={code}&state={state}&iss=https://evil.example"), None);
    refused("another provider", (one, shown));
    assert_eq!(server.client().own("users/search", &json!({}))["count"], 2);
}

#[test]
fn a_token_that_is_not_right_lets_nobody_in() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Mock::start());
    let server = start(folder.path(), &provider.issuer, NEW_USERS);
    for claims in [
        json!({"nonce": "another"}),
        json!({"nonce": null}),
        json!({"aud": "another"}),
        json!({"aud": [CLIENT, "another"]}),
        json!({"iss": "https://evil.example"}),
        json!({"exp": -1}),
        json!({"preferred_username": null}),
        json!({"preferred_username": "two words"}),
        json!({"preferred_username": "*"}),
        // A local user of the same name.
        json!({"preferred_username": "admin"}),
    ] {
        refused(&claims.to_string(), sign_in(&server, &provider, &claims));
    }
    for algorithm in [Algorithm::None, Algorithm::Hmac] {
        provider.set(|it| it.algorithm = algorithm);
        refused(&format!("{algorithm:?}"), sign_in(&server, &provider, &json!({})));
    }
    provider.set(|it| (it.algorithm, it.hidden) = (Algorithm::Ecdsa, true));
    provider.set(mock::State::rotate);
    refused("a key that the provider does not know", sign_in(&server, &provider, &json!({})));
    assert_eq!(server.client().own("users/search", &json!({}))["count"], 1);
    provider.set(|it| it.hidden = false);
    assert_eq!(sign_in(&server, &provider, &json!({})).1.status, 303);
    // The name has passed on to somebody else.
    refused("another subject", sign_in(&server, &provider, &json!({"sub": "2"})));
}

#[test]
fn new_keys_of_the_provider_are_learned() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Mock::start());
    let server = start(folder.path(), &provider.issuer, NEW_USERS);
    for algorithm in [Algorithm::Ecdsa, Algorithm::Rsa, Algorithm::Ecdsa] {
        provider.set(|it| it.algorithm = algorithm);
        assert_eq!(sign_in(&server, &provider, &json!({})).1.status, 303, "{algorithm:?}");
        provider.set(mock::State::rotate);
        let (mut ann, shown) = sign_in(&server, &provider, &json!({}));
        assert_eq!((shown.status, ann.who()["user"].clone()), (303, json!("ann")), "{algorithm:?}: {}", shown.text);
    }
}

#[test]
fn only_those_come_in_whom_the_settings_name() {
    let provider = Mock::start();
    let folder = tempfile::tempdir().unwrap();
    let more = "allowed_domains = ['example.org']\nallowed_groups = ['cmdb']\nuser_claim = 'email'";
    let server = start(folder.path(), &provider.issuer, more);
    let good = json!({"email": "ann@Example.org", "email_verified": true, "groups": ["cmdb"]});
    refused("a new user", sign_in(&server, &provider, &good));
    server.client().own("users/create", &json!({"user": "ann@Example.org", "place": "oidc"}));
    assert_eq!(sign_in(&server, &provider, &good).1.status, 303);
    for (name, value) in [
        ("email", json!("ann@example.org.evil.example")),
        ("email_verified", json!(false)),
        ("email_verified", Value::Null),
        ("groups", json!(["others"])),
        ("groups", Value::Null),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        refused(&claims.to_string(), sign_in(&server, &provider, &claims));
    }
}

#[test]
fn a_provider_that_is_away_broken_or_hangs_is_named_and_lets_nobody_in() {
    let (folder, provider) = (tempfile::tempdir().unwrap(), Mock::start());
    let server = start(folder.path(), &provider.issuer, NEW_USERS);
    provider.set(|it| it.broken = Some(500));
    let (mut ann, shown) = sign_in(&server, &provider, &json!({}));
    assert_eq!((shown.status, ann.who()), (503, Value::Null), "{}", shown.text);
    provider.set(|it| it.broken = None);
    assert_eq!(sign_in(&server, &provider, &json!({})).1.status, 303);
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let gone = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let addresses =
        [format!("http://{}", hanging.local_addr().unwrap()), format!("http://{gone}"), "https://127.0.0.1:1".into()];
    for issuer in addresses {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &issuer, "timeout_seconds = 1");
        let mut browser = Browser::new(server.url());
        let shown = browser.page("login/oidc");
        assert!(shown.status == 503 && shown.text.contains("the sign-in provider"), "{issuer}: {}", shown.text);
        assert_eq!(browser.go("login", None).status, 200);
    }
}
