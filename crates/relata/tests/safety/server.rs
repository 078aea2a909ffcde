//! The binary as a process on a folder of its own, and a client that asks it by the names of endpoints.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The administrator's token, which the tests choose.
pub(crate) const TOKEN: &str = "token-of-the-tests";

/// A command of the binary in a folder, with nothing of the environment of the tests.
pub(crate) fn relata(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_relata"));
    command.env_clear().current_dir(folder).stdin(Stdio::null()).args(arguments);
    command
}

/// The embedded store of a folder.
pub(crate) const EMBEDDED: &str = "sqlite:relata.db";

/// The server, on a free port and the embedded store of the folder.
pub(crate) fn serve(folder: &Path) -> Command {
    serve_from(folder, EMBEDDED)
}

/// The server, on a free port and a store.
pub(crate) fn serve_from(folder: &Path, store: &str) -> Command {
    relata(folder, &["serve", "--listen", "127.0.0.1:0", "--store", store, "--log", "warn"])
}

/// Checks the embedded store of a folder at rest; nothing may be wrong.
pub(crate) fn verify(folder: &Path) {
    verify_store(folder, EMBEDDED);
}

/// Checks a store at rest; nothing may be wrong.
pub(crate) fn verify_store(folder: &Path, store: &str) {
    let checked = relata(folder, &["verify", "--store", store]).output().unwrap();
    let (found, failure) = (String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(checked.status.success(), "verify: {}\n{found}{failure}", checked.status);
    assert_eq!(found, format!("All holds in {}.\n", store.split('?').next().unwrap()));
}

/// A server under way. Dropping it kills it.
pub(crate) struct Server {
    process: Child,
    url: String,
}

impl Server {
    /// Starts a server with the known token, and waits until it is ready.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_from(folder, EMBEDDED)
    }

    /// [`Server::start`] on another store.
    pub(crate) fn start_from(folder: &Path, store: &str) -> Self {
        Self::run(serve_from(folder, store).env("RELATA_ADMIN_TOKEN", TOKEN))
    }

    /// Runs a command that serves, and waits until it says where.
    pub(crate) fn run(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        match line.strip_prefix("listening on ").and_then(|url| url.strip_suffix('\n')) {
            Some(url) => Self { process, url: url.to_owned() },
            None => panic!("the server ended with {} after printing {line:?}", process.wait().unwrap()),
        }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A client with a connection of its own.
    pub(crate) fn client(&self) -> Client {
        Client::at(&self.url)
    }

    /// Ends it at once, by SIGKILL.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Asks it to end, by SIGTERM; it has to do so in good order.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
        assert!(asked.success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// Of HTTP.
    pub(crate) status: u16,
    /// 0 for success.
    pub(crate) code: i64,
    pub(crate) message: String,
    pub(crate) data: Value,
}

/// What came back, as it is.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

/// A caller with a connection of its own.
pub(crate) struct Client {
    agent: ureq::Agent,
    url: String,
}

impl Client {
    /// A client of the server there.
    pub(crate) fn at(url: &str) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        Self { agent: config.timeout_global(Some(Duration::from_mins(1))).build().into(), url: url.to_owned() }
    }

    /// Calls an endpoint in ESB style, as the administrator. `None` when no answer came, or not a whole one.
    pub(crate) fn try_call(&self, name: &str, mut input: Value) -> Option<Answer> {
        input["bk_token"] = json!(TOKEN);
        let url = format!("{}/api/c/compapi/v2/cc/{name}/", self.url);
        let mut response = self.agent.post(url).send(input.to_string()).ok()?;
        let text = response.body_mut().with_config().limit(u64::MAX).read_to_vec().ok()?;
        let status = response.status().as_u16();
        let answer: Value = serde_json::from_slice(&text).unwrap_or_else(|_| panic!("{name} answers {text:?}"));
        let code = answer["code"].as_i64().unwrap_or_else(|| panic!("{name} answers {answer}"));
        Some(Answer { status, code, message: answer["message"].to_string(), data: answer["data"].clone() })
    }

    /// Asks for a path with a token, by POST when there is a body. `None` when no answer came, or not a whole one.
    pub(crate) fn ask(&self, path: &str, token: &str, body: Option<&Value>) -> Option<Reply> {
        let (url, bearer) = (format!("{}{path}", self.url), format!("Bearer {token}"));
        let asked = match body {
            Some(body) => self.agent.post(url).header("Authorization", bearer).send(body.to_string()),
            None => self.agent.get(url).header("Authorization", bearer).call(),
        };
        let mut response = asked.ok()?;
        let text = response.body_mut().with_config().limit(u64::MAX).read_to_vec().ok()?;
        let body = serde_json::from_slice(&text).unwrap_or_else(|_| panic!("{path} answers {text:?}"));
        let retry_after = response.headers().get("Retry-After").map(|value| value.to_str().unwrap().to_owned());
        Some(Reply { status: response.status().as_u16(), retry_after, body })
    }

    /// Calls an endpoint of Relata's own API, as the administrator; it has to succeed, and gives the data.
    pub(crate) fn own(&self, name: &str, input: &Value) -> Value {
        let reply = self.ask(&format!("/api/relata/v1/{name}"), TOKEN, Some(input)).unwrap();
        assert_eq!(reply.status, 200, "{name}: {}", reply.body);
        reply.body
    }

    /// [`Client::own`] by GET.
    pub(crate) fn own_get(&self, path: &str) -> Value {
        let reply = self.ask(&format!("/api/relata/v1/{path}"), TOKEN, None).unwrap();
        assert_eq!(reply.status, 200, "{path}: {}", reply.body);
        reply.body
    }

    /// Calls an endpoint of a server that is there.
    pub(crate) fn call(&self, name: &str, input: Value) -> Answer {
        self.try_call(name, input).unwrap_or_else(|| panic!("{name} got no answer"))
    }

    /// Calls an endpoint that has to succeed; gives the data.
    pub(crate) fn ok(&self, name: &str, input: Value) -> Value {
        let shown = input.to_string();
        let answer = self.call(name, input);
        assert_eq!(answer.code, 0, "{name} {shown}: {}", answer.message);
        answer.data
    }

    /// Creates a model that asks for nothing but a name.
    pub(crate) fn create_model(&self, obj_id: &str) {
        self.ok(
            "create_object",
            json!({
                "bk_classification_id": "bk_uncategorized", "bk_obj_id": obj_id, "bk_obj_name": obj_id,
                "bk_obj_icon": "icon",
            }),
        );
    }

    /// Creates an association `SOURCE_KIND_TARGET`; gives its id.
    pub(crate) fn associate(&self, source: &str, kind: &str, target: &str, mapping: &str) -> String {
        let id = format!("{source}_{kind}_{target}");
        self.ok(
            "post_create_objectassociation",
            json!({
                "bk_obj_asst_id": id, "bk_obj_asst_name": id, "bk_obj_id": source, "bk_asst_obj_id": target,
                "bk_asst_id": kind, "mapping": mapping,
            }),
        );
        id
    }
}

/// Asks again and again, for a minute at the most.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < Duration::from_mins(1), "not within a minute: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
