//! Writers that create batches of links and keep account of what was answered, refused and left open.
//!
//! Most associations are between instances of one writer, so what it may find is known exactly. One is between instances of
//! all writers, so that they race for its ends through two servers.

use crate::server::{Answer, Client};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

pub(crate) const MODELS: [&str; 2] = ["failover_a", "failover_b"];
/// Kind and mapping of the associations from the first model to the second.
pub(crate) const ASSOCIATIONS: [(&str, &str); 4] =
    [("connect", "n:n"), ("belong", "1:n"), ("run", "1:1"), ("default", "1:1")];
/// The association for which all writers race.
pub(crate) const SHARED: usize = 3;

/// Most links in a batch.
const BATCH: usize = 8;
/// How long a writer rests after a batch: the faults are to meet load, not a machine at its limit.
const REST: Duration = Duration::from_millis(20);

pub(crate) type Pair = (i64, i64);

pub(crate) fn association(number: usize) -> String {
    format!("{}_{}_{}", MODELS[0], ASSOCIATIONS[number].0, MODELS[1])
}

/// The instances that links of a writer may join: sources and targets.
#[derive(Clone)]
pub(crate) struct Ends(pub(crate) Vec<i64>, pub(crate) Vec<i64>);

/// Links, with what the mapping needs to know of them.
#[derive(Default)]
pub(crate) struct Links {
    pub(crate) ids: BTreeMap<Pair, i64>,
    sources: BTreeSet<i64>,
    targets: BTreeSet<i64>,
}

impl Links {
    pub(crate) fn insert(&mut self, pair: Pair, id: i64) {
        self.ids.insert(pair, id);
        self.sources.insert(pair.0);
        self.targets.insert(pair.1);
    }

    /// True where the mapping of an association leaves no room for the pair.
    pub(crate) fn bar(&self, association: usize, pair: Pair) -> bool {
        match ASSOCIATIONS[association].1 {
            "1:1" => self.sources.contains(&pair.0) || self.targets.contains(&pair.1),
            "1:n" => self.targets.contains(&pair.1),
            _ => self.ids.contains_key(&pair),
        }
    }
}

/// A batch of links of one association.
#[derive(Clone, Debug)]
pub(crate) struct Batch {
    pub(crate) association: usize,
    pub(crate) pairs: Vec<Pair>,
}

impl Batch {
    fn input(&self) -> Value {
        let pair = |&(source, target): &Pair| json!({"bk_inst_id": source, "bk_asst_inst_id": target});
        let details: Vec<Value> = self.pairs.iter().map(pair).collect();
        json!({
            "bk_obj_id": MODELS[0], "bk_asst_obj_id": MODELS[1], "bk_obj_asst_id": association(self.association),
            "details": details,
        })
    }

    /// The indexes of the pairs that can be linked beside these links, one after the other.
    pub(crate) fn allowed(&self, links: &Links) -> BTreeSet<usize> {
        let mut new = Links::default();
        let mut allowed = BTreeSet::new();
        for (index, &pair) in self.pairs.iter().enumerate() {
            if !links.bar(self.association, pair) && !new.bar(self.association, pair) {
                new.insert(pair, 0);
                allowed.insert(index);
            }
        }
        allowed
    }
}

/// What came of the batches of a round.
#[derive(Clone, Copy, Default)]
pub(crate) struct Tally {
    pub(crate) answered: u64,
    /// Answered 503: nothing was done, and the batch was sent again.
    pub(crate) refused: u64,
    /// Answered 504, or not at all.
    pub(crate) unknown: u64,
    /// The longest time between two answers.
    pub(crate) pause: Duration,
}

/// What the others see of a writer while it runs.
#[derive(Default)]
pub(crate) struct Progress {
    pub(crate) stop: AtomicBool,
    pub(crate) answered: AtomicU64,
}

pub(crate) struct Writer {
    number: usize,
    random: Random,
    own: Ends,
    shared: Ends,
    /// What was answered, by association.
    pub(crate) held: [Links; ASSOCIATIONS.len()],
    /// Batches that may have been carried out.
    pub(crate) open: Vec<Batch>,
    /// Pairs of the shared association that were refused for another link.
    pub(crate) lost: Vec<Pair>,
    /// Ends of open batches. They are not used again before it is known what came of those.
    doubtful: BTreeSet<i64>,
    pub(crate) tally: Tally,
}

impl Writer {
    pub(crate) fn new(number: usize, own: Ends, shared: Ends) -> Self {
        let random = Random(number as u64);
        let (held, open, lost) = (Default::default(), Vec::new(), Vec::new());
        Self { number, random, own, shared, held, open, lost, doubtful: BTreeSet::new(), tally: Tally::default() }
    }

    /// Writes until it is told to stop, to one server as long as that answers.
    pub(crate) fn run(&mut self, clients: &[Client], progress: &Progress) {
        self.tally = Tally::default();
        self.doubtful.clear();
        let mut server = self.number;
        let mut answered = Instant::now();
        let mut batch = self.next();
        while !progress.stop.load(Ordering::Relaxed) {
            let answer = clients[server % clients.len()].try_call("batch_create_instance_association", batch.input());
            match answer.as_ref().map(|answer| answer.status) {
                Some(200) => {
                    self.note(&batch, &answer.unwrap());
                    self.tally.answered += 1;
                    progress.answered.fetch_add(1, Ordering::Relaxed);
                    self.tally.pause = self.tally.pause.max(answered.elapsed());
                    answered = Instant::now();
                }
                Some(503) => {
                    // Were it done in spite of that, it would be refused now as a duplicate.
                    self.tally.refused += 1;
                    thread::sleep(5 * REST);
                    continue;
                }
                None | Some(504) => {
                    self.tally.unknown += 1;
                    self.doubtful.extend(batch.pairs.iter().flat_map(|pair| [pair.0, pair.1]));
                    self.open.push(batch);
                    server += usize::from(answer.is_none());
                }
                Some(status) => panic!("{batch:?} is answered {status}: {answer:?}"),
            }
            batch = self.next();
            thread::sleep(REST);
        }
        self.tally.pause = self.tally.pause.max(answered.elapsed());
    }

    /// Notes the answer of a batch, which has to be the right one.
    fn note(&mut self, batch: &Batch, answer: &Answer) {
        assert_eq!(answer.code, 0, "{batch:?} is answered {answer:?}");
        let created = answer.data["success_created"].as_object().unwrap();
        let created: BTreeMap<usize, i64> =
            created.iter().map(|(index, id)| (index.parse().unwrap(), id.as_i64().unwrap())).collect();
        let held = &mut self.held[batch.association];
        if batch.association == SHARED {
            let refused = |index: &usize| !created.contains_key(index);
            self.lost.extend((0..batch.pairs.len()).filter(refused).map(|index| batch.pairs[index]));
        } else {
            let allowed = batch.allowed(held);
            assert!(created.keys().eq(&allowed), "{batch:?} is answered {answer:?} instead of {allowed:?}");
        }
        for (index, id) in created {
            held.insert(batch.pairs[index], id);
        }
    }

    fn next(&mut self) -> Batch {
        let association = self.random.below(ASSOCIATIONS.len());
        let ends = if association == SHARED { self.shared.clone() } else { self.own.clone() };
        let count = 1 + self.random.below(BATCH);
        let pairs = (0..count).map(|_| (self.end(&ends.0), self.end(&ends.1))).collect();
        Batch { association, pairs }
    }

    fn end(&mut self, ids: &[i64]) -> i64 {
        loop {
            let id = ids[self.random.below(ids.len())];
            if !self.doubtful.contains(&id) {
                return id;
            }
        }
    }
}

/// Numbers that look random and are the same in each run.
struct Random(u64);

impl Random {
    /// A number below `bound`, by the splitmix64 generator.
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }
}
