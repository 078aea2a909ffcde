//! Mounts every endpoint row under every URL style, one function a style, and answers a request.

use crate::authn::{self, Shown};
use crate::follow::{Form, Watcher};
use crate::request::{Context, Style};
use crate::{Shared, envelope, input, limits, lines, pages, uploads};
use axum::Router;
use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::http::header::ALLOW;
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::Response;
use axum::routing::any;
use relata_app::endpoint::{self, Api, Effect, Endpoint, Look};
use relata_app::{Principal, call, endpoints, identity};
use relata_model::error::Kind;
use relata_model::{ACCOUNT, Code, Error, Map, Result};
use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

const NATIVE: &str = "/api/v3";
pub(crate) const RELATA: &str = "/api/relata/v1";
/// Below it failures are problems, also where nothing is mounted.
const RELATA_ROOT: &str = "/api/relata/";
const ESB: &str = "/api/c/compapi/v2/cc";
const GATEWAY: &str = "/api/bk-cmdb/prod/api/v3";
/// Below it the gateway's envelope is used, also where nothing is mounted.
const GATEWAY_ROOT: &str = "/api/bk-cmdb/";

/// The placeholder that ESB fills in when a caller gives none.
pub(crate) const SUPPLIER: &str = "bk_supplier_account";

/// A way to reach a row.
pub(crate) struct Mount {
    pub(crate) style: Style,
    pub(crate) method: Method,
    pub(crate) root: &'static str,
    /// Below the root, with placeholders, without slashes at the ends.
    pub(crate) path: &'static str,
    pub(crate) row: &'static Endpoint,
}

/// All ways to reach a row.
pub(crate) fn mounts(row: &'static Endpoint) -> Vec<Mount> {
    match row.api {
        Api::V3 => [native(row), gateway(row), esb(row)].into_iter().flatten().collect(),
        Api::Relata => relata(row),
    }
}

fn native(row: &'static Endpoint) -> Vec<Mount> {
    below(NATIVE, Style::Native, row)
}

fn gateway(row: &'static Endpoint) -> Vec<Mount> {
    below(GATEWAY, Style::Gateway, row)
}

fn relata(row: &'static Endpoint) -> Vec<Mount> {
    below(RELATA, Style::Relata, row)
}

/// By name, POST; what only reads may be asked by GET, too.
fn esb(row: &'static Endpoint) -> Vec<Mount> {
    let methods: &[Method] = match row.effect {
        Effect::Read | Effect::Follow | Effect::Pages => &[Method::POST, Method::GET],
        Effect::Write | Effect::Lines | Effect::Upload => &[Method::POST],
    };
    let mount = |method: &Method| Mount { style: Style::Esb, method: method.clone(), root: ESB, path: row.name, row };
    methods.iter().map(mount).collect()
}

fn below(root: &'static str, style: Style, row: &'static Endpoint) -> Vec<Mount> {
    let method = match row.method {
        endpoint::Method::GET => Method::GET,
        endpoint::Method::POST => Method::POST,
        endpoint::Method::PUT => Method::PUT,
        endpoint::Method::DELETE => Method::DELETE,
    };
    let mount = |path: &&'static str| Mount { style, method: method.clone(), root, path: path.trim_matches('/'), row };
    row.paths.iter().map(mount).collect()
}

/// The names of a path's placeholders, in order.
pub(crate) fn placeholders(path: &'static str) -> impl Iterator<Item = &'static str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The path with its placeholders numbered, so that rows which name them differently can share it.
pub(crate) fn numbered(mount: &Mount) -> String {
    let mut count = 0;
    let part = |part: &str| {
        if part.starts_with('{') {
            count += 1;
            format!("{{p{count}}}")
        } else {
            part.to_owned()
        }
    };
    let parts: Vec<String> = mount.path.split('/').map(part).collect();
    format!("{}/{}", mount.root, parts.join("/"))
}

/// Everything that is mounted at one path, by method.
type Target = Vec<Mount>;

fn targets() -> BTreeMap<String, Target> {
    let mut targets: BTreeMap<String, Target> = BTreeMap::new();
    for mount in endpoints::all().flat_map(mounts) {
        targets.entry(numbered(&mount)).or_default().push(mount);
    }
    targets
}

/// Mounts all rows, with and without a slash at the end.
pub(crate) fn mount(mut router: Router<Arc<Shared>>) -> Router<Arc<Shared>> {
    for (path, target) in targets() {
        let target = Arc::new(target);
        let handler = move |State(shared): State<Arc<Shared>>,
                            params: Result<RawPathParams, RawPathParamsRejection>,
                            request: Request| {
            let target = Arc::clone(&target);
            async move { answer(&shared, &target, params, request).await }
        };
        router = router.route(&format!("{path}/"), any(handler.clone())).route(&path, any(handler));
    }
    router
}

/// A request, taken apart.
struct Incoming {
    head: Parts,
    body: Body,
    params: Result<RawPathParams, RawPathParamsRejection>,
}

async fn answer(
    shared: &Arc<Shared>,
    target: &Target,
    params: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let Some(mount) = target.iter().find(|mount| mount.method == head.method) else {
        return wrong_method(shared, target, started, &head, body).await;
    };
    let context = Context::new(shared, mount.style, mount.row.name, &head);
    let incoming = Incoming { head, body, params };
    if let Some(form) = Form::asked(mount.row, &incoming.head.headers) {
        let begun = in_time(shared, feed(shared, mount, &context, incoming, form)).await;
        return fed(shared, &context, started, form.content_type(), begun);
    }
    if mount.row.effect == Effect::Pages {
        let begun = in_time(shared, begin_pages(shared, mount, &context, incoming)).await;
        return fed(shared, &context, started, lines::CONTENT, begun);
    }
    let (uploaded, streamed) =
        (uploads::is_sent(mount.row, &incoming.head.headers), lines::are_sent(mount.row, &incoming.head.headers));
    if !(uploaded || streamed) {
        let outcome = in_time(shared, call(shared, mount, &context, incoming)).await;
        if let Ok(Look { document: Some(document), .. }) = outcome {
            shared.metrics.answered(&context, None, started.elapsed());
            return envelope::document(&context, document);
        }
        return finish(shared, &context, started, &outcome.map(|look| look.answer));
    }
    let Incoming { head, body, .. } = incoming;
    let admission = match admit_stream(shared, mount, &context, &head).await {
        Ok(admission) => admission,
        Err(error) => return finish(shared, &context, started, &refuse(shared, body, error).await),
    };
    if uploaded {
        let outcome = uploads::answer(shared, mount.row, admission, &head, body).await;
        return finish(shared, &context, started, &outcome);
    }
    fed(shared, &context, started, lines::CONTENT, lines::answer(shared, mount.row, admission, &head, body).await)
}

/// Counts and writes an answer that gives one thing after the other, once it has begun.
fn fed(
    shared: &Shared,
    context: &Context,
    started: Instant,
    content_type: &'static str,
    begun: Result<Body>,
) -> Response {
    match begun {
        Ok(body) => {
            shared.metrics.answered(context, None, started.elapsed());
            envelope::feed(context, content_type, body)
        }
        Err(error) => finish(shared, context, started, &Err(error)),
    }
}

/// Waits for work as long as a caller waits.
async fn in_time<T>(shared: &Shared, work: impl Future<Output = Result<T>>) -> Result<T> {
    let late = || Error::new(Code::TookTooLong).arg(shared.config.request_time.as_secs().to_string());
    tokio::time::timeout(shared.config.request_time, work).await.unwrap_or_else(|_| Err(late()))
}

/// Counts and writes the answer.
pub(crate) fn finish(shared: &Shared, context: &Context, started: Instant, outcome: &Result<String>) -> Response {
    shared.metrics.answered(context, outcome.as_ref().err(), started.elapsed());
    envelope::response(context, outcome)
}

/// Finds out who calls, reads the input and runs the row.
async fn call(shared: &Arc<Shared>, mount: &Mount, context: &Context, incoming: Incoming) -> Result<Look> {
    let Read { head, mut request, place, members } = read(shared, mount, context, incoming).await?;
    let (row, app) = (mount.row, Arc::clone(&shared.app));
    if row.effect == Effect::Follow {
        drop(place);
        let answer = Watcher::new(shared, row, request, members, &head)?.answer().await?;
        return Ok(Look { answer, followed: None, document: None });
    }
    // Dropped with this call, when the answer is there, the caller has gone or the time is over.
    let wanted = Arc::new(());
    if row.effect == Effect::Read {
        request.wanted = Some(Arc::downgrade(&wanted));
    }
    let request = Arc::new(request);
    limits::to_the_end(place, async move { endpoint::look(&app, row, &request, members).await }).await
}

/// The body of an answer that gives what is found one by one.
async fn feed(shared: &Arc<Shared>, mount: &Mount, context: &Context, incoming: Incoming, form: Form) -> Result<Body> {
    let Read { head, request, place, members } = read(shared, mount, context, incoming).await?;
    drop(place);
    Watcher::new(shared, mount.row, request, members, &head)?.feed(form, head).await
}

/// The body of an answer that is read page by page.
async fn begin_pages(shared: &Arc<Shared>, mount: &Mount, context: &Context, incoming: Incoming) -> Result<Body> {
    let Read { request, place, members, .. } = read(shared, mount, context, incoming).await?;
    drop(place);
    pages::answer(shared, mount.row, request, members).await
}

/// A stream that was let in.
pub(crate) struct Admission {
    pub(crate) request: call::Request,
    pub(crate) place: limits::Place,
    /// The query.
    pub(crate) members: Map,
}

/// Finds out who sends a stream, by headers alone, and takes a place for it.
async fn admit_stream(shared: &Arc<Shared>, mount: &Mount, context: &Context, head: &Parts) -> Result<Admission> {
    let shown = Shown::in_headers(mount.style, &head.headers);
    let (principal, place) = in_time(shared, by_headers(shared, &shown, head)).await?;
    drop(place);
    shared.rates.check(&principal, mount.row.name, shared.app.environment.now().as_microsecond())?;
    let place = shared.limits.stream()?;
    let request = call::Request { principal, id: context.id.clone(), lang: context.lang, ..call::Request::default() };
    Ok(Admission { request, place, members: input::query(head.uri.query()) })
}

/// A request that was let in and read.
struct Read {
    head: Parts,
    request: call::Request,
    place: limits::Place,
    members: Map,
}

async fn read(shared: &Arc<Shared>, mount: &Mount, context: &Context, incoming: Incoming) -> Result<Read> {
    let Incoming { head, body, params } = incoming;
    let Admitted { principal, place, query, body } = admit(shared, mount.style, &head, body).await?;
    shared.rates.check(&principal, mount.row.name, shared.app.environment.now().as_microsecond())?;
    let path = path_members(mount, params, &body)?;
    let members = input::merge(query, body, path);
    let request = call::Request { principal, id: context.id.clone(), lang: context.lang, ..call::Request::default() };
    Ok(Read { head, request, place, members })
}

/// A caller who is known and has a place, and what they send.
struct Admitted {
    principal: Principal,
    place: limits::Place,
    query: Map,
    body: Map,
}

/// Finds out who calls and lets them in. Only then their body is taken for more than bytes.
async fn admit(shared: &Shared, style: Style, head: &Parts, body: Body) -> Result<Admitted> {
    let shown = Shown::in_headers(style, &head.headers);
    let query = input::query(head.uri.query());
    let by_headers = by_headers(shared, &shown, head).await;
    if !style.by_headers_alone() {
        return admit_by_all(shared, by_headers, shown, head, query, body).await;
    }
    match by_headers {
        Ok((principal, place)) => {
            let body = input::body(&limits::read(body, shared.config.body_bytes).await?)?;
            Ok(Admitted { principal, place, query, body })
        }
        Err(error) => refuse(shared, body, error).await,
    }
}

/// Lets those in whose headers are enough.
async fn by_headers(shared: &Shared, shown: &Shown, head: &Parts) -> Result<(Principal, limits::Place)> {
    let looking = shared.limits.show_headers()?;
    let principal = identify(shared, shown, head).await?;
    drop(looking);
    Ok((principal, shared.limits.enter()?))
}

/// Also body and query may show who calls. Headers that are enough give a place among callers at once, but do not decide:
/// something wrong that the body shows beside them counts.
async fn admit_by_all(
    shared: &Shared,
    by_headers: Result<(Principal, limits::Place)>,
    mut shown: Shown,
    head: &Parts,
    mut query: Map,
    body: Body,
) -> Result<Admitted> {
    let (known, place) = match by_headers {
        Ok((_, place)) => (true, place),
        // To ask a second time would take as long again.
        Err(error) if envelope::kind(&error) == Kind::Unavailable => return refuse(shared, body, error).await,
        Err(_) => match shared.limits.show_body() {
            Ok(place) => (false, place),
            Err(error) => return refuse(shared, body, error).await,
        },
    };
    let bytes = limits::read(body, shared.config.body_bytes).await?;
    shown.take_from(&mut input::texts(&bytes, &authn::MEMBERS)?);
    shown.take_from(&mut query);
    let principal = identify(shared, &shown, head).await?;
    let place = if known { place } else { shared.limits.enter()? };
    let mut body = input::body(&bytes)?;
    // They are no parameters.
    body.retain(|name, _| !authn::MEMBERS.contains(&name.as_str()));
    Ok(Admitted { principal, place, query, body })
}

/// Of what a stranger sends nothing is kept; no place is held while it is thrown away.
pub(crate) async fn refuse<T>(shared: &Shared, body: Body, error: Error) -> Result<T> {
    limits::drain(body, shared.config.body_bytes).await;
    Err(error)
}

pub(crate) async fn identify(shared: &Shared, shown: &Shown, head: &Parts) -> Result<Principal> {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    let trusted = authn::is_trusted(&shared.config.trust_headers, peer);
    let from = authn::address(&shared.config.trust_headers, head);
    identity::authenticate(&shared.app, &shown.credentials(head, trusted)?, from).await
}

/// The values of the placeholders, by the names that the row gives them. In ESB style they are members of the body, and
/// the supplier account has a default.
fn path_members(
    mount: &Mount,
    params: Result<RawPathParams, RawPathParamsRejection>,
    body: &Map,
) -> Result<Vec<(&'static str, String)>> {
    if mount.style == Style::Esb {
        let placed = mount.row.paths.iter().any(|path| placeholders(path).any(|name| name == SUPPLIER));
        let missing = placed && !body.contains_key(SUPPLIER);
        return Ok(missing.then(|| (SUPPLIER, ACCOUNT.to_owned())).into_iter().collect());
    }
    let params =
        params.map_err(|_| Error::new(Code::NoRoute).arg("of this path").hint("the path is not valid UTF-8"))?;
    Ok(placeholders(mount.path).zip(params.iter()).map(|(name, (_, value))| (name, value.to_owned())).collect())
}

/// The path exists, but not with this method: 405.
async fn wrong_method(shared: &Shared, target: &Target, started: Instant, head: &Parts, body: Body) -> Response {
    limits::drain(body, shared.config.body_bytes).await;
    let style = target.first().map_or(Style::Native, |mount| mount.style);
    let context = Context::new(shared, style, UNKNOWN, head);
    let allowed = target.iter().map(|mount| mount.method.as_str()).collect::<Vec<_>>().join(", ");
    let error = no_route(head).hint(format!("use the method {allowed}"));
    shared.metrics.answered(&context, Some(&error), started.elapsed());
    let mut response = envelope::refusal(&context, StatusCode::METHOD_NOT_ALLOWED, &error);
    if let Ok(allowed) = HeaderValue::from_str(&allowed) {
        response.headers_mut().insert(ALLOW, allowed);
    }
    response
}

/// Nothing is mounted at this path.
pub(crate) async fn unknown(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    limits::drain(body, shared.config.body_bytes).await;
    let path = head.uri.path();
    let style = if path.starts_with(ESB) {
        Style::Esb
    } else if path.starts_with(GATEWAY_ROOT) {
        Style::Gateway
    } else if path.starts_with(RELATA_ROOT) {
        Style::Relata
    } else {
        Style::Native
    };
    let context = Context::new(&shared, style, UNKNOWN, &head);
    finish(&shared, &context, started, &Err(no_route(&head)))
}

/// The label of requests that no row answers.
const UNKNOWN: &str = "unknown";

/// Longest path that an answer repeats.
const SHOWN_PATH: usize = 200;

fn no_route(head: &Parts) -> Error {
    let path: String = head.uri.path().chars().take(SHOWN_PATH).collect();
    Error::new(Code::NoRoute).arg(format!("{} {path}", head.method))
}

#[cfg(test)]
mod tests {
    use super::{endpoints, mounts, numbered};
    use std::collections::{HashMap, HashSet};

    #[test]
    fn no_two_rows_claim_one_method_and_path() {
        let mut taken = HashMap::new();
        for mount in endpoints::all().flat_map(mounts) {
            let before = taken.insert((mount.method.clone(), numbered(&mount)), mount.row.name);
            assert_eq!(before, None, "{} {} is also {}", mount.method, mount.path, mount.row.name);
        }
    }

    #[test]
    fn names_of_rows_are_unique() {
        let mut names = HashSet::new();
        for row in endpoints::all() {
            assert!(names.insert(row.name), "two rows are named {}", row.name);
        }
    }

    #[test]
    fn placeholders_are_whole_parts_of_a_path() {
        for row in endpoints::all() {
            for path in row.paths {
                assert!(path.starts_with('/'), "{path}");
                let whole = |part: &str| !part.contains(['{', '}']) || (part.starts_with('{') && part.ends_with('}'));
                assert!(path.split('/').all(whole), "{path}");
            }
        }
    }
}
