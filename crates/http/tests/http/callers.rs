//! Who calls, and how they show it.

use super::*;

const FIND: &str = "find/associationtype";

/// A server with the users `ann` (and her token) and the application `job`, which may act for her.
async fn with_ann() -> (Server, String, String) {
    let server = Server::new().await;
    let token = server.token_of("ann").await;
    let app = json!({"bk_app_code": "job", "may_act_for": ["ann", "ghost"]});
    let secret = server.administrate("apps/create", app).await["bk_app_secret"].as_str().unwrap().to_owned();
    (server, token, secret)
}

fn esb(server: &Server) -> Call<'_> {
    server.post(&format!("{ESB}/post_find_associationtype/"))
}

#[tokio::test]
async fn missing_and_wrong_credentials_are_the_same_401_in_every_style() {
    let (server, token, secret) = with_ann().await;
    let app = |code: &str, secret: &str, user: &str| json!({"bk_app_code": code, "bk_app_secret": secret, "bk_username": user});
    let with_token = |token: &str, mut body: Value| {
        body["bk_token"] = token.into();
        body
    };
    for body in [
        json!({}),
        json!({"bk_token": "wrong"}),
        json!({"bk_token": [token]}),
        json!({"bk_username": "ann"}),
        app("job", "wrong", "ann"),
        app("nobody", &secret, "ann"),
        app("job", "", "ann"),
        app("job", &secret, "admin"),
        app("job", &secret, ""),
        // May be acted for, but is no user.
        app("job", &secret, "ghost"),
        with_token("wrong", app("job", &secret, "ann")),
        with_token(&token, app("job", "wrong", "ann")),
    ] {
        for path in [format!("{ESB}/post_find_associationtype/"), format!("{GATEWAY}/{FIND}")] {
            let answer = server.post(&path).json(&body).send().await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{body}");
            let expected = json!({"result": false, "code": 1_199_048, "permission": null, "request_id": "r1",
                "message": "you are not signed in, or the credentials are wrong", "data": null});
            assert_eq!(answer.json(), expected, "{body}");
        }
    }
    let native = || server.post(&format!("{NATIVE}/{FIND}"));
    for call in [
        native(),
        native().bearer("wrong"),
        native().header("Authorization", &format!("Basic {token}")),
        // The native style has its token in the header only.
        native().json(&json!({"bk_token": token})),
    ] {
        let answer = call.send().await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        let expected = json!({"result": false, "bk_error_code": 1_199_048, "permission": null,
            "bk_error_msg": "you are not signed in, or the credentials are wrong", "data": null});
        assert_eq!(answer.json(), expected);
    }
}

#[tokio::test]
async fn credentials_count_in_body_query_and_header() {
    let (server, token, secret) = with_ann().await;
    let app = json!({"bk_app_code": "job", "bk_app_secret": secret, "bk_username": "ann"});
    let mut all = app.clone();
    all["bk_token"] = token.clone().into();
    let app_query = format!("bk_app_code=job&bk_app_secret={secret}&bk_username=ann");
    let path = format!("{ESB}/post_find_associationtype/");
    for call in [
        esb(&server).bearer(&token),
        esb(&server).json(&json!({"bk_token": token})),
        esb(&server).json(&app),
        esb(&server).json(&all),
        server.post(&format!("{path}?bk_token={token}")),
        server.call(Method::GET, &format!("{path}?{app_query}")),
        esb(&server).header("X-Bkapi-Authorization", &all.to_string()),
        esb(&server).header("X-Bkapi-Authorization", &app.to_string()),
        esb(&server).header("X-Bkapi-Authorization", &json!({"access_token": token}).to_string()),
        // The application in the header, the user in the body.
        esb(&server)
            .header("X-Bkapi-Authorization", &json!({"bk_app_code": "job", "bk_app_secret": secret}).to_string())
            .json(&json!({"bk_username": "ann"})),
        server.post(&format!("{GATEWAY}/{FIND}")).json(&app),
        server.post(&format!("{NATIVE}/{FIND}")).bearer(&token),
    ] {
        let answer = call.send().await;
        assert_eq!((answer.status, answer.code()), (StatusCode::OK, 0), "{}", answer.text);
    }
}

#[tokio::test]
async fn credentials_are_no_parameters() {
    let (server, token, _) = with_ann().await;
    // The whole body of this endpoint is the condition.
    let body = json!({"bk_obj_id": "host", "bk_token": token, "bk_app_code": "x", "bk_username": "y"});
    let answer = server.post(&format!("{ESB}/search_objects/")).json(&body).send().await;
    assert_eq!(answer.json()["data"].as_array().map(Vec::len), Some(1), "{}", answer.text);
}

#[tokio::test]
async fn identity_headers_count_only_from_the_named_networks() {
    let config = HttpConfig { trust_headers: vec!["10.0.0.0/8".parse().unwrap()], ..HttpConfig::default() };
    let server = Server::with(config).await;
    let call = |user: &str| {
        server.post(&format!("{NATIVE}/{FIND}")).header("BK_User", user).header("X-Bkcmdb-Supplier-Account", "0")
    };
    assert_eq!(call("ann").from("10.1.2.3").send().await.code(), 0);
    assert_eq!(call("ann").from("192.168.1.1").send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(call("ann").send().await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(call("").from("10.1.2.3").send().await.status, StatusCode::UNAUTHORIZED);
    // Wrong credentials are not made good by where they come from.
    assert_eq!(call("ann").from("10.1.2.3").bearer("wrong").send().await.status, StatusCode::UNAUTHORIZED);
    let untrusting = Server::new().await;
    let call = untrusting.post(&format!("{NATIVE}/{FIND}")).header("BK_User", "admin").from("127.0.0.1");
    assert_eq!(call.send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_trusted_header_gives_the_rights_of_the_named_user() {
    let config = HttpConfig { trust_headers: vec!["10.0.0.0/8".parse().unwrap()], ..HttpConfig::default() };
    let server = Server::with(config).await;
    let users =
        |user: &str| server.post(&format!("{RELATA}/users/search")).header("X-Bkcmdb-User", user).from("10.0.0.1");
    assert_eq!(users("admin").send().await.code(), 0);
    assert_eq!(users("unknown-here").send().await.code(), 9_900_403);
    server.administrate("users/create", json!({"user": "bob"})).await;
    server.administrate("users/revoke", json!({"user": "bob"})).await;
    assert_eq!(users("bob").send().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn another_supplier_account_is_refused_plainly() {
    let config = HttpConfig { trust_headers: vec!["10.0.0.0/8".parse().unwrap()], ..HttpConfig::default() };
    let server = Server::with(config).await;
    let call = server.post(&format!("{NATIVE}/{FIND}")).header("BK_User", "ann").from("10.0.0.1");
    let answer = call.header("HTTP_BLUEKING_SUPPLIER_ID", "7").send().await;
    insta::assert_snapshot!(answer.text, @r#"{"result":false,"bk_error_code":1199011,"bk_error_msg":"not valid, or refers to nothing that exists: bk_supplier_account: there is only the account \"0\"","permission":null,"data":null}"#);
}

#[tokio::test]
async fn a_user_who_is_only_vouched_for_has_a_name_that_a_user_may_have() {
    let config = HttpConfig { trust_headers: vec!["10.0.0.0/8".parse().unwrap()], ..HttpConfig::default() };
    let server = Server::with(config).await;
    let app = json!({"bk_app_code": "job", "may_act_for": ["*"]});
    let secret = server.administrate("apps/create", app).await["bk_app_secret"].clone();
    let by_app = async |user: &str| {
        let body = json!({"bk_app_code": "job", "bk_app_secret": secret, "bk_username": user});
        esb(&server).json(&body).send().await.status
    };
    let by_header = async |user: &str| {
        let call = server.post(&format!("{NATIVE}/{FIND}")).header("BK_User", user).from("10.1.2.3");
        call.send().await.status
    };
    let longest = "x".repeat(128);
    assert_eq!((by_app(&longest).await, by_header(&longest).await), (StatusCode::OK, StatusCode::OK));
    let too_long = "x".repeat(129);
    for user in ["two words", "*", &too_long] {
        assert_eq!(by_app(user).await, StatusCode::UNAUTHORIZED, "{user}");
        assert_eq!(by_header(user).await, StatusCode::UNAUTHORIZED, "{user}");
    }
    for user in ["", "two\nlines", &"x".repeat(5_000_000)] {
        assert_eq!(by_app(user).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn what_a_body_shows_beside_right_headers_still_counts() {
    let (server, token, secret) = with_ann().await;
    let header = json!({"bk_app_code": "job", "bk_app_secret": secret, "bk_username": "ann"}).to_string();
    let status = async |call: Call<'_>| call.send().await.status;
    let wrong_app = json!({"bk_app_code": "job", "bk_app_secret": "wrong"});
    assert_eq!(status(esb(&server).bearer(&token).json(&wrong_app)).await, StatusCode::UNAUTHORIZED);
    let by_app = |body: Value| esb(&server).header("X-Bkapi-Authorization", &header).json(&body);
    assert_eq!(status(by_app(json!({"bk_token": "wrong"}))).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(by_app(json!({"bk_token": token}))).await, StatusCode::OK);
    // What the headers show wrong can be right with what the body adds, as long as it does not take their place.
    let no_user = json!({"bk_app_code": "job", "bk_app_secret": secret}).to_string();
    let by_both = esb(&server).header("X-Bkapi-Authorization", &no_user).json(&json!({"bk_token": token}));
    assert_eq!(status(by_both).await, StatusCode::OK);
    // The body comes before the query.
    let path = format!("{ESB}/post_find_associationtype/?bk_token={token}");
    assert_eq!(status(server.post(&path).json(&json!({"bk_token": "wrong"}))).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_base_path_is_answered_whether_a_proxy_takes_it_off_or_not() {
    let server = Server::with(HttpConfig { base_path: "/cmdb".to_owned(), ..HttpConfig::default() }).await;
    let code = async |before: &str| {
        let call = server.post(&format!("{before}{NATIVE}/find/associationtype")).bearer(ADMIN_TOKEN);
        call.send().await.code()
    };
    assert_eq!((code("/cmdb").await, code("").await), (0, 0));
    assert_eq!(code("/other").await, 1_199_037);
}
