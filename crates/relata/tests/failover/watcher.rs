//! A watcher that follows the change log through one server after the other, and may not miss anything.

use crate::server::TOKEN;
use crate::writers::Pair;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// What a watcher has seen.
#[derive(Default)]
pub(crate) struct Seen {
    cursor: i64,
    pub(crate) changes: Vec<Value>,
}

impl Seen {
    /// Takes what follows the cursor. Each change has the next number.
    fn take(&mut self, page: &Value) {
        for change in page["changes"].as_array().unwrap() {
            let expected = i64::try_from(self.changes.len()).unwrap() + 1;
            assert_eq!(change["seq"], expected, "the log goes on with {change}");
            self.changes.push(change.clone());
        }
        self.cursor = page["cursor"].as_i64().unwrap();
    }

    /// The links that were created according to the log, each with its id.
    pub(crate) fn links(&self) -> BTreeMap<i64, (String, Pair)> {
        let mut links = BTreeMap::new();
        for change in self.changes.iter().filter(|it| it["resource"] == "instance_association") {
            assert_eq!(change["action"], "create", "{change}");
            let number = |name: &str| change["record"][name].as_i64().unwrap_or_else(|| panic!("{name} of {change}"));
            let association = change["scope"].as_str().unwrap().to_owned();
            let before = links.insert(number("id"), (association, (number("source"), number("target"))));
            assert_eq!(before, None, "a second record: {change}");
        }
        links
    }
}

/// Reads the log through these servers.
pub(crate) struct Reader {
    agent: ureq::Agent,
    urls: Vec<String>,
}

impl Reader {
    pub(crate) fn new(urls: &[String]) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_secs(15))).build().into();
        Self { agent, urls: urls.to_vec() }
    }

    /// What follows a cursor, from this server; nothing when it cannot be read now.
    fn page(&self, server: usize, cursor: i64) -> Option<Value> {
        let url = format!("{}/api/relata/v1/changes?cursor={cursor}", self.urls[server % self.urls.len()]);
        let mut answer = self.agent.get(url).header("Authorization", format!("Bearer {TOKEN}")).call().ok()?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(u64::MAX).read_to_string().ok()?;
        assert!([200, 503, 504].contains(&status), "the log is answered {status}: {text}");
        let answer: Value = serde_json::from_str(&text).unwrap();
        if status != 200 {
            return None;
        }
        assert!(answer["code"].is_null(), "{answer}");
        Some(answer)
    }

    /// Follows the log until it is told to stop.
    pub(crate) fn follow(&self, seen: &Mutex<Seen>, stop: &AtomicBool) {
        let mut server = 0;
        while !stop.load(Ordering::Relaxed) {
            let cursor = seen.lock().unwrap().cursor;
            let page = self.page(server, cursor);
            let Some(page) = page else {
                server += 1;
                thread::sleep(Duration::from_millis(100));
                continue;
            };
            let none = page["changes"].as_array().unwrap().is_empty();
            seen.lock().unwrap().take(&page);
            if none {
                thread::sleep(Duration::from_millis(50));
            }
        }
    }

    /// The whole log, from one server.
    pub(crate) fn whole(&self, server: usize) -> Seen {
        let mut seen = Seen::default();
        loop {
            let page = self.page(server, seen.cursor).expect("the log can be read");
            if page["changes"].as_array().unwrap().is_empty() {
                return seen;
            }
            seen.take(&page);
        }
    }
}
