//! A browser: it keeps cookies, says that it is a page of the server, and follows no redirect by itself.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// A browser on one page of the server.
pub(crate) struct Browser {
    agent: ureq::Agent,
    url: String,
    cookies: BTreeMap<String, String>,
}

/// What came back.
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) location: Option<String>,
    pub(crate) text: String,
}

impl Browser {
    pub(crate) fn new(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(0);
        let agent = config.timeout_global(Some(Duration::from_mins(1))).build().into();
        Self { agent, url: url.to_owned(), cookies: BTreeMap::new() }
    }

    /// One that has these cookies.
    pub(crate) fn with_cookies(url: &str, cookies: BTreeMap<String, String>) -> Self {
        Self { cookies, ..Self::new(url) }
    }

    pub(crate) fn cookies(&self) -> BTreeMap<String, String> {
        self.cookies.clone()
    }

    /// Goes to a page, and not to an answer for programs.
    pub(crate) fn page(&mut self, path: &str) -> Shown {
        self.ask(path, None, "text/html,*/*;q=0.8")
    }

    /// Asks for a path of Relata's own API, by POST when there is a body.
    pub(crate) fn go(&mut self, path: &str, body: Option<&Value>) -> Shown {
        self.ask(path, body, "*/*")
    }

    fn ask(&mut self, path: &str, body: Option<&Value>, accept: &str) -> Shown {
        let url = format!("{}/api/relata/v1/{path}", self.url);
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let headers =
            [("Cookie", cookies.join("; ")), ("X-Requested-With", "relata".to_owned()), ("Accept", accept.to_owned())];
        let answer = match body {
            Some(body) => {
                let request = headers.iter().fold(self.agent.post(url), |it, (name, value)| it.header(*name, value));
                request.send(body.to_string())
            }
            None => headers.iter().fold(self.agent.get(url), |it, (name, value)| it.header(*name, value)).call(),
        };
        let mut answer = answer.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let location = answer.headers().get("location").map(|it| it.to_str().unwrap().to_owned());
        let status = answer.status().as_u16();
        Shown { status, location, text: answer.body_mut().read_to_string().unwrap() }
    }

    /// Signs in with a password; gives the code of the answer.
    pub(crate) fn login(&mut self, user: &str, password: &str) -> i64 {
        self.try_login(user, password).0
    }

    /// The code of the answer, and its text.
    pub(crate) fn try_login(&mut self, user: &str, password: &str) -> (i64, String) {
        let shown = self.go("login", Some(&json!({"user": user, "password": password})));
        let answer: Value = serde_json::from_str(&shown.text).unwrap();
        if shown.status == 200 {
            (0, String::new())
        } else {
            (answer["code"].as_i64().unwrap(), answer["detail"].to_string())
        }
    }

    /// Who is signed in; null for nobody.
    pub(crate) fn who(&mut self) -> Value {
        let shown = self.go("session", None);
        if shown.status == 200 { serde_json::from_str(&shown.text).unwrap() } else { Value::Null }
    }

    /// The ways to sign in.
    pub(crate) fn ways(&mut self) -> Value {
        serde_json::from_str(&self.go("login", None).text).unwrap()
    }
}
