//! What has to be in the database between two faults, when nobody writes.

use crate::processes::until;
use crate::server::Client;
use crate::watcher::Seen;
use crate::writers::{ASSOCIATIONS, Links, MODELS, Pair, SHARED, Writer, association};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

/// Compares what is there with what the writers were answered, and with what the watcher has seen.
pub(crate) fn check(client: &Client, writers: &mut [Writer], seen: &Mutex<Seen>) {
    let found: Vec<Links> = (0..ASSOCIATIONS.len()).map(|number| links(client, number)).collect();
    for (number, links) in found.iter().enumerate() {
        obeys(number, links);
    }
    for writer in writers.iter_mut() {
        settle(writer, &found);
    }
    let mut accounted: Vec<BTreeMap<Pair, i64>> = vec![BTreeMap::new(); ASSOCIATIONS.len()];
    for writer in writers.iter() {
        for (accounted, held) in accounted.iter_mut().zip(&writer.held) {
            accounted.extend(held.ids.iter().map(|(pair, id)| (*pair, *id)));
        }
        for pair in &writer.lost {
            assert!(found[SHARED].bar(SHARED, *pair), "{pair:?} was refused though both ends are free");
        }
    }
    for (number, (found, accounted)) in found.iter().zip(&accounted).enumerate() {
        let missing: Vec<_> = accounted.iter().filter(|(pair, id)| found.ids.get(pair) != Some(id)).collect();
        assert!(missing.is_empty(), "answered links of {} are not there: {missing:?}", association(number));
        let more: Vec<_> = found.ids.iter().filter(|(pair, _)| !accounted.contains_key(pair)).collect();
        assert!(more.is_empty(), "links of {} are there that nobody created: {more:?}", association(number));
    }
    let ids = |(number, links): (usize, &Links)| -> Vec<(i64, (String, Pair))> {
        links.ids.iter().map(|(pair, id)| (*id, (association(number), *pair))).collect()
    };
    let expected: BTreeMap<i64, (String, Pair)> = found.iter().enumerate().flat_map(ids).collect();
    let total: usize = found.iter().map(|it| it.ids.len()).sum();
    assert_eq!(expected.len(), total, "two links have one id");
    until("the watcher has seen the record of every link", Duration::from_secs(10), || {
        (seen.lock().unwrap().links().len() >= total).then_some(())
    });
    let seen = seen.lock().unwrap().links();
    assert!(seen == expected, "the log differs from the links: {:?}", differences(&seen, &expected));
}

fn differences<'a, V: PartialEq>(left: &'a BTreeMap<i64, V>, right: &'a BTreeMap<i64, V>) -> BTreeSet<&'a i64> {
    left.keys().chain(right.keys()).filter(|id| left.get(id) != right.get(id)).collect()
}

/// The links of an association.
fn links(client: &Client, number: usize) -> Links {
    let condition = json!({"bk_obj_id": MODELS[0], "condition": {"bk_obj_asst_id": association(number)}});
    let mut links = Links::default();
    for link in client.ok("find_instance_association", condition).as_array().unwrap() {
        let [id, source, target] = ["id", "bk_inst_id", "bk_asst_inst_id"].map(|it| link[it].as_i64().unwrap());
        assert!(!links.ids.contains_key(&(source, target)), "{link} is there twice");
        links.insert((source, target), id);
    }
    links
}

/// The mapping holds.
fn obeys(number: usize, links: &Links) {
    let sources: BTreeSet<i64> = links.ids.keys().map(|pair| pair.0).collect();
    let targets: BTreeSet<i64> = links.ids.keys().map(|pair| pair.1).collect();
    let (one_source, one_target) = match ASSOCIATIONS[number].1 {
        "1:1" => (true, true),
        "1:n" => (false, true),
        _ => (false, false),
    };
    assert!(!one_source || sources.len() == links.ids.len(), "a source of {} has two links", association(number));
    assert!(!one_target || targets.len() == links.ids.len(), "a target of {} has two links", association(number));
}

/// Tells what came of a writer's open batches: each was carried out whole, or not at all.
fn settle(writer: &mut Writer, found: &[Links]) {
    for batch in std::mem::take(&mut writer.open) {
        let found = &found[batch.association];
        let held = &mut writer.held[batch.association];
        let new = |pair: &Pair| found.ids.contains_key(pair) && !held.ids.contains_key(pair);
        let done: BTreeSet<usize> = (0..batch.pairs.len()).filter(|index| new(&batch.pairs[*index])).collect();
        if batch.association == SHARED {
            // Another writer may have been quicker. Nothing else is a reason for one of them to be missing.
            let whole = batch.pairs.iter().all(|pair| found.bar(SHARED, *pair));
            assert!(done.is_empty() || whole, "half of {batch:?} is there");
        } else {
            assert!(done.is_empty() || done == batch.allowed(held), "half of {batch:?} is there: {done:?}");
        }
        for index in done {
            let pair = batch.pairs[index];
            held.insert(pair, found.ids[&pair]);
        }
    }
}
