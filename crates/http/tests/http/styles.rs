//! One handler behind three URL styles, each with its own envelope.

use super::*;
use insta::assert_snapshot;

const KINDS: &str = "find/associationtype";

#[tokio::test]
async fn a_read_answers_alike_in_all_styles() {
    let server = Server::new().await;
    let body = json!({"condition": {"bk_asst_id": "belong"}});
    let mut flat = body.clone();
    flat["bk_token"] = ADMIN_TOKEN.into();
    let mut answers = vec![server.post(&format!("{NATIVE}/{KINDS}")).bearer(ADMIN_TOKEN).json(&body).send().await];
    for path in [
        format!("{ESB}/post_find_associationtype/"),
        format!("{ESB}/post_find_associationtype"),
        format!("{GATEWAY}/{KINDS}"),
        format!("{GATEWAY}/{KINDS}/"),
    ] {
        answers.push(server.post(&path).json(&flat).send().await);
    }
    let query = format!("?bk_token={ADMIN_TOKEN}&condition=%7B%22bk_asst_id%22%3A%22belong%22%7D");
    answers.push(server.call(Method::GET, &format!("{ESB}/post_find_associationtype/{query}")).send().await);
    let data = answers[0].json()["data"].clone();
    assert_eq!(data["count"], 1);
    assert_eq!(data["info"][0]["bk_asst_id"], "belong");
    for answer in answers {
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.json()["data"], data, "{}", answer.text);
    }
}

#[tokio::test]
async fn path_placeholders_of_the_native_style_are_members_of_the_flat_body() {
    let server = Server::new().await;
    let kind = |id: &str| json!({"bk_asst_id": id, "bk_asst_name": id});
    let created = server.post(&format!("{NATIVE}/create/associationtype")).bearer(ADMIN_TOKEN).json(&kind("uses"));
    let id = created.send().await.json()["data"]["id"].clone();
    let deleted = server
        .post(&format!("{ESB}/delete_delete_associationtype/"))
        .json(&json!({"bk_token": ADMIN_TOKEN, "id": id}))
        .send()
        .await;
    assert_snapshot!(deleted.text, @r#"{"result":true,"code":0,"message":"success","permission":null,"request_id":"r1","data":null}"#);
    let created = server.post(&format!("{NATIVE}/create/associationtype/")).bearer(ADMIN_TOKEN).json(&kind("needs"));
    let id = created.send().await.json()["data"]["id"].clone();
    // What the body says of a placeholder does not count.
    let deleted = server
        .call(Method::DELETE, &format!("{GATEWAY}/delete/associationtype/{id}"))
        .bearer(ADMIN_TOKEN)
        .json(&json!({"id": 1}))
        .send()
        .await;
    assert_snapshot!(deleted.text, @r#"{"result":true,"code":0,"message":"success","permission":null,"request_id":"r1","data":null}"#);
    let left = server.post(&format!("{NATIVE}/{KINDS}")).bearer(ADMIN_TOKEN);
    let left = left.json(&json!({"condition": {"bk_asst_id": {"$in": ["uses", "needs"]}}})).send().await;
    assert_eq!(left.json()["data"]["count"], 0);
}

#[tokio::test]
async fn failures_have_the_envelope_of_their_style() {
    let server = Server::new().await;
    let wrong = json!({"id": "x", "bk_token": ADMIN_TOKEN});
    let native = server.call(Method::DELETE, &format!("{NATIVE}/delete/associationtype/x")).bearer(ADMIN_TOKEN);
    assert_snapshot!(native.send().await.text, @r#"{"result":false,"bk_error_code":1199009,"bk_error_msg":"parameter id has to be an integer: id is an integer","permission":null,"data":null}"#);
    let gateway = server.call(Method::DELETE, &format!("{GATEWAY}/delete/associationtype/x")).json(&wrong);
    assert_snapshot!(gateway.send().await.text, @r#"{"result":false,"code":1199009,"message":"parameter id has to be an integer: id is an integer","permission":null,"request_id":"r1","data":null}"#);
    let esb = server.post(&format!("{ESB}/delete_delete_associationtype/")).json(&wrong);
    assert_snapshot!(esb.send().await.text, @r#"{"result":false,"code":1199009,"message":"parameter id has to be an integer: id is an integer","permission":null,"request_id":"r1","data":null}"#);
}

#[tokio::test]
async fn unknown_paths_get_404_in_the_envelope() {
    let server = Server::new().await;
    let mut texts = Vec::new();
    for path in ["/", "/api/v3/nothing?a=1", &format!("{ESB}/nothing/"), &format!("{GATEWAY}/nothing")] {
        let answer = server.post(path).send().await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        texts.push(answer.text);
    }
    assert_snapshot!(texts.join("\n"), @r#"
    {"result":false,"bk_error_code":1199037,"bk_error_msg":"there is no endpoint POST /","permission":null,"data":null}
    {"result":false,"bk_error_code":1199037,"bk_error_msg":"there is no endpoint POST /api/v3/nothing","permission":null,"data":null}
    {"result":false,"code":1199037,"message":"there is no endpoint POST /api/c/compapi/v2/cc/nothing/","permission":null,"request_id":"r1","data":null}
    {"result":false,"code":1199037,"message":"there is no endpoint POST /api/bk-cmdb/prod/api/v3/nothing","permission":null,"request_id":"r1","data":null}
    "#);
}

#[tokio::test]
async fn failures_of_the_own_api_are_problems_with_a_status() {
    let server = Server::new().await;
    let ask = async |method: Method, path: &str, body: &str| {
        let call = server.call(method, &format!("{RELATA}/{path}")).bearer(ADMIN_TOKEN).bytes(body);
        let answer = call.send().await;
        assert!(answer.is_problem(), "{path}");
        format!("{} {}", answer.status.as_u16(), answer.text)
    };
    let asked = [
        (Method::POST, "users/create", "{"),
        (Method::POST, "users/create", r#"{"user": 1}"#),
        (Method::POST, "tokens/revoke", r#"{"id": 99}"#),
        (Method::POST, "users/create", r#"{"user": "admin"}"#),
        (Method::POST, "nothing", ""),
        (Method::GET, "users/create", ""),
    ];
    let mut shown = Vec::new();
    for (method, path, body) in asked {
        shown.push(ask(method, path, body).await);
    }
    assert_snapshot!(shown.join("\n"), @r#"
    400 {"code":1199000,"detail":"the request body is not JSON of the expected shape: EOF while parsing an object at line 1 column 1","instance":"r1","status":400,"title":"Json decode","type":"urn:relata:error:1199000"}
    400 {"code":1199000,"detail":"the request body is not JSON of the expected shape: invalid type: integer `1`, expected a string","instance":"r1","status":400,"title":"Json decode","type":"urn:relata:error:1199000"}
    404 {"code":1199011,"detail":"not valid, or refers to nothing that exists: id","instance":"r1","parameter":"id","status":404,"title":"Param refers to nothing","type":"urn:relata:error:1199011"}
    409 {"code":1199014,"detail":"user is there already and has to be unique","instance":"r1","parameter":"user","status":409,"title":"Duplicate","type":"urn:relata:error:1199014"}
    404 {"code":1199037,"detail":"there is no endpoint POST /api/relata/v1/nothing","instance":"r1","status":404,"title":"No route","type":"urn:relata:error:1199037"}
    405 {"code":1199037,"detail":"there is no endpoint GET /api/relata/v1/users/create: use the method POST","instance":"r1","status":405,"title":"No route","type":"urn:relata:error:1199037"}
    "#);
    let stranger = server.post(&format!("{RELATA}/users/search")).send().await;
    assert!(stranger.is_problem() && stranger.status == StatusCode::UNAUTHORIZED, "{}", stranger.text);
}

#[tokio::test]
async fn a_wrong_method_is_told_which_one_is_right() {
    let server = Server::new().await;
    let answer = server.call(Method::PUT, &format!("{NATIVE}/{KINDS}")).bearer(ADMIN_TOKEN).send().await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(answer.headers["allow"], "POST");
    assert_snapshot!(answer.text, @r#"{"result":false,"bk_error_code":1199037,"bk_error_msg":"there is no endpoint PUT /api/v3/find/associationtype: use the method POST","permission":null,"data":null}"#);
    // GET changes nothing, in ESB style either.
    let answer = server.call(Method::GET, &format!("{ESB}/post_create_associationtype/")).send().await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn request_id_is_taken_over_or_made() {
    let server = Server::new().await;
    let given = server.post("/x").send().await;
    assert_eq!(given.headers["x-request-id"], "r1");
    let forged = Request::post(format!("{ESB}/x")).header("X-Request-ID", "two words").body(Body::empty()).unwrap();
    let response = server.router.clone().oneshot(forged).await.unwrap();
    let made = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    assert!(made.starts_with("cc0000") && made.len() == 26, "{made}");
    let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&body).unwrap()["request_id"], made);
}

#[tokio::test]
async fn language_is_chinese_unless_english_is_asked_for() {
    let server = Server::new().await;
    let message = async |name: &str, value: &str| {
        let request = Request::post(format!("{NATIVE}/{KINDS}")).header(name, value).body(Body::empty()).unwrap();
        let response = server.router.clone().oneshot(request).await.unwrap();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice::<Value>(&body).unwrap()["bk_error_msg"].as_str().unwrap().to_owned()
    };
    assert_eq!(message("X-Bkcmdb-Language", "en").await, "you are not signed in, or the credentials are wrong");
    assert_eq!(message("HTTP_BLUEKING_LANGUAGE", "en").await, "you are not signed in, or the credentials are wrong");
    assert_eq!(message("HTTP_BLUEKING_LANGUAGE", "zh-cn").await, "未登录或凭据错误");
    assert_eq!(message("X-Other", "en").await, "未登录或凭据错误");
}

#[tokio::test]
async fn tools_of_the_operator_need_no_credentials() {
    let server = Server::new().await;
    server.post(&format!("{NATIVE}/{KINDS}")).bearer(ADMIN_TOKEN).send().await;
    server.post("/api/v3/made/up/by/a/caller").send().await;
    let get = async |path: &str| {
        let answer = server.call(Method::GET, path).send().await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.text
    };
    assert_snapshot!(get("/healthz").await, @r#"{"status":"ok"}"#);
    assert_snapshot!(get("/readyz").await, @r#"{"status":"ready"}"#);
    assert_eq!(get("/version").await, json!({"name": "relata", "version": env!("CARGO_PKG_VERSION")}).to_string());
    let metrics = get("/metrics").await;
    for line in [
        r#"relata_http_requests_total{endpoint="post_find_associationtype",style="native",outcome="ok"} 1"#,
        r#"relata_http_requests_total{endpoint="unknown",style="native",outcome="no_route"} 1"#,
        r#"relata_http_request_seconds_count{endpoint="post_find_associationtype"} 1"#,
        "relata_store_links 0",
    ] {
        assert!(metrics.contains(line), "{line}\n{metrics}");
    }
    assert!(!metrics.contains("made/up"));
}

/// The documented example of the batch call, as ESB callers send it: credentials, model ids and details in one flat body.
#[tokio::test]
async fn links_are_created_by_the_documented_flat_body() {
    let server = Server::new().await;
    let app = json!({"bk_app_code": "esb_test", "may_act_for": ["*"]});
    let secret = server.administrate("apps/create", app).await["bk_app_secret"].clone();
    let esb = async |name: &str, mut body: Value| {
        let credentials = json!({"bk_app_code": "esb_test", "bk_app_secret": secret, "bk_username": "admin",
            "bk_token": ADMIN_TOKEN});
        for (name, value) in credentials.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = server.post(&format!("{ESB}/{name}/")).json(&body).send().await;
        assert_eq!(answer.code(), 0, "{name}: {}", answer.text);
        answer.json()["data"].clone()
    };
    let association = json!({"bk_obj_asst_id": "bk_switch_belong_bk_router", "bk_obj_id": "bk_switch",
        "bk_asst_obj_id": "bk_router", "bk_asst_id": "belong", "mapping": "n:n"});
    esb("post_create_objectassociation", association).await;
    for model in ["bk_switch", "bk_router"] {
        let instance = json!({"bk_obj_id": model, "bk_inst_name": "one", "bk_asset_id": "1"});
        assert_eq!(esb("create_inst", instance).await["bk_inst_id"], 1);
    }
    let batch = json!({
        "bk_obj_id": "bk_switch",
        "bk_asst_obj_id": "bk_router",
        "bk_obj_asst_id": "bk_switch_belong_bk_router",
        "details": [{"bk_inst_id": 1, "bk_asst_inst_id": 1}, {"bk_inst_id": 1, "bk_asst_inst_id": 2}],
    });
    let data = esb("batch_create_instance_association", batch).await;
    assert_eq!(data["success_created"], json!({"0": 1}));
    assert_eq!(data["error_msg"].as_object().map(serde_json::Map::len), Some(1));
    // The supplier account of the native path has a default here.
    let found = esb("search_inst_by_object", json!({"bk_obj_id": "bk_switch", "condition": {}})).await;
    assert_eq!(found["count"], 1);
    // Of the native path `{bk_obj_id}/{id}`.
    esb("delete_instance_association", json!({"bk_obj_id": "bk_switch", "id": 1})).await;
}
