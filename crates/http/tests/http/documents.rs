//! The description of the API, for everybody.

use super::*;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};

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
