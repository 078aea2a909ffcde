//! What a caller shows, taken out of headers, query and body; whether it is right is [`relata_app::identity`]'s business.
//!
//! Native: `Authorization: Bearer TOKEN`. ESB and gateway: that, or `bk_token`, or `bk_app_code` with `bk_app_secret` and
//! `bk_username`, each in the header `X-Bkapi-Authorization`, the body or the query, in this order. A browser shows the cookie
//! of its session, natively. Identity headers count only when the peer is in a trusted network and shows nothing else.

use crate::request::{self, Style};
use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, COOKIE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use ipnet::IpNet;
use relata_app::identity::{AppSecret, Credentials};
use relata_model::{ACCOUNT, Code, Error, Map, Result};
use serde_json::Value;
use std::net::{IpAddr, SocketAddr};

/// Identity headers, the current name first (conventions.md §2.3).
const USER: [&str; 2] = ["x-bkcmdb-user", "bk_user"];
const APP: [&str; 2] = ["x-bkcmdb-app-code", "bk-app-code"];
const SUPPLIER: [&str; 4] =
    ["x-bkcmdb-supplier-account", "x-bkapi-supplier-account", "http_bk_supplier_account", "http_blueking_supplier_id"];
const BKAPI: [&str; 1] = ["x-bkapi-authorization"];

/// The members of a body or query that show who calls.
pub(crate) const MEMBERS: [&str; 4] = ["bk_token", "bk_app_code", "bk_app_secret", "bk_username"];

/// What was shown so far; what came first stays.
#[derive(Default)]
pub(crate) struct Shown {
    bearer: String,
    /// The secret of a session.
    cookie: String,
    token: String,
    app_code: String,
    app_secret: String,
    user: String,
}

impl Shown {
    /// What the headers show.
    pub(crate) fn in_headers(style: Style, headers: &HeaderMap) -> Self {
        let mut shown = Self { bearer: bearer(headers).unwrap_or_default().to_owned(), ..Self::default() };
        if style.by_headers_alone() {
            session(headers).unwrap_or_default().clone_into(&mut shown.cookie);
        }
        if !style.by_headers_alone()
            && let Some(header) = request::first(headers, &BKAPI)
            && let Ok(mut members) = serde_json::from_str::<Map>(header)
        {
            let access_token = members.remove("access_token");
            shown.take_from(&mut members);
            fill(&mut shown.token, access_token);
        }
        shown
    }

    /// Takes what a flat body or query shows out of it, so that it is no parameter.
    pub(crate) fn take_from(&mut self, members: &mut Map) {
        let slots = [&mut self.token, &mut self.app_code, &mut self.app_secret, &mut self.user];
        for (slot, name) in slots.into_iter().zip(MEMBERS) {
            fill(slot, members.remove(name));
        }
    }

    /// The credentials. Nothing shown is the same failure as something wrong.
    pub(crate) fn credentials(&self, head: &Parts, trusted: bool) -> Result<Credentials> {
        let headers = &head.headers;
        let app = (!self.app_secret.is_empty())
            .then(|| AppSecret { code: self.app_code.clone(), secret: self.app_secret.clone() });
        let token = if self.bearer.is_empty() { &self.token } else { &self.bearer };
        if !token.is_empty() {
            return Ok(Credentials::Token { token: token.clone(), app });
        }
        if let Some(app) = app {
            return Ok(Credentials::App { app, user: self.user.clone() });
        }
        if !self.cookie.is_empty() {
            check_own_page(head)?;
            return Ok(Credentials::Token { token: self.cookie.clone(), app: None });
        }
        if trusted && let Some(user) = request::first(headers, &USER) {
            check_account(headers)?;
            let app = request::first(headers, &APP).unwrap_or_default();
            return Ok(Credentials::Vouched { user: user.to_owned(), app: app.to_owned() });
        }
        Err(Error::new(Code::Unauthenticated))
    }
}

/// Keeps what is there, else takes the text of a member.
fn fill(slot: &mut String, member: Option<Value>) {
    if slot.is_empty()
        && let Some(Value::String(text)) = member
    {
        *slot = text;
    }
}

/// The token of `Authorization: Bearer TOKEN`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// There is one tenant; to act in its name for another would be wrong.
fn check_account(headers: &HeaderMap) -> Result<()> {
    match request::first(headers, &SUPPLIER) {
        Some(account) if account != ACCOUNT => {
            Err(Error::refers_to_nothing("bk_supplier_account").hint(format!("there is only the account {ACCOUNT:?}")))
        }
        Some(_) | None => Ok(()),
    }
}

/// Browsers send cookies with whatever a foreign page makes them ask for, but not a header of its choice.
pub(crate) fn check_own_page(head: &Parts) -> Result<()> {
    if head.method == Method::GET || head.headers.contains_key(OWN_PAGE) {
        return Ok(());
    }
    Err(Error::new(Code::Unauthenticated).hint(format!("with a session send the header {OWN_PAGE}, too")))
}

/// The header that only a page of the server itself can send.
const OWN_PAGE: &str = "x-requested-with";

/// Whether the server was asked as a service of the machine itself, where there is no TLS and nobody in between.
pub(crate) fn is_loopback(headers: &HeaderMap) -> bool {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The name of the cookie of a session. One whose name begins so is sent over TLS only, and to this host only.
pub(crate) fn cookie_name(headers: &HeaderMap) -> &'static str {
    if is_loopback(headers) { "relata" } else { "__Host-relata" }
}

/// The secret of the session that the cookie holds, if there is one.
pub(crate) fn session(headers: &HeaderMap) -> Option<&str> {
    cookie(headers, cookie_name(headers))
}

/// What a cookie holds.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(';'));
    cookies.filter_map(|it| it.trim().split_once('=')).find(|(it, _)| *it == name).map(|(_, secret)| secret)
}

/// The address that a request comes from: that of the peer, or where the peer is a trusted proxy the one it names last.
pub(crate) fn address(networks: &[IpNet], head: &Parts) -> Option<IpAddr> {
    let peer = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
    if !is_trusted(networks, peer) {
        return peer;
    }
    let named = head.headers.get_all(FORWARDED).iter().filter_map(|it| it.to_str().ok()).flat_map(|it| it.split(','));
    let named: Vec<IpAddr> = named.filter_map(|it| it.trim().parse().ok()).collect();
    named.into_iter().rev().find(|it| !is_trusted(networks, Some(*it))).or(peer)
}

/// The addresses that a request has come through.
const FORWARDED: &str = "x-forwarded-for";

/// Whether identity headers of this peer are believed.
pub(crate) fn is_trusted(networks: &[IpNet], peer: Option<IpAddr>) -> bool {
    // An IPv4 peer of a socket that listens on IPv6 has an IPv4-mapped address.
    peer.map(|peer| peer.to_canonical()).is_some_and(|peer| networks.iter().any(|network| network.contains(&peer)))
}

#[cfg(test)]
mod tests {
    use super::is_trusted;

    #[test]
    fn only_peers_in_a_named_network_are_trusted() {
        let networks = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
        let trusted = |peer: &str| is_trusted(&networks, Some(peer.parse().unwrap()));
        assert!(trusted("10.1.2.3"));
        assert!(trusted("::ffff:10.1.2.3"));
        assert!(trusted("::1"));
        assert!(!trusted("11.1.2.3"));
        assert!(!trusted("127.0.0.1"));
        assert!(!is_trusted(&networks, None));
        assert!(!is_trusted(&[], Some("127.0.0.1".parse().unwrap())));
    }
}
