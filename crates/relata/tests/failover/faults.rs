//! The faults, one after the other, and what is measured and checked around each.

use crate::check::check;
use crate::cluster::{Cluster, NODES};
use crate::processes::{Folder, Ports, until};
use crate::server::{Client, Server, TOKEN, relata};
use crate::watcher::{Reader, Seen};
use crate::writers::{ASSOCIATIONS, Ends, MODELS, Progress, Tally, Writer, association};
use serde_json::{Value, json};
use std::fs::File;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

const SERVERS: usize = 2;
const WRITERS: usize = 4;
/// Instances of each model that a writer has for itself, and that all share.
const INSTANCES: usize = 600;
/// Batches that each writer has to be answered before a fault, after it, and after its end.
const BATCHES: u64 = 20;

/// How long the standbys are frozen while the primary still runs: longer than a server waits for a sign of life of the
/// database, shorter than Patroni takes to name another standby.
const UNHEARD: Duration = Duration::from_secs(8);

#[derive(Clone, Copy)]
enum Fault {
    PrimaryKilled,
    PrimaryFrozen,
    StandbyKilled,
    PrimaryLostUnheard,
    ServerKilled,
    AllRestarted,
}

impl Fault {
    const ALL: [Self; 6] = [
        Self::PrimaryKilled,
        Self::PrimaryFrozen,
        Self::StandbyKilled,
        Self::PrimaryLostUnheard,
        Self::ServerKilled,
        Self::AllRestarted,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::PrimaryKilled => "primary killed",
            Self::PrimaryFrozen => "primary frozen, then thawed",
            Self::StandbyKilled => "synchronous standby killed",
            Self::PrimaryLostUnheard => "standbys frozen, primary lost",
            Self::ServerKilled => "one relata killed",
            Self::AllRestarted => "all PostgreSQL killed, started",
        }
    }
}

/// Sets a flag when it is dropped, so that no thread goes on after a failure.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Everything that runs.
struct Stage<'f> {
    folder: &'f Folder,
    cluster: Cluster<'f>,
    ports: [u16; SERVERS],
    servers: [Option<Server>; SERVERS],
    agent: ureq::Agent,
}

impl<'f> Stage<'f> {
    fn set(folder: &'f Folder) -> Self {
        let mut free = Ports::new();
        let cluster = Cluster::start(folder, &mut free);
        let ports = [free.next(), free.next()];
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_secs(15))).build().into();
        let mut stage = Self { folder, cluster, ports, servers: [None, None], agent };
        for number in 0..SERVERS {
            folder.make(&format!("relata{number}"));
            stage.start_server(number);
        }
        stage
    }

    fn start_server(&mut self, number: usize) {
        let name = format!("relata{number}");
        let log = File::options().create(true).append(true).open(self.folder.path().join(format!("{name}.log")));
        let listen = format!("127.0.0.1:{}", self.ports[number]);
        let mut command = relata(&self.folder.path().join(&name), &["serve", "--listen", &listen, "--log", "warn"]);
        command.env("RELATA_STORE", self.cluster.url()).env("RELATA_ADMIN_TOKEN", TOKEN).stderr(log.unwrap());
        command.env("RELATA_LIMITS_REQUEST_SECONDS", "10");
        self.servers[number] = Some(Server::run(&mut command));
    }

    fn clients(&self) -> Vec<Client> {
        self.servers.iter().flatten().map(Server::client).collect()
    }

    fn urls(&self) -> Vec<String> {
        self.ports.iter().map(|port| format!("http://127.0.0.1:{port}")).collect()
    }

    /// True when both servers say that they are ready, or that they are not.
    fn ready(&self, ready: bool) -> bool {
        let expected = if ready { 200 } else { 503 };
        let asked = |url: &String| self.agent.get(format!("{url}/readyz")).call();
        self.urls().iter().all(|url| asked(url).is_ok_and(|answer| answer.status() == expected))
    }

    /// Lets the fault happen; how long it took until there was a primary again.
    fn strike(&mut self, fault: Fault) -> (Struck, Option<Duration>) {
        let begin = Instant::now();
        match fault {
            Fault::PrimaryKilled => {
                let primary = self.cluster.primary();
                self.cluster.kill_node(primary);
                let (_, time) = self.cluster.wait_for_primary(Some(primary), begin);
                (Struck::Node(primary), Some(time))
            }
            Fault::PrimaryFrozen => {
                let primary = self.cluster.primary();
                self.cluster.freeze_node(primary);
                let (_, time) = self.cluster.wait_for_primary(Some(primary), begin);
                (Struck::Frozen(primary), Some(time))
            }
            Fault::StandbyKilled => {
                let standby = self.cluster.synchronous();
                self.cluster.kill_node(standby);
                (Struck::Node(standby), None)
            }
            // What the primary has committed meanwhile, no other has. None of it may have been answered.
            Fault::PrimaryLostUnheard => {
                let primary = self.cluster.primary();
                let standbys: Vec<usize> = (0..NODES).filter(|node| *node != primary).collect();
                for node in &standbys {
                    self.cluster.freeze_node(*node);
                }
                thread::sleep(UNHEARD);
                (0..NODES).for_each(|node| self.cluster.kill_node(node));
                let begin = Instant::now();
                for node in &standbys {
                    self.cluster.start_node(*node);
                }
                let (_, time) = self.cluster.wait_for_primary(Some(primary), begin);
                (Struck::Node(primary), Some(time))
            }
            Fault::ServerKilled => {
                if let Some(server) = self.servers[0].take() {
                    server.kill();
                }
                (Struck::Server(0), None)
            }
            Fault::AllRestarted => {
                (0..NODES).for_each(|node| self.cluster.kill_node(node));
                until("both servers say that they are not ready", Duration::from_secs(30), || {
                    self.ready(false).then_some(())
                });
                let begin = Instant::now();
                (0..NODES).for_each(|node| self.cluster.start_node(node));
                let (_, time) = self.cluster.wait_for_primary(None, begin);
                (Struck::Nothing, Some(time))
            }
        }
    }

    /// Ends the fault.
    fn mend(&mut self, struck: Struck) {
        match struck {
            Struck::Node(number) => self.cluster.start_node(number),
            Struck::Frozen(number) => self.cluster.thaw_node(number),
            Struck::Server(number) => self.start_server(number),
            Struck::Nothing => {}
        }
        self.cluster.wait_until_whole();
    }
}

/// What a fault has left behind.
#[derive(Clone, Copy)]
enum Struck {
    Node(usize),
    Frozen(usize),
    Server(usize),
    Nothing,
}

/// Strikes with every fault, and checks after each.
pub(crate) fn run(folder: &Folder) {
    let begin = Instant::now();
    let mut stage = Stage::set(folder);
    let mut writers = define(&stage.clients()[0]);
    println!("{NODES} nodes and {SERVERS} servers are up after {:.1} s", begin.elapsed().as_secs_f64());
    println!(
        "{:<32}{:>11}{:>14}{:>10}{:>14}{:>15}",
        "fault", "promotion", "longest pause", "answered", "refused (503)", "unknown (504)"
    );
    let (seen, stop) = (Mutex::new(Seen::default()), AtomicBool::new(false));
    let reader = Reader::new(&stage.urls());
    thread::scope(|scope| {
        let stop = Stop(&stop);
        scope.spawn(|| reader.follow(&seen, stop.0));
        for fault in Fault::ALL {
            let promotion = round(&mut stage, &mut writers, fault);
            check(&stage.clients()[0], &mut writers, &seen);
            report(fault, promotion, &writers);
        }
    });
    for server in 0..SERVERS {
        let (whole, seen) = (reader.whole(server), seen.lock().unwrap());
        assert!(whole.changes == seen.changes, "the log is not what the watcher has seen");
    }
    finish(stage);
    println!("all holds after {:.1} s", begin.elapsed().as_secs_f64());
}

/// Writes before, during and after a fault.
fn round(stage: &mut Stage<'_>, writers: &mut [Writer], fault: Fault) -> Option<Duration> {
    let clients: Vec<Vec<Client>> = writers.iter().map(|_| stage.clients()).collect();
    let progress: Vec<Progress> = writers.iter().map(|_| Progress::default()).collect();
    thread::scope(|scope| {
        let _stop: Vec<Stop<'_>> = progress.iter().map(|it| Stop(&it.stop)).collect();
        for ((writer, clients), progress) in writers.iter_mut().zip(&clients).zip(&progress) {
            scope.spawn(move || writer.run(clients, progress));
        }
        let go_on = |when: &str| {
            let before: Vec<u64> = progress.iter().map(|it| it.answered.load(Ordering::Relaxed)).collect();
            until(&format!("every writer writes on {when}"), Duration::from_mins(1), || {
                let now = progress.iter().map(|it| it.answered.load(Ordering::Relaxed));
                now.zip(&before).all(|(now, before)| now >= before + BATCHES).then_some(())
            });
        };
        go_on("before the fault");
        let (struck, promotion) = stage.strike(fault);
        go_on("in spite of the fault");
        stage.mend(struck);
        go_on("after the fault");
        promotion
    })
}

fn report(fault: Fault, promotion: Option<Duration>, writers: &[Writer]) {
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let total = |of: fn(&Tally) -> u64| writers.iter().map(|writer| of(&writer.tally)).sum::<u64>();
    let pause = writers.iter().map(|writer| writer.tally.pause).max().unwrap_or_default();
    println!(
        "{:<32}{:>11}{:>14}{:>10}{:>14}{:>15}",
        fault.name(),
        promotion.map_or_else(|| "-".to_owned(), seconds),
        seconds(pause),
        total(|it| it.answered),
        total(|it| it.refused),
        total(|it| it.unknown)
    );
}

/// Stops the servers in good order; then nothing may be wrong.
fn finish(stage: Stage<'_>) {
    let store = stage.cluster.url();
    for server in stage.servers.into_iter().flatten() {
        server.stop();
    }
    let checked = relata(stage.folder.path(), &["verify"]).env("RELATA_STORE", store).output().unwrap();
    let (found, failure) = (String::from_utf8_lossy(&checked.stdout), String::from_utf8_lossy(&checked.stderr));
    assert!(checked.status.success(), "verify: {}\n{found}{failure}", checked.status);
}

/// Makes models, associations and instances, and writers that have their parts of them.
fn define(client: &Client) -> Vec<Writer> {
    for model in MODELS {
        client.create_model(model);
    }
    for (number, (kind, mapping)) in ASSOCIATIONS.iter().enumerate() {
        assert_eq!(client.associate(MODELS[0], kind, MODELS[1], mapping), association(number));
    }
    let ends = |owner: usize| Ends(instances(client, MODELS[0], owner), instances(client, MODELS[1], owner));
    let shared = ends(WRITERS);
    (0..WRITERS).map(|number| Writer::new(number, ends(number), shared.clone())).collect()
}

fn instances(client: &Client, model: &str, owner: usize) -> Vec<i64> {
    let mut ids = Vec::new();
    while ids.len() < INSTANCES {
        let name = |index: usize| json!({"bk_inst_name": format!("{owner}-{}", ids.len() + index)});
        let details: Vec<Value> = (0..200).map(name).collect();
        let made = client.ok("batch_create_inst", json!({"bk_obj_id": model, "details": details}));
        ids.extend((0..200).map(|index| made["success_created"][index.to_string()].as_i64().unwrap()));
    }
    ids
}
