//! Measures batches of links on the engine itself, without HTTP, next to the floor: links a second, latency, memory a link,
//! time to open. `cargo run --release -p relata-store-embedded --example links -- [LINKS] [NODES] [CALLERS] [DIRECTORY]`
#![expect(clippy::print_stdout, reason = "prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded")]

use relata_model::association::Link;
use relata_model::change::{Action, Actor, ChangeSet, LinkRecord, Resource};
use relata_model::store::tables::{LINK_SEQUENCE, instance_sequence};
use relata_model::store::{Ends, NewRow, Space, Store, Table, Tx, Work};
use relata_model::{Map, Result};
use relata_store_embedded::Embedded;
use relata_store_embedded::floor::{Rows, floor};
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const BATCH: usize = 200;
const ENDS: Ends =
    Ends { association: 1, source_model: 1, target_model: 2, one_per_source: false, one_per_target: false };

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let argument = |place: usize| std::env::args().nth(place);
    let number = |place, default| argument(place).map_or(Ok(default), |text| text.parse::<usize>());
    let (links, nodes, callers) = (number(1, 1_000_000)?, number(2, 200_000)?, number(3, 8)?);
    let directory = argument(4).map_or_else(std::env::temp_dir, PathBuf::from);
    let directory = tempfile::tempdir_in(directory)?;
    let path = directory.path().join("relata.db");
    println!("{links} links between {nodes} and {nodes} nodes, {callers} callers, batches of {BATCH}");

    let store = Arc::new(Embedded::open(&path)?);
    println!("memory of the empty store: {:.1} MB", memory()? / 1e6);
    store.write(work(|tx| Box::pin(add_models(tx)))).await?;
    for model in [1, 2] {
        add_instances(&store, model, nodes).await?;
    }
    let before = memory()?;
    let pairs = Arc::new(pairs(links + 1000 * BATCH, nodes));
    let made = memory()?;
    let steps = 5;
    for step in 0..steps {
        let range = links * step / steps..links * (step + 1) / steps;
        let (begin, busy) = (Instant::now(), writer_time()?);
        let mut waits = insert(&store, &pairs, range.clone(), callers).await?;
        waits.sort_unstable();
        let rate = range.len() as f64 / begin.elapsed().as_secs_f64();
        let busy = (writer_time()? - busy) * 1e6 / range.len() as f64;
        let (end, spread) = (range.end, spread(&waits));
        println!("up to {end:>9}: {rate:>8.0} links/s, {busy:.2} µs of the writer a link, batch {spread}");
    }
    println!("memory: {:.1} bytes a link", (memory()? - made) / links as f64);
    let mut waits = insert(&store, &pairs, links..links + 1000 * BATCH, 1).await?;
    waits.sort_unstable();
    println!("one caller: batch {}", spread(&waits));
    println!("figures: {:?}", store.figures());
    drop(store);

    let begin = Instant::now();
    let store = Embedded::open(&path)?;
    println!(
        "open: {:.2} s, memory {:.1} bytes a link",
        begin.elapsed().as_secs_f64(),
        (memory()? - made) / links as f64
    );
    let begin = Instant::now();
    println!("check: {} problems, {:.2} s", store.check().await?.len(), begin.elapsed().as_secs_f64());
    drop(store);
    let pairs = pairs.get(..links).unwrap_or_default();
    let took = floor(&directory.path().join("floor.db"), Rows { pairs, batch: BATCH, scope: "source_uses_target" })?;
    println!("floor: {:.0} links/s", links as f64 / took.as_secs_f64());
    println!("(memory before: {:.1} MB, pairs of this program: {:.1} MB)", before / 1e6, (made - before) / 1e6);
    Ok(())
}

/// The memory of this process that is in use, in bytes.
fn memory() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0)
}

/// Seconds that the writing thread has been running.
fn writer_time() -> Result<f64, Failure> {
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if std::fs::read_to_string(task.join("comm"))?.trim() == "store-write" {
            let ran = std::fs::read_to_string(task.join("schedstat"))?;
            return Ok(ran.split(' ').next().ok_or("no time")?.parse::<f64>()? / 1e9);
        }
    }
    Err("no writer".into())
}

fn spread(waits: &[Duration]) -> String {
    let at = |share: usize| waits.get((waits.len() * share / 100).min(waits.len().saturating_sub(1))).copied();
    let [p50, p99] = [50, 99].map(|share| at(share).unwrap_or_default().as_secs_f64() * 1e3);
    format!("p50 {p50:.2} ms, p99 {p99:.2} ms")
}

/// Distinct random pairs.
fn pairs(count: usize, nodes: usize) -> Vec<(i64, i64)> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from(state % nodes as u64).unwrap_or_default() + 1
    };
    let mut seen = std::collections::HashSet::with_capacity(count);
    std::iter::repeat_with(|| (random(), random())).filter(|pair| seen.insert(*pair)).take(count).collect()
}

fn work<F>(run: F) -> Arc<Work>
where
    F: for<'a> Fn(&'a mut (dyn Tx + 'a)) -> relata_model::store::BoxFut<'a, Result<()>> + Send + Sync + 'static,
{
    Arc::new(run)
}

/// The two models and the association, for the check.
async fn add_models(tx: &mut dyn Tx) -> Result<()> {
    let row = |id, doc: serde_json::Value| {
        let serde_json::Value::Object(doc) = doc else { return Vec::new() };
        vec![NewRow { id, doc, keys: Vec::new() }]
    };
    tx.insert_many(Table::Models.into(), row(1, json!({"id": 1, "bk_obj_id": "source"}))).await?;
    tx.insert_many(Table::Models.into(), row(2, json!({"id": 2, "bk_obj_id": "target"}))).await?;
    let (id, ends) = ("source_uses_target", ("source", "target"));
    let doc = json!({"id": 1, "bk_obj_asst_id": id, "bk_obj_id": ends.0, "bk_asst_obj_id": ends.1});
    tx.insert_many(Table::ModelAssociations.into(), row(1, doc)).await
}

async fn add_instances(store: &Embedded, model: i64, count: usize) -> Result<()> {
    for done in (0..count).step_by(10_000) {
        let some = (count - done).min(10_000);
        let work = work(move |tx| {
            Box::pin(async move {
                let first = tx.next_ids(&instance_sequence(model), some as u64).await?;
                let rows = (first..).take(some).map(|id| NewRow { id, doc: Map::new(), keys: Vec::new() }).collect();
                tx.insert_many(Space::instances(model), rows).await
            })
        });
        store.write(work).await?;
    }
    Ok(())
}

/// Inserts pairs from several callers at once; returns how long each batch took.
async fn insert(
    store: &Arc<Embedded>,
    pairs: &Arc<Vec<(i64, i64)>>,
    range: std::ops::Range<usize>,
    callers: usize,
) -> Result<Vec<Duration>, Failure> {
    let next = Arc::new(AtomicUsize::new(range.start));
    let tasks: Vec<_> = (0..callers)
        .map(|_| {
            let (store, pairs, next, end) = (Arc::clone(store), Arc::clone(pairs), Arc::clone(&next), range.end);
            tokio::spawn(async move {
                let mut waits = Vec::new();
                loop {
                    let from = next.fetch_add(BATCH, Ordering::Relaxed);
                    if from >= end {
                        return Ok(waits);
                    }
                    let (pairs, to) = (Arc::clone(&pairs), (from + BATCH).min(end));
                    let begin = Instant::now();
                    let one = work(move |tx| {
                        let pairs = Arc::clone(&pairs);
                        Box::pin(async move { link(tx, pairs.get(from..to).unwrap_or_default()).await })
                    });
                    store.write(one).await?;
                    waits.push(begin.elapsed());
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        let waits: Result<Vec<Duration>> = task.await?;
        all.extend(waits?);
    }
    Ok(all)
}

/// What the application does with a batch: look, decide, insert, log.
async fn link(tx: &mut dyn Tx, pairs: &[(i64, i64)]) -> Result<()> {
    let facts = tx.link_facts(ENDS, pairs).await?;
    let good: Vec<(i64, i64)> = pairs
        .iter()
        .zip(&facts)
        .filter(|(_, facts)| facts.source_exists && facts.target_exists && !facts.pair_exists)
        .map(|(pair, _)| *pair)
        .collect();
    let first = tx.next_ids(LINK_SEQUENCE, good.len() as u64).await?;
    let link = |(id, (source, target))| Link { id, association: ENDS.association, source, target };
    let links: Vec<Link> = (first..).zip(good).map(link).collect();
    tx.insert_links(ENDS, &links).await?;
    let records: Vec<LinkRecord> = links.iter().map(|it| LinkRecord(it.id, it.source, it.target)).collect();
    let set = ChangeSet {
        seq: 0,
        count: i64::try_from(records.len()).unwrap_or_default(),
        time: 1_700_000_000_000,
        actor: Actor { user: "admin".to_owned(), app: String::new(), request: format!("{first:032x}") },
        resource: Resource::Link,
        action: Action::Create,
        scope: "source_uses_target".to_owned(),
        subjects: Vec::new(),
        data: serde_json::to_string(&records).unwrap_or_default(),
    };
    tx.append_changes(vec![set]).await
}
