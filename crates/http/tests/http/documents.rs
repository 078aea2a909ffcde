//! The description of the API, for everybody.

use super::*;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};

const DOCUMENT: &str = "/api/openapi.json";

#[tokio::test]
async fn the_document_needs_no_credentials_and_is_sent_once() {
    let server = Server::new().await;
    let first = server.call(Method::GET, DOCUMENT).send().await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.headers[CONTENT_TYPE], "application/json");
    assert_eq!(first.json()["openapi"], "3.1.0");
    let tag = first.headers[ETAG].to_str().unwrap();
    let again = server.call(Method::GET, DOCUMENT).header("if-none-match", tag).send().await;
    assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn each_style_has_its_document() {
    let server = Server::new().await;
    let path = |style: &str, root: &str, name: &str| (format!("{DOCUMENT}?style={style}"), format!("{root}/{name}"));
    for (document, path) in [
        path("native", NATIVE, "create/object"),
        path("gateway", GATEWAY, "create/object"),
        path("esb", ESB, "create_object/"),
    ] {
        let answer = server.call(Method::GET, &document).send().await.json();
        assert_eq!(answer["paths"][&path]["post"]["operationId"], "create_object", "{document}");
    }
    let unknown = server.call(Method::GET, &format!("{DOCUMENT}?style=soap")).send().await;
    assert_eq!(unknown.json()["bk_error_code"], 1_199_006);
}

#[tokio::test]
async fn the_page_needs_nothing_but_this_server() {
    let server = Server::new().await;
    for (part, kind) in [("", "text/html"), ("/page.js", "text/javascript"), ("/page.css", "text/css")] {
        let answer = server.call(Method::GET, &format!("/api/docs{part}")).send().await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.headers[CONTENT_TYPE].to_str().unwrap().starts_with(kind));
        assert!(answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        assert!(!answer.text.contains("//cdn") && !answer.text.contains("https://"), "{part} names another host");
    }
    assert_eq!(server.call(Method::GET, "/api/docs/other.js").send().await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_graph_is_answered_as_a_file_where_the_caller_asks_for_one() {
    let server = Server::new().await;
    let create = server.post(&format!("{NATIVE}/create/instance/object/bk_switch"));
    create.bearer(ADMIN_TOKEN).json(&json!({"bk_inst_name": "sw", "bk_asset_id": "sw"})).send().await;
    for (format, media) in
        [("json", "application/json"), ("dot", "text/vnd.graphviz"), ("graphml", "application/graphml+xml")]
    {
        let input = json!({"roots": [{"model": "bk_switch", "id": 1}], "format": format});
        let answer = server.post(&format!("{RELATA}/graph/expand")).bearer(ADMIN_TOKEN).json(&input).send().await;
        let answered = answer.headers[CONTENT_TYPE].to_str().unwrap();
        assert_eq!((answer.status, answered), (StatusCode::OK, media), "{}", answer.text);
        assert!(answer.text.contains("bk_switch:1"), "{}", answer.text);
        let named = answer.headers.get(CONTENT_DISPOSITION).map(|it| it.to_str().unwrap().to_owned());
        assert_eq!(named, (format != "json").then(|| format!("attachment; filename=\"graph.{format}\"")));
    }
    let described = server.call(Method::GET, DOCUMENT).send().await.json();
    let content = &described["paths"][format!("{RELATA}/graph/expand")]["post"]["responses"]["200"]["content"];
    let media: Vec<&String> = content.as_object().unwrap().keys().collect();
    assert_eq!(media, ["application/graphml+xml", "application/json", "text/vnd.graphviz"]);
}
