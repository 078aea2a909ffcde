//! Three nodes, each with etcd, Patroni and PostgreSQL, set up as `docs/OPERATIONS.md` tells, with shorter times.

use crate::processes::{Folder, Ports, until};
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How many nodes there are.
pub(crate) const NODES: usize = 3;

const PASSWORD: &str = "of-the-tests";

/// What every node is given at its start. `ttl` is how long a primary that does not answer stays primary; 20 s is the
/// least that Patroni takes.
const CONFIGURATION: &str = r#"
scope: relata
name: NAME
restapi: {listen: "127.0.0.1:API", connect_address: "127.0.0.1:API"}
DIALECT: {hosts: [ETCD]}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 2
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    synchronous_mode: true
    synchronous_mode_strict: true
    postgresql:
      use_pg_rewind: true
      parameters: {max_connections: 60, wal_keep_size: 128MB}
      pg_hba:
        - host all all 127.0.0.1/32 scram-sha-256
        - host replication replicator 127.0.0.1/32 scram-sha-256
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]
  post_init: FOLDER/post_init
postgresql:
  listen: 127.0.0.1:PORT
  connect_address: 127.0.0.1:PORT
  data_dir: FOLDER/NAME/data
  bin_dir: BIN
  basebackup: [{checkpoint: fast}]
  pgpass: FOLDER/NAME/pgpass
  authentication:
    superuser: {username: postgres, password: SECRET}
    replication: {username: replicator, password: SECRET}
    rewind: {username: rewind, password: SECRET}
  parameters:
    unix_socket_directories: FOLDER/NAME
    shared_buffers: 64MB
"#;

/// Makes the user and the database; Patroni gives it the address of the new server.
const POST_INIT: &str = r#"#!/bin/sh
exec psql -qX "$1" -c "CREATE ROLE relata LOGIN PASSWORD 'SECRET'" -c "CREATE DATABASE relata OWNER relata"
"#;

/// The nodes. All of it ends with the folder.
pub(crate) struct Cluster<'f> {
    folder: &'f Folder,
    etcd: Vec<Child>,
    nodes: Vec<Node>,
    agent: ureq::Agent,
}

struct Node {
    name: String,
    port: u16,
    api: u16,
    patroni: Option<Child>,
}

impl<'f> Cluster<'f> {
    /// Sets up the nodes, and waits until one is primary and both others follow it.
    pub(crate) fn start(folder: &'f Folder, ports: &mut Ports) -> Self {
        let etcd_ports: Vec<(u16, u16)> = (0..NODES).map(|_| (ports.next(), ports.next())).collect();
        let etcd = (0..NODES).map(|number| start_etcd(folder, number, &etcd_ports)).collect();
        let clients: Vec<String> = etcd_ports.iter().map(|(client, _)| format!("\"127.0.0.1:{client}\"")).collect();
        let post_init = folder.write("post_init", &POST_INIT.replace("SECRET", PASSWORD));
        executable(&post_init);
        let nodes = (0..NODES).map(|number| {
            let (name, port, api) = (format!("pg{number}"), ports.next(), ports.next());
            folder.make(&name);
            let configuration = CONFIGURATION
                .replace("NAME", &name)
                .replace("API", &api.to_string())
                .replace("PORT", &port.to_string())
                .replace("DIALECT", dialect())
                .replace("ETCD", &clients.join(", "))
                .replace("FOLDER", &folder.path().display().to_string())
                .replace("BIN", &programs())
                .replace("SECRET", PASSWORD);
            folder.write(&format!("{name}.yml"), &configuration);
            Node { name, port, api, patroni: None }
        });
        let nodes = nodes.collect();
        let agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = agent.timeout_global(Some(Duration::from_secs(1))).build().into();
        let mut cluster = Self { folder, etcd, nodes, agent };
        (0..NODES).for_each(|number| cluster.start_node(number));
        cluster.wait_until_whole();
        cluster
    }

    /// The database's address for `relata`.
    pub(crate) fn url(&self) -> String {
        let hosts: Vec<String> = self.nodes.iter().map(|node| format!("127.0.0.1:{}", node.port)).collect();
        let hosts = hosts.join(",");
        format!("postgres://relata:{PASSWORD}@{hosts}/relata?target_session_attrs=read-write&sslmode=disable")
    }

    /// Starts Patroni on a node, which starts PostgreSQL.
    pub(crate) fn start_node(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        let configuration = self.folder.path().join(format!("{}.yml", node.name)).display().to_string();
        node.patroni = Some(self.folder.start(&node.name, "patroni", &[configuration]));
    }

    /// Kills Patroni and PostgreSQL of a node.
    pub(crate) fn kill_node(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        self.folder.signal(&node.name, "KILL");
        if let Some(mut patroni) = node.patroni.take() {
            patroni.wait().unwrap();
        }
        self.folder.kill(&node.name);
    }

    /// Lets Patroni and PostgreSQL of a node stand still.
    pub(crate) fn freeze_node(&self, number: usize) {
        self.folder.signal(&self.nodes[number].name, "STOP");
    }

    /// Lets them go on.
    pub(crate) fn thaw_node(&self, number: usize) {
        self.folder.signal(&self.nodes[number].name, "CONT");
    }

    fn ask(&self, number: usize, what: &str) -> Option<(u16, Value)> {
        let mut answer = self.agent.get(format!("http://127.0.0.1:{}/{what}", self.nodes[number].api)).call().ok()?;
        let text = answer.body_mut().read_to_string().ok()?;
        Some((answer.status().as_u16(), serde_json::from_str(&text).unwrap_or_default()))
    }

    fn is(&self, number: usize, role: &str) -> bool {
        self.ask(number, role).is_some_and(|(status, _)| status == 200)
    }

    /// Waits for a primary other than this node; its number and how long it took since `begin`.
    pub(crate) fn wait_for_primary(&self, other_than: Option<usize>, begin: Instant) -> (usize, Duration) {
        until("a primary", Duration::from_mins(1), || {
            let number = (0..NODES).find(|number| Some(*number) != other_than && self.is(*number, "primary"))?;
            Some((number, begin.elapsed()))
        })
    }

    /// The primary.
    pub(crate) fn primary(&self) -> usize {
        self.wait_for_primary(None, Instant::now()).0
    }

    /// The standby whose word a commit waits for.
    pub(crate) fn synchronous(&self) -> usize {
        until("a synchronous standby", Duration::from_secs(30), || {
            (0..NODES).find(|number| self.is(*number, "synchronous"))
        })
    }

    /// Waits until one node is primary, both others follow it, and one of them synchronously.
    pub(crate) fn wait_until_whole(&self) {
        until("a primary with two standbys", Duration::from_secs(90), || {
            let (_, primary) = (0..NODES).filter_map(|number| self.ask(number, "primary")).find(|it| it.0 == 200)?;
            let standbys = primary["replication"].as_array()?;
            // A copy that is being made streams, too, under another name.
            let named = |name: &str| standbys.iter().find(|it| it["application_name"] == name);
            let standbys: Vec<&Value> = self.nodes.iter().filter_map(|node| named(&node.name)).collect();
            let streaming = standbys.iter().filter(|it| it["state"] == "streaming").count();
            (streaming == NODES - 1).then_some(())
        });
        // Before etcd knows which one it is, none may become primary.
        self.synchronous();
    }

    /// What the nodes said last, for whoever looks for the reason of a failure.
    pub(crate) fn logs(&self) -> String {
        let names = self.nodes.iter().map(|node| node.name.clone());
        names.map(|name| format!("--- {name}\n{}\n", self.folder.tail(&name))).collect::<Vec<_>>().concat()
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        for number in 0..NODES {
            self.kill_node(number);
        }
        for etcd in &mut self.etcd {
            // It is ours and runs.
            let _ = etcd.kill();
            let _ = etcd.wait();
        }
    }
}

fn start_etcd(folder: &Folder, number: usize, ports: &[(u16, u16)]) -> Child {
    let name = format!("etcd{number}");
    folder.make(&name);
    let url = |port: u16| format!("http://127.0.0.1:{port}");
    let (client, peer) = (url(ports[number].0), url(ports[number].1));
    let all: Vec<String> = (0..ports.len()).map(|it| format!("etcd{it}={}", url(ports[it].1))).collect();
    let options = [
        ("name", name.clone()),
        ("data-dir", "data".to_owned()),
        ("listen-client-urls", client.clone()),
        ("advertise-client-urls", client),
        ("listen-peer-urls", peer.clone()),
        ("initial-advertise-peer-urls", peer),
        ("initial-cluster", all.join(",")),
        ("initial-cluster-state", "new".to_owned()),
        ("enable-v2", (dialect() == "etcd").to_string()),
    ];
    let arguments: Vec<String> = options.iter().map(|(option, value)| format!("--{option}={value}")).collect();
    folder.start(&name, "etcd", &arguments)
}

/// The section of Patroni for etcd. Through `etcd3`, a primary that wakes up takes its lease back from its successor before
/// Patroni 3.0.3, and what the successor has answered is lost.
fn dialect() -> &'static str {
    let version = Command::new("/usr/bin/patroni").arg("--version").output().expect("Patroni is installed").stdout;
    let version = String::from_utf8(version).unwrap();
    let numbers: Vec<u32> = version.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse().ok()).collect();
    if numbers < vec![3, 0, 3] { "etcd" } else { "etcd3" }
}

fn executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The programs of the newest PostgreSQL that Debian has installed.
fn programs() -> String {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed").filter_map(Result::ok);
    let versions = versions.filter_map(|entry| entry.file_name().into_string().ok()?.parse::<u32>().ok());
    format!("/usr/lib/postgresql/{}/bin", versions.max().expect("PostgreSQL is installed"))
}
