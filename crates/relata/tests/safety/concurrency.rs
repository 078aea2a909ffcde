//! Callers that all want the same thing at the same moment: exactly as many get it as may have it, and the others are
//! told why not. Rules of the port are raced in the conformance suite; here it is the whole way over HTTP, to one server
//! with the embedded store and to three that share a PostgreSQL database.

use crate::server::{Answer, Client, EMBEDDED, Server, verify_store};
use relata_testkit::postgres::server;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

const CALLERS: usize = 64;
const SHARING: usize = 3;
const ROUNDS: usize = 4;

const DUPLICATE: i64 = 1_199_014;
const END_TAKEN: i64 = 1_101_052;
const TARGET_TAKEN: i64 = 1_101_061;
const NO_TARGET: i64 = 1_101_074;
const INSTANCE_LINKED: i64 = 1_101_075;

/// A store with two models and three associations between them, and 64 callers with a connection each, who take turns
/// among its servers.
struct Race {
    folder: tempfile::TempDir,
    store: String,
    servers: Vec<Server>,
    callers: Vec<Client>,
    one_to_one: String,
    one_to_many: String,
    many_to_many: String,
}

impl Race {
    fn on_embedded() -> Self {
        Self::new(EMBEDDED.to_owned(), 1)
    }

    fn on_postgres() -> Self {
        Self::new(server().new_database().url(), SHARING)
    }

    fn new(store: String, servers: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let servers: Vec<Server> = (0..servers).map(|_| Server::start_from(folder.path(), &store)).collect();
        let client = servers[0].client();
        client.create_model("race_a");
        client.create_model("race_b");
        let callers = servers.iter().cycle().take(CALLERS).map(Server::client).collect();
        let associate = |kind, mapping| client.associate("race_a", kind, "race_b", mapping);
        let (one_to_one, one_to_many) = (associate("run", "1:1"), associate("belong", "1:n"));
        Self { callers, one_to_one, one_to_many, many_to_many: associate("connect", "n:n"), servers, store, folder }
    }

    /// Creates instances with these names; their ids.
    fn instances(&self, model: &str, names: impl Iterator<Item = String>) -> Vec<i64> {
        let details: Vec<Value> = names.map(|name| json!({"bk_inst_name": name})).collect();
        let data = self.callers[0].ok("batch_create_inst", json!({"bk_obj_id": model, "details": details}));
        let created = |index: usize| data["success_created"][index.to_string()].as_i64().unwrap();
        (0..details.len()).map(created).collect()
    }

    /// Lets every caller make its call at the same moment; the answers in the order of the callers.
    fn run(&self, call: impl Fn(usize) -> (&'static str, Value) + Sync) -> Vec<Answer> {
        let start = Barrier::new(CALLERS);
        let (start, call) = (&start, &call);
        thread::scope(|scope| {
            let running: Vec<_> = (0..CALLERS)
                .map(|number| {
                    let client = &self.callers[number];
                    scope.spawn(move || {
                        let (name, input) = call(number);
                        start.wait();
                        client.call(name, input)
                    })
                })
                .collect();
            running.into_iter().map(|caller| caller.join().unwrap()).collect()
        })
    }

    /// The links of an association: source and target.
    fn links(&self, association: &str) -> BTreeSet<(i64, i64)> {
        let condition = json!({"bk_obj_id": "race_a", "condition": {"bk_obj_asst_id": association}});
        let links = self.callers[0].ok("find_instance_association", condition);
        let pair = |link: &Value| (link["bk_inst_id"].as_i64().unwrap(), link["bk_asst_inst_id"].as_i64().unwrap());
        links.as_array().unwrap().iter().map(pair).collect()
    }

    fn names(&self, model: &str) -> Vec<String> {
        let rows = self.callers[0].ok("get_inst_detail", json!({"bk_obj_id": model}));
        let name = |row: &Value| row["bk_inst_name"].as_str().unwrap().to_owned();
        rows["info"].as_array().unwrap().iter().map(name).collect()
    }

    fn finish(self) {
        drop(self.callers);
        self.servers.into_iter().for_each(Server::stop);
        verify_store(self.folder.path(), &self.store);
    }
}

/// A call that links one pair: every second caller by the single endpoint, the others by a batch of one.
fn link(number: usize, association: &str, (source, target): (i64, i64)) -> (&'static str, Value) {
    if number.is_multiple_of(2) {
        let pair = json!({"bk_obj_asst_id": association, "bk_inst_id": source, "bk_asst_inst_id": target});
        return ("add_instance_association", pair);
    }
    let details = json!([{"bk_inst_id": source, "bk_asst_inst_id": target}]);
    let batch = json!({
        "bk_obj_id": "race_a", "bk_asst_obj_id": "race_b", "bk_obj_asst_id": association, "details": details,
    });
    ("batch_create_instance_association", batch)
}

/// The code of the only item: that of the answer, or that of the item in a batch.
fn code_of(answer: &Answer) -> i64 {
    let item = answer.data.pointer("/error_detail/0/code").and_then(Value::as_i64);
    item.unwrap_or(answer.code)
}

/// How many have won; all others have one of these codes.
fn winners(answers: &[Answer], others: &[i64]) -> Vec<usize> {
    let codes: Vec<i64> = answers.iter().map(code_of).collect();
    assert!(codes.iter().all(|code| *code == 0 || others.contains(code)), "{codes:?}");
    (0..codes.len()).filter(|number| codes[*number] == 0).collect()
}

/// One `#[test]` for each name on each store.
macro_rules! on_every_store {
    ($($name:ident)*) => {
        mod embedded { $(
            #[test]
            fn $name() {
                super::$name(super::Race::on_embedded());
            }
        )* }

        mod postgres { $(
            #[test]
            fn $name() {
                super::$name(super::Race::on_postgres());
            }
        )* }
    };
}

on_every_store! {
    one_to_one_ends_are_taken_once
    a_one_to_many_target_gets_one_source
    a_unique_key_is_taken_once_by_creation_and_by_change
    no_link_outlives_the_instance_at_its_end
}

fn one_to_one_ends_are_taken_once(race: Race) {
    let mut expected = BTreeSet::new();
    for round in 0..ROUNDS {
        let sources = race.instances("race_a", (0..8).map(|it| format!("s{round}-{it}")));
        let targets = race.instances("race_b", (0..8).map(|it| format!("t{round}-{it}")));
        let pair = |number: usize| (sources[number / 8], targets[number % 8]);
        let answers = race.run(|number| link(number, &race.one_to_one, pair(number)));
        let won: Vec<(i64, i64)> = winners(&answers, &[END_TAKEN]).into_iter().map(pair).collect();
        let (sources, targets): (BTreeSet<i64>, BTreeSet<i64>) = won.iter().copied().unzip();
        assert_eq!((sources.len(), targets.len()), (won.len(), won.len()), "an end has two links: {won:?}");
        // Nobody was refused for nothing: of each pair that lost an end is taken.
        assert!((0..CALLERS).map(pair).all(|(source, target)| sources.contains(&source) || targets.contains(&target)));
        expected.extend(won);
    }
    assert_eq!(race.links(&race.one_to_one), expected);
    race.finish();
}

fn a_one_to_many_target_gets_one_source(race: Race) {
    let sources = race.instances("race_a", (0..CALLERS).map(|it| format!("s{it}")));
    let mut expected = BTreeSet::new();
    for round in 0..ROUNDS {
        let target = race.instances("race_b", std::iter::once(format!("t{round}")))[0];
        let answers = race.run(|number| link(number, &race.one_to_many, (sources[number], target)));
        let won = winners(&answers, &[TARGET_TAKEN]);
        assert_eq!(won.len(), 1, "{won:?}");
        expected.insert((sources[won[0]], target));
    }
    assert_eq!(race.links(&race.one_to_many), expected);
    race.finish();
}

fn a_unique_key_is_taken_once_by_creation_and_by_change(race: Race) {
    let bystanders = race.instances("race_a", (0..CALLERS).map(|it| format!("bystander-{it}")));
    let mut created = Vec::new();
    for round in 0..ROUNDS {
        let name = format!("created-{round}");
        let answers = race.run(|number| {
            let doc = json!({"bk_inst_name": name});
            if number.is_multiple_of(2) {
                ("create_inst", json!({"bk_obj_id": "race_a", "bk_inst_name": name}))
            } else {
                ("batch_create_inst", json!({"bk_obj_id": "race_a", "details": [doc]}))
            }
        });
        // A batch of instances says in words only why an item was refused.
        let refused = |answer: &Answer| answer.code == DUPLICATE || answer.data.pointer("/error_msg/0").is_some();
        assert!(answers.iter().all(|answer| answer.code == 0 || answer.code == DUPLICATE));
        assert_eq!(answers.iter().filter(|answer| !refused(answer)).count(), 1);
        created.push(name);

        let name = format!("changed-{round}");
        let change = |number: usize| json!({"inst_id": bystanders[number], "datas": {"bk_inst_name": name}});
        let answers =
            race.run(|number| ("batch_update_inst", json!({"bk_obj_id": "race_a", "update": [change(number)]})));
        assert_eq!(winners(&answers, &[DUPLICATE]).len(), 1);
        // Some win twice, so the name of an earlier round may be gone.
        let held = race.names("race_a").into_iter().filter(|it| *it == name).count();
        assert_eq!(held, 1);
    }
    let names = race.names("race_a");
    let distinct: BTreeSet<&String> = names.iter().collect();
    assert_eq!((names.len(), distinct.len()), (CALLERS + ROUNDS, CALLERS + ROUNDS));
    assert!(created.iter().all(|name| distinct.contains(name)));
    race.finish();
}

fn no_link_outlives_the_instance_at_its_end(race: Race) {
    let sources = race.instances("race_a", (0..CALLERS).map(|it| format!("s{it}")));
    let (mut gone, mut kept) = (0, 0);
    for round in 0..4 * ROUNDS {
        let target = race.instances("race_b", std::iter::once(format!("t{round}")))[0];
        // The one that deletes is now among the first, now among the last.
        let deletes = |number: usize| number == (round * 17) % CALLERS;
        let answers = race.run(|number| {
            if deletes(number) {
                ("delete_inst", json!({"bk_obj_id": "race_b", "bk_inst_id": target}))
            } else {
                link(number, &race.many_to_many, (sources[number], target))
            }
        });
        let (deletion, links): (Vec<_>, Vec<_>) = (0..CALLERS).partition(|number| deletes(*number));
        let deletion = answers[deletion[0]].code;
        let codes: BTreeSet<i64> = links.iter().map(|number| code_of(&answers[*number])).collect();
        let is_there = race.names("race_b").contains(&format!("t{round}"));
        match deletion {
            0 => {
                assert_eq!((codes, is_there), (BTreeSet::from([NO_TARGET]), false));
                gone += 1;
            }
            INSTANCE_LINKED => {
                assert_eq!((codes, is_there), (BTreeSet::from([0]), true));
                kept += 1;
            }
            other => panic!("the deletion is answered {other}"),
        }
    }
    assert_eq!(race.links(&race.many_to_many).len(), kept * (CALLERS - 1));
    assert_eq!(gone + kept, 4 * ROUNDS);
    race.finish();
}
