//! The change log: numbers, times, and every member of a query.

use super::TestStore;
use super::world::change;
use relata_model::Error;
use relata_model::change::{Action, Actor, ChangeSet, Resource};
use relata_model::store::ChangeQuery;

async fn append(store: &TestStore, sets: Vec<ChangeSet>) {
    store
        .write(move |tx| {
            let sets = sets.clone();
            Box::pin(async move { tx.append_changes(sets).await })
        })
        .await
        .unwrap();
}

async fn read(store: &TestStore, query: ChangeQuery) -> Vec<ChangeSet> {
    store
        .read(move |tx| {
            let query = query.clone();
            Box::pin(async move { tx.changes(&query).await })
        })
        .await
        .unwrap()
}

fn seqs(sets: &[ChangeSet]) -> Vec<i64> {
    sets.iter().map(|set| set.seq).collect()
}

/// A set takes as many numbers as it has records; a write that failed leaves no gap.
pub async fn numbers_follow_without_gaps(store: &mut TestStore) {
    let set = |subjects: &[i64]| change(Resource::Instance, Action::Create, subjects);
    append(store, vec![set(&[1, 2, 3]), set(&[4])]).await;
    let failing = set(&[7, 8]);
    let failed = store.write(move |tx| {
        let set = failing.clone();
        Box::pin(async move {
            tx.append_changes(vec![set]).await?;
            Err::<(), _>(Error::required("x"))
        })
    });
    failed.await.unwrap_err();
    let sets = [set(&[5, 6]), set(&[7])];
    let twice = store.write(move |tx| {
        let [first, second] = sets.clone();
        Box::pin(async move {
            tx.append_changes(vec![first]).await?;
            tx.append_changes(vec![second]).await
        })
    });
    twice.await.unwrap();
    append(store, vec![set(&[8])]).await;
    let log = read(store, ChangeQuery::default()).await;
    assert_eq!(seqs(&log), [1, 4, 5, 7, 8]);
    assert_eq!(log.iter().map(|set| set.count).collect::<Vec<_>>(), [3, 1, 2, 1, 1]);
}

/// Every member of a set comes back, whatever the texts hold; only the number is the store's.
pub async fn sets_come_back_as_they_were_written(store: &mut TestStore) {
    let long = "x".repeat(1_000_000);
    let written = vec![
        ChangeSet {
            seq: 77,
            count: 2,
            time: 5,
            actor: Actor { user: "用户 'x' %".to_owned(), app: "a\"b".to_owned(), request: "r\u{0}1".to_owned() },
            resource: Resource::Token,
            action: Action::Stop,
            scope: "范围".to_owned(),
            subjects: vec![i64::MAX, 1],
            data: r#"[{"id":9223372036854775807,"name":"\u0000机架"},{"id":1}]"#.to_owned(),
        },
        ChangeSet { subjects: Vec::new(), data: format!("[{{\"id\":1,\"name\":\"{long}\"}}]"), ..one(0, 5) },
        ChangeSet { actor: Actor::default(), scope: String::new(), ..one(4, 6) },
    ];
    append(store, written.clone()).await;
    let expected: Vec<ChangeSet> =
        written.into_iter().zip([1, 3, 4]).map(|(set, seq)| ChangeSet { seq, ..set }).collect();
    assert_eq!(read(store, ChangeQuery::default()).await, expected);
    for resource in Resource::ALL.iter().filter(|resource| **resource != Resource::Link) {
        for action in Action::ALL {
            append(store, vec![change(*resource, *action, &[1])]).await;
            let newest = ChangeQuery { newest_first: true, limit: Some(1), ..ChangeQuery::default() };
            let set = &read(store, newest).await[0];
            assert_eq!((set.resource, set.action), (*resource, *action));
        }
    }
}

/// A change of one instance at this time.
fn one(subject: i64, time: i64) -> ChangeSet {
    ChangeSet { time, ..change(Resource::Instance, Action::Update, &[subject]) }
}

/// A set that comes with an earlier time than the one before it gets that one's time.
pub async fn time_never_goes_back(store: &mut TestStore) {
    append(store, vec![one(1, 100), one(2, 90), one(3, 110)]).await;
    append(store, vec![one(4, 109)]).await;
    append(store, vec![one(5, 110), one(6, 111)]).await;
    let log = read(store, ChangeQuery::default()).await;
    assert_eq!(log.iter().map(|set| set.time).collect::<Vec<_>>(), [100, 100, 110, 110, 110, 111]);
}

/// Who waits is told as soon as there is something settled, whatever they wait for is there then, and what is there already is
/// waited for by nobody.
pub async fn news_are_told_to_those_who_wait(store: &mut TestStore) {
    let waiting = store.news(0);
    let further = store.news(2);
    append(store, vec![change(Resource::Instance, Action::Create, &[1, 2])]).await;
    waiting.await;
    let settled = ChangeQuery { settled: true, ..ChangeQuery::default() };
    assert_eq!(seqs(&read(store, settled.clone()).await), [1]);
    store.news(1).await;
    append(store, vec![one(1, 9)]).await;
    further.await;
    assert_eq!(seqs(&read(store, settled).await), [1, 3]);
    // Those who ask anew after a restart are not told of what they know.
    store.reopen();
    store.news(2).await;
    let waiting = store.news(3);
    append(store, vec![one(1, 10)]).await;
    waiting.await;
}

/// The sets 1 (1–3), 4, 5 (5–6), 7, 8 (8–9), 10, with these members.
async fn fill(store: &TestStore) {
    let set = |resource, action, subjects: &[i64], time, scope: &str, user: &str| {
        let actor = Actor { user: user.to_owned(), ..Actor::default() };
        ChangeSet { time, scope: scope.to_owned(), actor, ..change(resource, action, subjects) }
    };
    let sets = vec![
        set(Resource::Instance, Action::Create, &[1, 2, 3], 10, "server", "ann"),
        set(Resource::Instance, Action::Create, &[1], 20, "rack", "bob"),
        set(Resource::Instance, Action::Update, &[3, 2], 20, "server", "bob"),
        set(Resource::Model, Action::Update, &[1], 30, "", "ann"),
        set(Resource::Instance, Action::Delete, &[2, 3], 40, "server", "ann"),
        set(Resource::User, Action::Delete, &[2], 50, "", "cat"),
    ];
    append(store, sets).await;
}

/// Each member alone, bounds included, and all of them together.
pub async fn every_member_of_a_query_restricts(store: &mut TestStore) {
    fill(store).await;
    let all = ChangeQuery::default();
    let text = |text: &str| Some(text.to_owned());
    let cases = [
        (all.clone(), vec![1, 4, 5, 7, 8, 10]),
        (ChangeQuery { after: 3, ..all.clone() }, vec![4, 5, 7, 8, 10]),
        (ChangeQuery { after: 2, ..all.clone() }, vec![1, 4, 5, 7, 8, 10]),
        (ChangeQuery { after: 5, ..all.clone() }, vec![5, 7, 8, 10]),
        (ChangeQuery { after: 6, ..all.clone() }, vec![7, 8, 10]),
        (ChangeQuery { after: 10, ..all.clone() }, vec![]),
        (ChangeQuery { after: i64::MAX, ..all.clone() }, vec![]),
        (ChangeQuery { before: 1, ..all.clone() }, vec![]),
        (ChangeQuery { before: 5, ..all.clone() }, vec![1, 4]),
        (ChangeQuery { before: 6, ..all.clone() }, vec![1, 4, 5]),
        (ChangeQuery { from: Some(20), ..all.clone() }, vec![4, 5, 7, 8, 10]),
        (ChangeQuery { from: Some(21), ..all.clone() }, vec![7, 8, 10]),
        (ChangeQuery { until: Some(20), ..all.clone() }, vec![1, 4, 5]),
        (ChangeQuery { until: Some(19), ..all.clone() }, vec![1]),
        (ChangeQuery { from: Some(0), until: Some(9), ..all.clone() }, vec![]),
        (ChangeQuery { resources: vec![Resource::Model], ..all.clone() }, vec![7]),
        (ChangeQuery { resources: vec![Resource::User, Resource::Model], ..all.clone() }, vec![7, 10]),
        (ChangeQuery { actions: vec![Action::Update], ..all.clone() }, vec![5, 7]),
        (ChangeQuery { actions: vec![Action::Delete, Action::Create], ..all.clone() }, vec![1, 4, 8, 10]),
        (ChangeQuery { scope: text("server"), ..all.clone() }, vec![1, 5, 8]),
        (ChangeQuery { scope: text(""), ..all.clone() }, vec![7, 10]),
        (ChangeQuery { user: text("bob"), ..all.clone() }, vec![4, 5]),
        (ChangeQuery { user: text("nobody"), ..all.clone() }, vec![]),
        (ChangeQuery { subject: Some(2), ..all.clone() }, vec![1, 5, 8, 10]),
        (ChangeQuery { subject: Some(9), ..all.clone() }, vec![]),
        (ChangeQuery { subject: Some(1), resources: vec![Resource::Instance], ..all.clone() }, vec![1, 4]),
        (
            ChangeQuery {
                after: 1,
                before: 10,
                from: Some(10),
                until: Some(40),
                resources: vec![Resource::Instance],
                actions: vec![Action::Create, Action::Delete],
                scope: text("server"),
                user: text("ann"),
                subject: Some(3),
                ..all
            },
            vec![1, 8],
        ),
    ];
    for (query, expected) in cases {
        assert_eq!(seqs(&read(store, query.clone()).await), expected, "{query:?}");
        for limit in 0..7 {
            for newest_first in [false, true] {
                let mut page = expected.clone();
                if newest_first {
                    page.reverse();
                }
                page.truncate(limit);
                let query = ChangeQuery { newest_first, limit: Some(limit as u64), ..query.clone() };
                assert_eq!(seqs(&read(store, query.clone()).await), page, "{query:?}");
            }
        }
    }
}
