//! Links: the facts about pairs, insert, delete, find, count.

use super::TestStore;
use super::world::{
    RACKS, SERVERS, STANDS_IN, USES, add, add_many, all_links, create_world, link, link_set, one_to_one, remove, unlink,
};
use relata_model::association::Link;
use relata_model::change::Action;
use relata_model::store::tables::LINK_SEQUENCE;
use relata_model::store::{Ends, Hop, HopQuery, LinkFacts, LinkQuery, Step, Tx};
use relata_model::{Map, Result};

/// The world with servers 1–6 and racks 1–4, and the links 1–4 `stands_in` 1→1, 2→1, 3→2, 1→2 and 5–7 `uses` 1→2, 2→1, 4→4.
async fn linked_world(store: &TestStore) {
    create_world(store).await;
    let linked = store.write(|tx| {
        Box::pin(async move {
            add_many(tx, SERVERS, 6).await?;
            add_many(tx, RACKS, 4).await?;
            let first = link(tx, STANDS_IN, &[(1, 1), (2, 1), (3, 2), (1, 2)]).await?;
            let second = link(tx, USES, &[(1, 2), (2, 1), (4, 4)]).await?;
            Ok([first, second].concat())
        })
    });
    assert_eq!(ids(&linked.await.unwrap()), [1, 2, 3, 4, 5, 6, 7]);
}

fn ids(links: &[Link]) -> Vec<i64> {
    links.iter().map(|link| link.id).collect()
}

/// Existence of source and target, the pair, source linked, target linked.
fn facts([source_exists, target_exists, pair_exists, source_linked, target_linked]: [bool; 5]) -> LinkFacts {
    LinkFacts { source_exists, target_exists, pair_exists, source_linked, target_linked }
}

async fn look(store: &TestStore, ends: Ends, pairs: &'static [(i64, i64)]) -> Vec<LinkFacts> {
    store.read(move |tx| Box::pin(async move { tx.link_facts(ends, pairs).await })).await.unwrap()
}

/// One entry a pair, in order, repeated pairs too; each association and direction for itself.
pub async fn facts_tell_what_is_known_of_each_pair(store: &mut TestStore) {
    linked_world(store).await;
    let (yes, no) = (true, false);
    let pairs = &[(1, 1), (3, 1), (4, 4), (4, 1), (9, 1), (1, 9), (9, 9), (3, 4), (1, 1)];
    let expected = [
        facts([yes, yes, yes, yes, yes]),
        facts([yes, yes, no, yes, yes]),
        facts([yes, yes, no, no, no]),
        facts([yes, yes, no, no, yes]),
        facts([no, yes, no, no, yes]),
        facts([yes, no, no, yes, no]),
        facts([no, no, no, no, no]),
        facts([yes, yes, no, yes, no]),
        facts([yes, yes, yes, yes, yes]),
    ];
    assert_eq!(look(store, one_to_one(STANDS_IN), pairs).await, expected);
    // What no mapping asks for is not looked up.
    let unasked = expected.map(|facts| LinkFacts { source_linked: false, target_linked: false, ..facts });
    assert_eq!(look(store, STANDS_IN, pairs).await, unasked);
    let expected = [
        facts([yes, yes, yes, yes, yes]),
        facts([yes, yes, yes, yes, yes]),
        facts([yes, yes, no, no, no]),
        facts([yes, yes, yes, yes, yes]),
        facts([yes, yes, no, yes, no]),
    ];
    assert_eq!(look(store, one_to_one(USES), &[(1, 2), (2, 1), (3, 3), (4, 4), (2, 6)]).await, expected);
    let unknown = one_to_one(Ends { association: 99, source_model: 98, target_model: 2, ..Ends::default() });
    assert_eq!(look(store, unknown, &[(1, 1)]).await, [facts([no, yes, no, no, no])]);
}

/// The facts know what the transaction has done: instances and links that came and went.
pub async fn facts_know_the_changes_of_the_transaction(store: &mut TestStore) {
    linked_world(store).await;
    let (yes, no) = (true, false);
    let done = store.write(move |tx| {
        Box::pin(async move {
            let server = add(tx, SERVERS, Map::new()).await?;
            let rack = add(tx, RACKS, Map::new()).await?;
            assert_eq!((server, rack), (7, 5));
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &[(7, 5)]).await?, [facts([yes, yes, no, no, no])]);
            let new = link(tx, STANDS_IN, &[(7, 5), (7, 4)]).await?;
            let pairs = [(7, 5), (7, 1), (6, 5), (6, 3)];
            let expected = [
                facts([yes, yes, yes, yes, yes]),
                facts([yes, yes, no, yes, yes]),
                facts([yes, yes, no, no, yes]),
                facts([yes, yes, no, no, no]),
            ];
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &pairs).await?, expected);
            unlink(tx, &new[..1]).await?;
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &[(7, 5)]).await?, [facts([yes, yes, no, yes, no])]);
            unlink(tx, &new[1..]).await?;
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &[(7, 5)]).await?, [facts([yes, yes, no, no, no])]);
            // A stored link goes, its end too, and the same pair comes again with another source.
            let old = tx.find_links(&LinkQuery { ids: Some(vec![3]), ..all_links() }).await?;
            unlink(tx, &old).await?;
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &[(3, 2)]).await?, [facts([yes, yes, no, no, yes])]);
            remove(tx, SERVERS, 3).await?;
            assert_eq!(tx.link_facts(one_to_one(STANDS_IN), &[(3, 2)]).await?, [facts([no, yes, no, no, yes])]);
            link(tx, STANDS_IN, &[(7, 2)]).await
        })
    });
    assert_eq!(ids(&done.await.unwrap()), [10]);
    let expected = [facts([no, yes, no, no, yes]), facts([yes, yes, yes, yes, yes]), facts([yes, yes, no, yes, no])];
    assert_eq!(look(store, one_to_one(STANDS_IN), &[(3, 2), (7, 2), (7, 5)]).await, expected);
}

/// A linked pair cannot be linked again under the same association, not within one call either; the way back, another
/// association, and the same pair after its deletion are free.
pub async fn a_pair_that_is_there_is_a_conflict(store: &mut TestStore) {
    linked_world(store).await;
    for pairs in [vec![(1, 1)], vec![(5, 1), (5, 1)], vec![(5, 1), (3, 2)]] {
        let refused = store.write(move |tx| {
            let pairs = pairs.clone();
            Box::pin(async move { link(tx, STANDS_IN, &pairs).await })
        });
        assert!(refused.await.unwrap_err().is_conflict());
    }
    let done = store.write(|tx| {
        Box::pin(async move {
            link(tx, USES, &[(1, 1), (4, 1), (1, 4)]).await?;
            let again = tx.find_links(&LinkQuery { ids: Some(vec![1]), ..all_links() }).await?;
            unlink(tx, &again).await?;
            link(tx, STANDS_IN, &[(1, 1)]).await
        })
    });
    let again = done.await.unwrap();
    assert_eq!(find(store, LinkQuery { sources: Some(vec![1]), targets: Some(vec![1]), ..all_links() }).await.len(), 2);
    let twice = store.write(|tx| Box::pin(async move { link(tx, STANDS_IN, &[(1, 1)]).await }));
    assert!(twice.await.unwrap_err().is_conflict());
    assert_eq!(find(store, LinkQuery { ids: Some(ids(&again)), ..all_links() }).await, again);
}

/// An end that has one link at the most takes no second one, not within one call either, until the first is gone.
pub async fn a_second_link_of_a_limited_end_is_a_conflict(store: &mut TestStore) {
    create_world(store).await;
    let ends = one_to_one(STANDS_IN);
    let first = store.write(move |tx| {
        Box::pin(async move {
            add_many(tx, SERVERS, 3).await?;
            add_many(tx, RACKS, 3).await?;
            link(tx, ends, &[(1, 1)]).await
        })
    });
    let first = first.await.unwrap();
    let one = [Ends { one_per_target: false, ..ends }, Ends { one_per_source: false, ..ends }];
    for (ends, pairs) in [
        (ends, vec![(1, 2)]),
        (ends, vec![(2, 1)]),
        (ends, vec![(2, 2), (2, 3)]),
        (ends, vec![(2, 2), (3, 2)]),
        (one[0], vec![(1, 2)]),
        (one[1], vec![(2, 1)]),
    ] {
        let refused = store.write(move |tx| {
            let pairs = pairs.clone();
            Box::pin(async move { link(tx, ends, &pairs).await })
        });
        assert!(refused.await.unwrap_err().is_conflict(), "{ends:?}");
    }
    let done = store.write(move |tx| {
        let first = first.clone();
        Box::pin(async move {
            link(tx, ends, &[(2, 2)]).await?;
            unlink(tx, &first).await?;
            link(tx, ends, &[(1, 3), (3, 1)]).await
        })
    });
    assert_eq!(done.await.map(|links| links.len()), Ok(2));
}

/// A deleted link is gone; deleting it again is a conflict that takes back the rest of the call.
pub async fn deleting_a_link_that_is_gone_is_a_conflict(store: &mut TestStore) {
    linked_world(store).await;
    let links = find(store, LinkQuery { ids: Some(vec![2, 3]), ..all_links() }).await;
    let delete = |links: Vec<Link>| {
        store.write(move |tx| {
            let links = links.clone();
            Box::pin(async move { unlink(tx, &links).await })
        })
    };
    delete(links[..1].to_vec()).await.unwrap();
    assert_eq!(ids(&find(store, all_links()).await), [1, 3, 4, 5, 6, 7]);
    assert!(delete(vec![links[1], links[0]]).await.unwrap_err().is_conflict());
    let never = Link { id: 1_000, association: 1, source: 5, target: 3 };
    assert!(delete(vec![never]).await.unwrap_err().is_conflict());
    assert_eq!(ids(&find(store, all_links()).await), [1, 3, 4, 5, 6, 7]);
    delete(vec![links[1]]).await.unwrap();
    assert_eq!(ids(&find(store, all_links()).await), [1, 4, 5, 6, 7]);
}

async fn find(store: &TestStore, query: LinkQuery) -> Vec<Link> {
    let (found, count) = store
        .read(move |tx| {
            let query = query.clone();
            Box::pin(async move { Ok((tx.find_links(&query).await?, tx.count_links(&query).await?)) })
        })
        .await
        .unwrap();
    assert!(found.len() as u64 <= count);
    found
}

/// Each restriction alone and all together, by ascending id, each link once. An empty list finds nothing.
pub async fn links_are_found_by_association_ends_and_id(store: &mut TestStore) {
    linked_world(store).await;
    let all = all_links();
    let some = |ids: &[i64]| Some(ids.to_vec());
    let cases = [
        (all.clone(), vec![1, 2, 3, 4, 5, 6, 7]),
        (LinkQuery::default(), vec![]),
        (LinkQuery { associations: vec![2], ..all.clone() }, vec![5, 6, 7]),
        (LinkQuery { associations: vec![2, 99, 1, 2], ..all.clone() }, vec![1, 2, 3, 4, 5, 6, 7]),
        (LinkQuery { sources: some(&[1]), ..all.clone() }, vec![1, 4, 5]),
        (LinkQuery { sources: some(&[4, 1, 4, 77]), ..all.clone() }, vec![1, 4, 5, 7]),
        (LinkQuery { targets: some(&[1]), ..all.clone() }, vec![1, 2, 6]),
        (LinkQuery { targets: some(&[2, 1, 2]), associations: vec![1], ..all.clone() }, vec![1, 2, 3, 4]),
        (LinkQuery { sources: some(&[1, 2]), targets: some(&[1]), ..all.clone() }, vec![1, 2, 6]),
        (LinkQuery { ids: some(&[7, 3, 3, 99]), ..all.clone() }, vec![3, 7]),
        (LinkQuery { ids: some(&[3, 7]), associations: vec![1], ..all.clone() }, vec![3]),
        (LinkQuery { ids: some(&[1, 2, 4]), sources: some(&[1]), targets: some(&[2]), ..all.clone() }, vec![4]),
        (LinkQuery { sources: some(&[]), ..all.clone() }, vec![]),
        (LinkQuery { targets: some(&[]), ..all.clone() }, vec![]),
        (LinkQuery { ids: some(&[]), ..all.clone() }, vec![]),
    ];
    for (query, expected) in cases {
        assert_eq!(ids(&find(store, query.clone()).await), expected, "{query:?}");
    }
    let one = find(store, LinkQuery { ids: some(&[3]), ..all }).await;
    assert_eq!(one, [Link { id: 3, association: 1, source: 3, target: 2 }]);
}

/// `after` and `limit` page through the links by id; the count does not regard them.
pub async fn links_are_paged_by_id_and_counted_as_a_whole(store: &mut TestStore) {
    linked_world(store).await;
    for (restriction, all) in [
        (all_links(), vec![1, 2, 3, 4, 5, 6, 7]),
        (LinkQuery { sources: Some(vec![1, 4]), ..all_links() }, vec![1, 4, 5, 7]),
        (LinkQuery { targets: Some(vec![1]), ..all_links() }, vec![1, 2, 6]),
        (LinkQuery { ids: Some(vec![2, 6, 7]), ..all_links() }, vec![2, 6, 7]),
    ] {
        for after in 0..9 {
            for limit in [None, Some(0), Some(1), Some(2), Some(9), Some(u64::MAX)] {
                let query = LinkQuery { after, limit, ..restriction.clone() };
                let rest = all.iter().copied().filter(|id| *id > after);
                let expected: Vec<i64> = rest.take(limit.map_or(9, |limit| limit.min(9) as usize)).collect();
                assert_eq!(ids(&find(store, query.clone()).await), expected, "{query:?}");
                let counted = query.clone();
                let count = store.read(move |tx| {
                    let query = counted.clone();
                    Box::pin(async move { tx.count_links(&query).await })
                });
                assert_eq!(count.await, Ok(all.len() as u64), "{query:?}");
            }
        }
    }
}

/// Within a transaction `find_links` and `count_links` mix what is stored with what came and went.
pub async fn finding_links_knows_the_changes_of_the_transaction(store: &mut TestStore) {
    linked_world(store).await;
    let done = store.write(|tx| {
        Box::pin(async move {
            let old = tx.find_links(&LinkQuery { ids: Some(vec![1, 4]), ..all_links() }).await?;
            unlink(tx, &old).await?;
            link(tx, STANDS_IN, &[(1, 3), (5, 1)]).await?;
            link(tx, USES, &[(1, 6)]).await?;
            let new = tx.find_links(&LinkQuery { ids: Some(vec![9]), ..all_links() }).await?;
            unlink(tx, &new).await?;
            same(tx, all_links(), &[2, 3, 5, 6, 7, 8, 10]).await?;
            same(tx, LinkQuery { sources: Some(vec![1, 5]), ..all_links() }, &[5, 8, 10]).await?;
            same(tx, LinkQuery { targets: Some(vec![1]), ..all_links() }, &[2, 6]).await?;
            same(tx, LinkQuery { ids: Some(vec![1, 2, 8, 9]), ..all_links() }, &[2, 8]).await?;
            let page = LinkQuery { after: 5, limit: Some(3), ..all_links() };
            assert_eq!(ids(&tx.find_links(&page).await?), [6, 7, 8]);
            assert_eq!(tx.count_links(&page).await?, 7);
            Ok(())
        })
    });
    done.await.unwrap();
    assert_eq!(ids(&find(store, all_links()).await), [2, 3, 5, 6, 7, 8, 10]);
}

async fn same(tx: &mut dyn Tx, query: LinkQuery, expected: &[i64]) -> Result<()> {
    assert_eq!(ids(&tx.find_links(&query).await?), expected, "{query:?}");
    assert_eq!(tx.count_links(&query).await?, expected.len() as u64, "{query:?}");
    Ok(())
}

/// A batch far beyond what fits one statement of an engine, in and out.
pub async fn large_batches_of_links_work(store: &mut TestStore) {
    create_world(store).await;
    let done = store.write(|tx| {
        Box::pin(async move {
            let servers = add_many(tx, SERVERS, 300).await?;
            let racks = add_many(tx, RACKS, 40).await?;
            let pairs: Vec<(i64, i64)> =
                servers.iter().flat_map(|server| racks.iter().map(|rack| (*server, *rack))).collect();
            let first = tx.next_ids(LINK_SEQUENCE, pairs.len() as u64).await?;
            let links: Vec<Link> = (first..)
                .zip(&pairs)
                .map(|(id, (source, target))| Link { id, association: 1, source: *source, target: *target })
                .collect();
            tx.insert_links(STANDS_IN, &links).await?;
            tx.append_changes(vec![link_set(Action::Create, &links)]).await?;
            Ok((pairs, links))
        })
    });
    let (pairs, links) = done.await.unwrap();
    let wanted = (pairs, links.clone());
    let read = store.read(move |tx| {
        let (pairs, links) = wanted.clone();
        Box::pin(async move {
            assert!(tx.link_facts(STANDS_IN, &pairs).await?.iter().all(|facts| facts.pair_exists));
            tx.find_links(&LinkQuery { ids: Some(ids(&links)), ..all_links() }).await
        })
    });
    assert_eq!(read.await.as_ref(), Ok(&links));
    let gone = store.write(move |tx| {
        let links = links.clone();
        Box::pin(async move {
            unlink(tx, &links[100..]).await?;
            tx.count_links(&all_links()).await
        })
    });
    assert_eq!(gone.await, Ok(100));
}

fn step(ends: Ends, forward: bool) -> Step {
    Step { association: ends.association, forward }
}

/// Each step and node for itself, in the order of the question, with all links counted and the first ones told.
pub async fn a_hop_tells_the_neighbours_of_each_node(store: &mut TestStore) {
    linked_world(store).await;
    let ask = |per_node| {
        let from = vec![
            (step(STANDS_IN, true), vec![1, 4, 2, 99]),
            (step(STANDS_IN, false), vec![1, 3]),
            (step(USES, true), vec![4]),
            (step(USES, false), vec![2, 4]),
            (Step { association: 77, forward: true }, vec![1]),
        ];
        store.read(move |tx| {
            let query = HopQuery { from: from.clone(), per_node };
            Box::pin(async move { tx.hop(&query).await })
        })
    };
    let hop = |counts: &[u64], links: &[(usize, i64, i64)]| Hop { counts: counts.to_vec(), links: links.to_vec() };
    let all = [
        hop(&[2, 0, 1, 0], &[(0, 1, 1), (0, 4, 2), (2, 2, 1)]),
        hop(&[2, 0], &[(0, 1, 1), (0, 2, 2)]),
        hop(&[1], &[(0, 7, 4)]),
        hop(&[1, 1], &[(0, 5, 1), (1, 7, 4)]),
        hop(&[0], &[]),
    ];
    assert_eq!(ask(None).await.unwrap(), all);
    let first = all.clone().map(|hop| Hop {
        links: hop.links.into_iter().filter(|it| ![4, 2].contains(&it.1) || it.0 == 2).collect(),
        ..hop
    });
    assert_eq!(ask(Some(1)).await.unwrap(), first);
    let none = all.map(|hop| Hop { links: Vec::new(), ..hop });
    assert_eq!(ask(Some(0)).await.unwrap(), none);
    let nothing = store.read(|tx| Box::pin(async move { tx.hop(&HopQuery::default()).await }));
    assert_eq!(nothing.await.unwrap(), []);
}

/// A hop knows what the transaction has done, and a hub is told in the order of its links.
pub async fn a_hop_knows_the_changes_of_the_transaction(store: &mut TestStore) {
    linked_world(store).await;
    let seen = store.write(|tx| {
        Box::pin(async move {
            let new = add_many(tx, RACKS, 1500).await?;
            let pairs: Vec<(i64, i64)> = new.iter().map(|rack| (1, *rack)).collect();
            link(tx, STANDS_IN, &pairs).await?;
            let old = tx.find_links(&LinkQuery { ids: Some(vec![1, 8]), ..all_links() }).await?;
            unlink(tx, &old).await?;
            tx.hop(&HopQuery { from: vec![(step(STANDS_IN, true), vec![1, 3])], per_node: Some(2) }).await
        })
    });
    let expected = Hop { counts: vec![1500, 1], links: vec![(0, 4, 2), (0, 9, 6), (1, 3, 2)] };
    assert_eq!(seen.await.unwrap(), [expected]);
    let query = HopQuery { from: vec![(step(STANDS_IN, true), vec![1])], per_node: None };
    let seen = store.read(move |tx| {
        let query = query.clone();
        Box::pin(async move { tx.hop(&query).await })
    });
    let hop = seen.await.unwrap().remove(0);
    assert_eq!((hop.counts[0], hop.links.len()), (1500, 1500));
    assert!(hop.links.is_sorted(), "by link id");
}
