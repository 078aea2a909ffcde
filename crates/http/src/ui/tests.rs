use super::{POLICY, show};
use axum::body::Body;
use axum::http::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH,
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode};
use axum::response::Response;
use rust_embed::{EmbeddedFile, Metadata};
use std::borrow::Cow;

const BUILD: [(&str, &str); 4] = [
    ("index.html", "<!doctype html><base href=\"/\" />"),
    ("assets/app-1a2b.js", "plain"),
    ("assets/app-1a2b.js.br", "brotli"),
    ("assets/app-1a2b.js.gz", "gzip"),
];

fn file(name: &str) -> Option<EmbeddedFile> {
    let (name, text) = BUILD.into_iter().find(|(it, _)| *it == name)?;
    let mut hash = [0; 32];
    hash[0] = u8::try_from(name.len() + text.len()).unwrap();
    Some(EmbeddedFile { data: Cow::Borrowed(text.as_bytes()), metadata: Metadata::__rust_embed_new(hash, None, None) })
}

fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
}

fn ask(path: &str, asked: &[(HeaderName, &str)]) -> Option<Response> {
    show(&Method::GET, path, &headers(asked), "", file)
}

fn header(response: &Response, name: &HeaderName) -> String {
    response.headers().get(name).map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default()
}

async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(Body::new(response.into_body()), 10_000).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn every_path_of_the_ui_is_the_one_page() {
    for path in ["/", "/i/switch/7", "/apiary", "/login"] {
        let response = ask(path, &[(ACCEPT, "text/html,*/*")]).unwrap();
        assert_eq!(header(&response, &CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(header(&response, &CACHE_CONTROL), "no-cache");
        assert_eq!(header(&response, &CONTENT_SECURITY_POLICY), POLICY);
        assert_eq!(text(response).await, "<!doctype html><base href=\"/\" />");
    }
}

#[tokio::test]
async fn below_a_base_path_the_page_says_so() {
    let asked = headers(&[(ACCEPT, "text/html"), (ACCEPT_ENCODING, "br")]);
    let response = show(&Method::GET, "/i/switch/7", &asked, "/cmdb", file).unwrap();
    assert_eq!(header(&response, &CONTENT_SECURITY_POLICY), POLICY);
    assert_eq!(header(&response, &CONTENT_ENCODING), "");
    assert_eq!(text(response).await, "<!doctype html><base href=\"/cmdb/\" />");
}

#[test]
fn what_is_not_of_the_ui_is_left_to_the_api() {
    let html = &[(ACCEPT, "text/html")];
    for path in ["/api", "/api/v3/nothing", "/metrics", "/healthz/", "/readyz", "/version", "/mcp", "/assets/old.js"] {
        assert!(ask(path, html).is_none(), "{path}");
    }
    assert!(ask("/", &[(ACCEPT, "application/json")]).is_none());
    assert!(show(&Method::POST, "/", &headers(html), "", file).is_none());
}

#[tokio::test]
async fn hashed_files_are_kept_for_ever_and_sent_in_the_best_encoding() {
    let path = "/assets/app-1a2b.js";
    for (accepted, encoding, expected) in
        [("gzip, br", "br", "brotli"), ("gzip;q=0.8", "gzip", "gzip"), ("br;q=0", "", "plain"), ("", "", "plain")]
    {
        let response = ask(path, &[(ACCEPT_ENCODING, accepted)]).unwrap();
        assert_eq!(header(&response, &CONTENT_ENCODING), encoding);
        assert_eq!(header(&response, &CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(header(&response, &CACHE_CONTROL), "public, max-age=31536000, immutable");
        assert_eq!(text(response).await, expected);
    }
    assert!(ask("/assets/app-1a2b.js.br", &[]).is_none());
}

#[tokio::test]
async fn what_the_caller_has_is_not_sent_again() {
    let html = (ACCEPT, "text/html");
    let tag = header(&ask("/", std::slice::from_ref(&html)).unwrap(), &ETAG);
    let again = ask("/", &[html.clone(), (IF_NONE_MATCH, &tag)]).unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
    assert_eq!(ask("/", &[html, (IF_NONE_MATCH, "\"other\"")]).unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn without_a_build_there_is_a_notice() {
    let response = show(&Method::GET, "/i/switch", &headers(&[(ACCEPT, "text/html")]), "", |_| None).unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(text(response).await.contains("without the web UI"));
}
