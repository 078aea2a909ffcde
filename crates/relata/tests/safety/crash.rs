//! The crash test: writers note what was answered, the server is killed, and what was answered has to be there.
//!
//! Each writer has instances of its own and calls one request at a time, so what its part of the store has to hold is
//! known, but for the one request that got no answer: that one may have been carried out whole, or not at all.

use crate::server::{Client, Server, relata, serve, verify};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

const ROUNDS: u64 = 22;
const WRITERS: usize = 4;
/// A writer with more instances of a model deletes some.
const ENOUGH: usize = 60;

const MODELS: [&str; 2] = ["crash_a", "crash_b"];
/// Kind and mapping of the associations from the first model to the second.
const ASSOCIATIONS: [(&str, &str); 3] = [("connect", "n:n"), ("belong", "1:n"), ("run", "1:1")];
const INSTANCE_LINKED: i64 = 1_101_075;

#[test]
fn what_was_answered_survives_sigkill_and_nothing_is_half_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(2024);
    define(folder.path());
    let mut writers: Vec<Writer> = (0..WRITERS).map(Writer::new).collect();
    for round in 0..ROUNDS {
        let server = Server::start(folder.path());
        for (writer, found) in writers.iter_mut().zip(found(&server.client())) {
            writer.compare(round, &found);
        }
        thread::scope(|scope| {
            for writer in &mut writers {
                let client = server.client();
                scope.spawn(move || while writer.step(round, &client) {});
            }
            thread::sleep(Duration::from_millis(50 + random.below(350)));
            server.kill();
        });
        if random.below(4) == 0 {
            kill_while_it_starts(folder.path(), &mut random);
        }
        verify(folder.path());
    }
    let server = Server::start(folder.path());
    for (writer, found) in writers.iter_mut().zip(found(&server.client())) {
        writer.compare(ROUNDS, &found);
        assert!(writer.answered.values().sum::<u64>() > ROUNDS, "hardly anything happened: {:?}", writer.answered);
        assert_eq!(writer.answered.len(), 5, "not everything was tried: {:?}", writer.answered);
    }
    server.stop();
    verify(folder.path());
}

/// The very first start is killed, too.
#[test]
fn a_first_start_that_was_killed_is_made_good_by_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random(7);
    for _ in 0..8 {
        kill_while_it_starts(folder.path(), &mut random);
        if folder.path().join("relata.db").exists() {
            verify(folder.path());
        }
    }
    // The administrator's token is known, whenever the store has one.
    let server = Server::run(&mut serve(folder.path()));
    let list = ["user", "list", "--url", server.url(), "--token-file", "admin.token"];
    assert!(relata(folder.path(), &list).output().unwrap().status.success());
    server.stop();
    let server = Server::start(folder.path());
    server.client().create_model("crash_c");
    server.stop();
    verify(folder.path());
}

fn kill_while_it_starts(folder: &Path, random: &mut Random) {
    let mut starting = serve(folder).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(random.below(150)));
    starting.kill().unwrap();
    starting.wait().unwrap();
}

fn define(folder: &Path) {
    let server = Server::start(folder);
    let client = server.client();
    for model in MODELS {
        client.create_model(model);
        client.ok(
            "create_object_attribute",
            json!({
                "bk_obj_id": model, "bk_property_id": "note", "bk_property_name": "note",
                "bk_property_type": "singlechar", "editable": true,
            }),
        );
    }
    for (kind, mapping) in ASSOCIATIONS {
        client.associate(MODELS[0], kind, MODELS[1], mapping);
    }
    server.stop();
}

fn association(number: usize) -> String {
    format!("{}_{}_{}", MODELS[0], ASSOCIATIONS[number].0, MODELS[1])
}

/// What a writer has in the store.
#[derive(Clone, Debug, Default, PartialEq)]
struct Held {
    /// Name and note, by model and id.
    instances: BTreeMap<(usize, i64), (String, String)>,
    /// Association, source and target, by id.
    links: BTreeMap<i64, (usize, i64, i64)>,
}

impl Held {
    fn of_model(&self, model: usize) -> Vec<i64> {
        self.instances.keys().filter(|key| key.0 == model).map(|key| key.1).collect()
    }

    fn differences(&self, found: &Self) -> Vec<String> {
        let things = |held: &Self| -> BTreeSet<String> {
            let instances = held.instances.iter().map(|instance| format!("instance {instance:?}"));
            instances.chain(held.links.iter().map(|link| format!("link {link:?}"))).collect()
        };
        let (held, found) = (things(self), things(found));
        let lost = held.difference(&found).map(|it| format!("{it} is not there"));
        lost.chain(found.difference(&held).map(|it| format!("{it} is there"))).collect()
    }
}

/// Reads the whole store and tells whose is what. All of it has to be somebody's.
fn found(client: &Client) -> Vec<Held> {
    let mut found = vec![Held::default(); WRITERS];
    let mut owner = BTreeMap::new();
    for (model, obj_id) in MODELS.iter().enumerate() {
        let rows = client.ok("get_inst_detail", json!({"bk_obj_id": obj_id}));
        for row in rows["info"].as_array().unwrap() {
            let name = row["bk_inst_name"].as_str().unwrap().to_owned();
            let number: usize = name.split('-').next().unwrap().parse().unwrap();
            let id = row["bk_inst_id"].as_i64().unwrap();
            owner.insert((model, id), number);
            found[number].instances.insert((model, id), (name, row["note"].as_str().unwrap_or_default().to_owned()));
        }
    }
    for (number, _) in ASSOCIATIONS.iter().enumerate() {
        let links = json!({"bk_obj_id": MODELS[0], "condition": {"bk_obj_asst_id": association(number)}});
        for link in client.ok("find_instance_association", links).as_array().unwrap() {
            let [id, source, target] = ["id", "bk_inst_id", "bk_asst_inst_id"].map(|it| link[it].as_i64().unwrap());
            assert_eq!(owner[&(0, source)], owner[&(1, target)]);
            found[owner[&(0, source)]].links.insert(id, (number, source, target));
        }
    }
    found
}

/// A request that changes something.
#[derive(Clone, Debug)]
enum Request {
    Create { model: usize, names: Vec<String> },
    Link { association: usize, pairs: Vec<(i64, i64)> },
    Unlink { ids: BTreeSet<i64> },
    Delete { model: usize, ids: BTreeSet<i64> },
    Update { model: usize, ids: BTreeSet<i64>, note: String },
}

impl Request {
    fn endpoint(&self) -> &'static str {
        match self {
            Self::Create { .. } => "batch_create_inst",
            Self::Link { .. } => "batch_create_instance_association",
            Self::Unlink { .. } => "delete_related_inst_asso",
            Self::Delete { .. } => "batch_delete_inst",
            Self::Update { .. } => "batch_update_inst",
        }
    }

    fn input(&self) -> Value {
        match self {
            Self::Create { model, names } => {
                let details: Vec<Value> = names.iter().map(|name| json!({"bk_inst_name": name})).collect();
                json!({"bk_obj_id": MODELS[*model], "details": details})
            }
            Self::Link { association: number, pairs } => {
                let pair = |&(source, target): &(i64, i64)| json!({"bk_inst_id": source, "bk_asst_inst_id": target});
                let details: Vec<Value> = pairs.iter().map(pair).collect();
                json!({
                    "bk_obj_id": MODELS[0], "bk_asst_obj_id": MODELS[1], "bk_obj_asst_id": association(*number),
                    "details": details,
                })
            }
            Self::Unlink { ids } => json!({"bk_obj_id": MODELS[0], "id": ids}),
            Self::Delete { model, ids } => json!({"bk_obj_id": MODELS[*model], "delete": {"inst_ids": ids}}),
            Self::Update { model, ids, note } => {
                let change = |id: &i64| json!({"inst_id": id, "datas": {"note": note}});
                json!({"bk_obj_id": MODELS[*model], "update": ids.iter().map(change).collect::<Vec<_>>()})
            }
        }
    }

    /// The indexes of the pairs that the mapping and the links there are allow.
    fn allowed(held: &Held, association: usize, pairs: &[(i64, i64)]) -> Vec<usize> {
        let mapping = ASSOCIATIONS[association].1;
        let mut links: Vec<(i64, i64)> =
            held.links.values().filter(|it| it.0 == association).map(|it| (it.1, it.2)).collect();
        let mut allowed = Vec::new();
        for (index, &(source, target)) in pairs.iter().enumerate() {
            let breaks = |link: &(i64, i64)| match mapping {
                "1:1" => link.0 == source || link.1 == target,
                "1:n" => link.1 == target,
                _ => *link == (source, target),
            };
            if !links.iter().any(breaks) {
                links.push((source, target));
                allowed.push(index);
            }
        }
        allowed
    }

    /// Carries the request out on what is held. `id_of` gives the id of the instance with this name or of the link of
    /// this pair, which stands at an index of the request.
    fn carry_out(&self, held: &mut Held, id_of: impl Fn(usize) -> i64) {
        match self {
            Self::Create { model, names } => {
                for (index, name) in names.iter().enumerate() {
                    held.instances.insert((*model, id_of(index)), (name.clone(), String::new()));
                }
            }
            Self::Link { association, pairs } => {
                for index in Self::allowed(held, *association, pairs) {
                    held.links.insert(id_of(index), (*association, pairs[index].0, pairs[index].1));
                }
            }
            Self::Unlink { ids } => held.links.retain(|id, _| !ids.contains(id)),
            Self::Delete { .. } if self.is_refused(held) => {}
            Self::Delete { model, ids } => held.instances.retain(|(of, id), _| of != model || !ids.contains(id)),
            Self::Update { model, ids, note } => {
                for id in ids {
                    note.clone_into(&mut held.instances.get_mut(&(*model, *id)).unwrap().1);
                }
            }
        }
    }

    /// True for the deletion of an instance that has links.
    fn is_refused(&self, held: &Held) -> bool {
        let Self::Delete { model, ids } = self else { return false };
        held.links.values().any(|link| ids.contains(if *model == 0 { &link.1 } else { &link.2 }))
    }
}

struct Writer {
    number: usize,
    random: Random,
    names: u64,
    held: Held,
    /// The request that got no answer.
    open: Option<Request>,
    /// How many requests were answered, by endpoint.
    answered: BTreeMap<&'static str, u64>,
}

impl Writer {
    fn new(number: usize) -> Self {
        let (held, answered) = (Held::default(), BTreeMap::new());
        Self { number, random: Random(number as u64), names: 0, held, open: None, answered }
    }

    /// Sends one request and notes the answer. False when there was none.
    fn step(&mut self, round: u64, client: &Client) -> bool {
        let request = self.next();
        let Some(answer) = client.try_call(request.endpoint(), request.input()) else {
            self.open = Some(request);
            return false;
        };
        let shown = || format!("round {round}, writer {}: {request:?} is answered {answer:?}", self.number);
        assert_eq!(answer.code, if request.is_refused(&self.held) { INSTANCE_LINKED } else { 0 }, "{}", shown());
        if let Request::Create { .. } | Request::Link { .. } = request {
            let created = answer.data["success_created"].as_object().unwrap();
            let indexes: BTreeSet<usize> = created.keys().map(|index| index.parse().unwrap()).collect();
            let expected: BTreeSet<usize> = match &request {
                Request::Link { association, pairs } => {
                    Request::allowed(&self.held, *association, pairs).into_iter().collect()
                }
                Request::Create { names, .. } => (0..names.len()).collect(),
                Request::Unlink { .. } | Request::Delete { .. } | Request::Update { .. } => unreachable!(),
            };
            assert_eq!(indexes, expected, "{}", shown());
        }
        request.carry_out(&mut self.held, |index| answer.data["success_created"][index.to_string()].as_i64().unwrap());
        *self.answered.entry(request.endpoint()).or_default() += 1;
        true
    }

    /// Compares what is in the store with what has to be.
    fn compare(&mut self, round: u64, found: &Held) {
        let number = self.number;
        if let Some(request) = self.open.take()
            && *found != self.held
        {
            let absent = |what: &dyn std::fmt::Debug| -> i64 {
                panic!("before round {round}, writer {number}: {what:?} of {request:?} is not there, other things are")
            };
            request.carry_out(&mut self.held, |index| match &request {
                Request::Create { model, names } => {
                    let mut all = found.instances.iter().filter(|(key, doc)| key.0 == *model && doc.0 == names[index]);
                    all.next().map_or_else(|| absent(&names[index]), |(key, _)| key.1)
                }
                Request::Link { association, pairs } => {
                    let link = (*association, pairs[index].0, pairs[index].1);
                    let mut all = found.links.iter().filter(|(_, it)| **it == link);
                    all.next().map_or_else(|| absent(&link), |(id, _)| *id)
                }
                Request::Unlink { .. } | Request::Delete { .. } | Request::Update { .. } => unreachable!(),
            });
        }
        let differences = self.held.differences(found);
        assert!(differences.is_empty(), "before round {round}, writer {number}:\n{}", differences.join("\n"));
    }

    fn next(&mut self) -> Request {
        let model = usize::from(self.random.below(2) == 0);
        let ids = self.held.of_model(model);
        let links: Vec<i64> = self.held.links.keys().copied().collect();
        match self.random.below(10) {
            _ if ids.len() < 4 => self.create(model),
            0..=2 if ids.len() < ENOUGH => self.create(model),
            0..=3 => self.delete(model, &ids),
            4 | 5 if !links.is_empty() => Request::Unlink { ids: self.random.some(&links, 30) },
            6 => {
                Request::Update { model, ids: self.random.some(&ids, 6), note: format!("n{}", self.random.below(100)) }
            }
            _ => {
                let (sources, targets) = (self.held.of_model(0), self.held.of_model(1));
                if sources.is_empty() || targets.is_empty() {
                    return self.create(1 - model);
                }
                let pairs = (0..=self.random.below(8))
                    .map(|_| (self.random.one(&sources), self.random.one(&targets)))
                    .collect();
                let association = usize::try_from(self.random.below(3)).unwrap();
                Request::Link { association, pairs }
            }
        }
    }

    /// A deletion, mostly of instances without links, which can be deleted.
    fn delete(&mut self, model: usize, ids: &[i64]) -> Request {
        let ends = self.held.links.values().map(|link| if model == 0 { link.1 } else { link.2 });
        let linked: BTreeSet<i64> = ends.collect();
        let free: Vec<i64> = ids.iter().copied().filter(|id| !linked.contains(id)).collect();
        let among = if free.is_empty() || self.random.below(5) == 0 { ids } else { &free };
        Request::Delete { model, ids: self.random.some(among, 10) }
    }

    fn create(&mut self, model: usize) -> Request {
        let count = 1 + self.random.below(8);
        let first = self.names;
        self.names += count;
        let names = (first..self.names).map(|name| format!("{}-{name}", self.number)).collect();
        Request::Create { model, names }
    }
}

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    /// A number below `bound`, by the splitmix64 generator.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn one(&mut self, ids: &[i64]) -> i64 {
        ids[usize::try_from(self.below(ids.len() as u64)).unwrap()]
    }

    /// At least one of the ids, and not more than `most`.
    fn some(&mut self, ids: &[i64], most: u64) -> BTreeSet<i64> {
        (0..=self.below(most)).map(|_| self.one(ids)).collect()
    }
}
