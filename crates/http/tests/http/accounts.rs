//! Relata's own API for users, tokens and applications.

use super::*;

async fn works(server: &Server, token: &str) -> bool {
    let call = server.post(&format!("{NATIVE}/find/associationtype")).bearer(token);
    call.send().await.status == StatusCode::OK
}

/// Calls as the administrator and gives code and message.
async fn refused(server: &Server, what: &str, body: Value) -> (i64, String) {
    let answer = server.post(&format!("{RELATA}/{what}")).bearer(ADMIN_TOKEN).json(&body).send().await;
    (answer.code(), if answer.code() == 0 { String::new() } else { answer.message() })
}

#[tokio::test]
async fn a_revoked_token_or_user_is_out_at_once() {
    let server = Server::new().await;
    let first = server.token_of("ann").await;
    let second = server.administrate("tokens/create", json!({"user": "ann"})).await;
    let second_token = second["token"].as_str().unwrap();
    // Twice, so that the second time comes from memory.
    for _ in 0..2 {
        assert!(works(&server, &first).await && works(&server, second_token).await);
    }
    server.administrate("tokens/revoke", json!({"id": second["id"]})).await;
    assert!(works(&server, &first).await);
    assert!(!works(&server, second_token).await);
    server.administrate("users/revoke", json!({"user": "ann"})).await;
    assert!(!works(&server, &first).await);
    // A user who comes back gets new tokens.
    let third = server.token_of("ann").await;
    assert!(works(&server, &third).await);
    assert!(!works(&server, &first).await);
}

#[tokio::test]
async fn secrets_are_shown_once_and_kept_as_hashes_that_nobody_sees() {
    let server = Server::new().await;
    let token = server.token_of("ann").await;
    let app = server.administrate("apps/create", json!({"bk_app_code": "job", "may_act_for": ["*"]})).await;
    let secret = app["bk_app_secret"].as_str().unwrap();
    for secret in [token.as_str(), secret] {
        assert!(secret.starts_with("relata_") && secret.len() == 54, "{secret}");
    }
    for what in ["users/search", "tokens/search", "apps/search"] {
        let text = server.administrate(what, json!({})).await.to_string();
        assert!(!text.contains("hash") && !text.contains(secret) && !text.contains(&token), "{text}");
    }
    let tokens = server.administrate("tokens/search", json!({"user": "ann"})).await;
    assert_eq!((&tokens["count"], &tokens["info"][0]["user"]), (&json!(1), &json!("ann")));
}

#[tokio::test]
async fn administration_needs_an_administrator() {
    let server = Server::new().await;
    let token = server.token_of("ann").await;
    let answer = server.post(&format!("{RELATA}/users/search")).bearer(&token).send().await;
    assert!(answer.is_problem() && answer.status == StatusCode::FORBIDDEN);
    insta::assert_snapshot!(answer.text, @r#"{"code":9900403,"detail":"you have no permission to do this; ask for the one that is named here: this needs an administrator","instance":"r1","permission":{"actions":[{"id":"administrate","name":"administrate","related_resource_types":[]}],"system_id":"bk_cmdb","system_name":"Relata"},"status":403,"title":"No permission","type":"urn:relata:error:9900403"}"#);
    server.administrate("users/create", json!({"user": "eve", "admin": true})).await;
    let eve = server.administrate("tokens/create", json!({"user": "eve"})).await;
    let call = server.post(&format!("{RELATA}/users/search")).bearer(eve["token"].as_str().unwrap());
    assert_eq!(call.send().await.json()["count"], 3);
}

#[tokio::test]
async fn a_refusal_names_the_permission_to_ask_for_in_every_style() {
    let server = Server::new().await;
    let token = server.token_of("ann").await;
    let search = json!({"bk_obj_id": "bk_switch", "page": {"limit": 1}});
    let paths = [
        format!("{NATIVE}/search/instances/object/bk_switch"),
        format!("{GATEWAY}/search/instances/object/bk_switch"),
        format!("{ESB}/search_object_instances/"),
    ];
    let ask = async |path: &String| server.post(path).bearer(&token).json(&search).send().await;
    for path in &paths {
        assert_eq!(ask(path).await.code(), 0, "{path}");
    }
    // In effect at once.
    server.administrate("roles/withdraw", json!({"role": "editor", "group": "everybody"})).await;
    for path in &paths {
        let answer = ask(path).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, 9_900_403), "{path}");
        let answer = answer.json();
        assert_eq!(answer.get("data"), None, "{path}");
        let action = &answer["permission"]["actions"][0];
        let kind = &action["related_resource_types"][0]["type"];
        let number = kind.as_str().unwrap().strip_prefix("comobj_").unwrap();
        assert_eq!(action["id"], format!("view_comobj_{number}"), "{path}");
    }
}

#[tokio::test]
async fn an_application_that_acts_for_everybody_does_not_administrate() {
    let server = Server::new().await;
    let code = async |may_act_for: Value, path: &str, user: &str| {
        let app = json!({"bk_app_code": "job", "may_act_for": may_act_for});
        let secret = server.administrate("apps/create", app).await["bk_app_secret"].clone();
        let authorization = json!({"bk_app_code": "job", "bk_app_secret": secret, "bk_username": user});
        let header = authorization.to_string();
        // ESB has no administration; the header does not count in the native style.
        let answer = server.post(path).header("X-Bkapi-Authorization", &header).send().await;
        server.administrate("apps/revoke", json!({"bk_app_code": "job"})).await;
        let after = server.post(path).header("X-Bkapi-Authorization", &header).send().await;
        assert_eq!(after.status, StatusCode::UNAUTHORIZED);
        answer.code()
    };
    let find = format!("{GATEWAY}/find/associationtype");
    assert_eq!(code(json!(["*"]), &find, "somebody").await, 0);
    assert_eq!(code(json!(["ann"]), &find, "somebody").await, 1_199_048);
    assert_eq!(code(json!(["*", "ann"]), &format!("{RELATA}/users/search"), "admin").await, 1_199_048);
}

#[tokio::test]
async fn bad_accounts_are_refused_with_a_reason() {
    let server = Server::new().await;
    server.token_of("ann").await;
    let mut texts = Vec::new();
    for (what, body) in [
        ("users/create", json!({})),
        ("users/create", json!({"user": "two words"})),
        ("users/create", json!({"user": "ann"})),
        ("users/create", json!({"user": 7})),
        ("users/revoke", json!({"user": "admin"})),
        ("users/revoke", json!({"user": "nobody"})),
        ("tokens/create", json!({"user": "nobody"})),
        ("tokens/revoke", json!({"id": "x"})),
        ("tokens/revoke", json!({"id": 99})),
        ("apps/create", json!({"bk_app_code": "job"})),
        ("apps/revoke", json!({"bk_app_code": "job"})),
    ] {
        let (code, message) = refused(&server, what, body.clone()).await;
        texts.push(format!("{what} {body}: {code} {message}"));
    }
    insta::assert_snapshot!(texts.join("\n"), @r#"
    users/create {}: 1199010 parameter user has to be given and not be empty
    users/create {"user":"two words"}: 1199011 not valid, or refers to nothing that exists: user: user is one word without spaces, and not "*"
    users/create {"user":"ann"}: 1199014 user is there already and has to be unique
    users/create {"user":7}: 1199000 the request body is not JSON of the expected shape: invalid type: integer `7`, expected a string
    users/revoke {"user":"admin"}: 1199011 not valid, or refers to nothing that exists: user: the last administrator cannot be revoked
    users/revoke {"user":"nobody"}: 1199011 not valid, or refers to nothing that exists: user
    tokens/create {"user":"nobody"}: 1199011 not valid, or refers to nothing that exists: user
    tokens/revoke {"id":"x"}: 1199009 parameter id has to be an integer: id is an integer
    tokens/revoke {"id":99}: 1199011 not valid, or refers to nothing that exists: id
    apps/create {"bk_app_code":"job"}: 1199010 parameter may_act_for has to be given and not be empty: list the user names, or "*" for everybody
    apps/revoke {"bk_app_code":"job"}: 1199011 not valid, or refers to nothing that exists: bk_app_code
    "#);
}

#[tokio::test]
async fn an_administrator_gets_a_token_at_the_first_start_and_a_given_one_later() {
    let Harness { app, clock, .. } = Harness::new().await;
    let short = identity::ensure_admin(&app, Some("short".to_owned()), Ok).await.unwrap_err();
    assert_eq!(short.code.row().number, 1_199_006);
    let made = identity::ensure_admin(&app, None, Ok).await.unwrap().unwrap();
    assert_eq!(identity::ensure_admin(&app, None, Ok).await.unwrap(), None);
    let router = router(std::sync::Arc::clone(&app), HttpConfig::default());
    let server = Server { app: std::sync::Arc::clone(&app), router, clock };
    assert!(works(&server, &made).await);
    assert!(!works(&server, ADMIN_TOKEN).await);
    for _ in 0..2 {
        assert_eq!(identity::ensure_admin(&app, Some(ADMIN_TOKEN.to_owned()), Ok).await.unwrap(), None);
        assert!(works(&server, &made).await && works(&server, ADMIN_TOKEN).await);
    }
    assert_eq!(server.administrate("tokens/search", json!({})).await["count"], 2);
}

#[tokio::test]
async fn a_token_that_was_revoked_does_not_come_back_with_the_next_start() {
    let Harness { app, clock, .. } = Harness::new().await;
    let made = identity::ensure_admin(&app, None, Ok).await.unwrap().unwrap();
    identity::ensure_admin(&app, Some(ADMIN_TOKEN.to_owned()), Ok).await.unwrap();
    let router = router(std::sync::Arc::clone(&app), HttpConfig::default());
    let server = Server { app: std::sync::Arc::clone(&app), router, clock };
    server.administrate("tokens/revoke", json!({"id": 1})).await;
    identity::ensure_admin(&app, Some(made.clone()), Ok).await.unwrap();
    assert!(!works(&server, &made).await);
}
