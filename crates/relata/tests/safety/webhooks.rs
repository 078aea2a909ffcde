//! Webhooks by the binary, to receivers on this machine: in order, signed, again after failures and after the server was
//! killed, by one server at a time.

use crate::server::{Client, EMBEDDED, Server, TOKEN, serve_from, verify_store};
use relata_app::webhooks::signature::Received;
use relata_testkit::postgres::server;
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Longest time that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// Somebody who is sent webhooks.
struct Target {
    url: String,
    /// Ids and bodies of those that were answered with success, in the order in which they came.
    received: Receiver<(String, Value)>,
}

impl Target {
    /// Answers requests with these statuses and then with 200; `None` never answers.
    fn new(statuses: Option<Vec<u16>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, received) = channel();
        // It ends with the process of the tests.
        thread::spawn(move || answer(&listener, statuses, &sender));
        Self { url, received }
    }

    fn next(&self) -> (String, Value) {
        self.received.recv_timeout(PATIENCE).unwrap()
    }

    /// The names of the instances of the next events; what came twice counts once.
    fn names(&self, count: usize) -> Vec<String> {
        let (mut names, mut last) = (Vec::new(), String::new());
        while names.len() < count {
            let (id, event) = self.next();
            if id != last {
                names.push(event["data"]["after"]["bk_inst_name"].as_str().unwrap().to_owned());
                last = id;
            }
        }
        names
    }
}

fn answer(listener: &TcpListener, statuses: Option<Vec<u16>>, received: &Sender<(String, Value)>) {
    let mut kept = Vec::new();
    let mut statuses = statuses.map(Vec::into_iter);
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let Some(statuses) = &mut statuses else {
            kept.push(stream);
            continue;
        };
        // A server that is killed leaves half a request.
        let Some((headers, body)) = read(&stream) else { continue };
        let header = |name: &str| headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str()).unwrap();
        let seconds: i64 = header("webhook-timestamp").parse().unwrap();
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let message = Received { id, timestamp, signature: header("webhook-signature"), body: &body };
        assert_eq!(message.verify(SECRET, seconds), Ok(()));
        let status = statuses.next().unwrap_or(200);
        if status == 200 && received.send((id.to_owned(), serde_json::from_slice(&body).unwrap())).is_err() {
            return;
        }
        let _ = write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n");
    }
}

/// Names and values of headers, in small letters.
type Headers = Vec<(String, String)>;

fn read(stream: &TcpStream) -> Option<(Headers, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    assert_eq!(line, "POST /hook HTTP/1.1\r\n");
    let mut headers = Vec::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.push((name.to_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length")?.1.parse().unwrap();
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((headers, body))
}

fn start(folder: &Path, store: &str, allowed: &str) -> Server {
    let mut command = serve_from(folder, store);
    command.env("RELATA_ADMIN_TOKEN", TOKEN).env("RELATA_WEBHOOKS_RETRY_SECONDS", "1,1");
    Server::run(command.env("RELATA_WEBHOOKS_ALLOW_NETWORKS", allowed))
}

fn hook(client: &Client, name: &str, url: &str) -> Value {
    let webhook = json!({"name": name, "url": url, "events": ["instance.created"], "secret": SECRET});
    client.own("webhooks/create", &webhook)["id"].clone()
}

fn create(client: &Client, names: std::ops::Range<usize>) {
    for name in names {
        client.ok("create_inst", json!({"bk_obj_id": "hooked", "bk_inst_name": name.to_string()}));
    }
}

/// The state of a webhook once something holds of it.
fn state(client: &Client, name: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let begin = Instant::now();
    loop {
        let found = client.own("webhooks/search", &json!({}));
        let state = found["info"].as_array().unwrap().iter().find(|it| it["name"] == name).unwrap()["state"].clone();
        if holds(&state) {
            return state;
        }
        assert!(begin.elapsed() < PATIENCE, "{state}");
        thread::yield_now();
    }
}

fn numbers(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|it| it.to_string()).collect()
}

#[test]
fn events_arrive_in_order_also_after_failures_and_a_kill_and_beside_a_target_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let (target, hanging) = (Target::new(Some(vec![500, 503])), Target::new(None));
    let first = start(folder.path(), EMBEDDED, "127.0.0.0/8");
    first.client().create_model("hooked");
    hook(&first.client(), "hanging", &hanging.url);
    hook(&first.client(), "good", &target.url);
    create(&first.client(), 0..20);
    assert_eq!(target.names(10), numbers(0..10));
    first.kill();
    let second = start(folder.path(), EMBEDDED, "127.0.0.0/8");
    // What was answered and not noted comes once more.
    let (_, event) = target.next();
    let next: usize = event["data"]["after"]["bk_inst_name"].as_str().unwrap().parse().unwrap();
    assert!(next <= 19, "{next}");
    create(&second.client(), 20..40);
    let rest = target.names(39 - next);
    assert_eq!(rest, numbers(next + 1..40));
    second.stop();
    verify_store(folder.path(), EMBEDDED);
}

#[test]
fn what_cannot_be_delivered_is_kept_and_sent_again_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), EMBEDDED, "127.0.0.0/8");
    let client = server.client();
    client.create_model("hooked");
    let target = Target::new(Some(vec![500, 500, 500]));
    let id = hook(&client, "failing", &target.url);
    create(&client, 0..2);
    assert_eq!(target.names(1), ["1"], "it goes on behind what is given up");
    let dead = state(&client, "failing", |state| state["undelivered"].as_array().unwrap().len() == 1);
    assert_eq!(dead["undelivered"][0]["last"]["failure"], "the receiver answers 500");
    client.own("webhooks/resend", &json!({"id": id}));
    assert_eq!(target.names(1), ["0"]);
    state(&client, "failing", |state| state["undelivered"] == json!([]));
    client.own("webhooks/test", &json!({"id": id}));
    assert_eq!(target.next().1["type"], "io.relata.webhook.test.v1");
    server.stop();
}

#[test]
fn internal_networks_are_not_sent_to_unless_they_are_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path(), EMBEDDED, "10.0.0.0/8");
    let client = server.client();
    let target = Target::new(Some(Vec::new()));
    for (name, url) in [("address", target.url.clone()), ("name", target.url.replace("127.0.0.1", "localhost"))] {
        let id = hook(&client, name, &url);
        client.own("webhooks/test", &json!({"id": id}));
        let state = state(&client, name, |state| state["last"]["time"] != 0);
        assert!(state["last"]["failure"].as_str().unwrap().contains("internal network"), "{state}");
    }
    assert!(target.received.try_recv().is_err());
    server.stop();
}

#[test]
fn of_three_servers_one_sends_and_another_takes_over_when_it_dies() {
    let folder = tempfile::tempdir().unwrap();
    let store = server().new_database().url();
    let mut servers: Vec<Server> = (0..3).map(|_| start(folder.path(), &store, "127.0.0.0/8")).collect();
    servers[0].client().create_model("hooked");
    let target = Target::new(Some(Vec::new()));
    hook(&servers[0].client(), "shared", &target.url);
    create(&servers[1].client(), 0..5);
    assert_eq!(target.names(5), numbers(0..5));
    // Whichever it was: two of three die.
    servers.drain(..2).for_each(Server::kill);
    let begin = Instant::now();
    create(&servers[0].client(), 5..10);
    let (_, event) = target.next();
    let next: usize = event["data"]["after"]["bk_inst_name"].as_str().unwrap().parse().unwrap();
    assert!(begin.elapsed() < Duration::from_secs(30), "taken over after {:?}", begin.elapsed());
    assert!((4..=5).contains(&next), "{next}");
    assert_eq!(target.names(9 - next), numbers(next + 1..10));
    servers.into_iter().for_each(Server::stop);
    verify_store(folder.path(), &store);
}
