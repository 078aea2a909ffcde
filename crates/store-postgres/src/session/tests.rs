//! Sessions against a server: what was sent and not yet looked at stands in nobody's way, and a demand is kept.

use super::{Anew, End, Mode, Session};
use crate::Settings;
use crate::connect::{Connections, Wanted};
use relata_testkit::postgres;
use std::time::Duration;

async fn begin(connections: &Connections, mode: Mode) -> Session {
    let conn = connections.get().await.unwrap();
    conn.client.batch_execute("CREATE TABLE IF NOT EXISTS definitions (n bigint)").await.unwrap();
    Session::begin(conn, mode, Vec::new())
}

fn connections() -> Connections {
    let settings = Settings::new(postgres::server().new_database().url());
    Connections::new(&settings, &settings.url, 1, Wanted::Primary { serves: false }).unwrap()
}

#[tokio::test]
async fn a_long_answer_that_nobody_reads_does_not_hold_up_the_next_statement() {
    let connections = connections();
    let mut session = begin(&connections, Mode::Write).await;
    session.send("SELECT repeat('x', 1000) FROM generate_series(1, 100000)", params![]).await.unwrap();
    let rows = tokio::time::timeout(Duration::from_secs(30), session.query("SELECT 1 AS prepared_now", params![]));
    assert_eq!(rows.await.expect("the connection stands still").unwrap().len(), 1);
    assert!(matches!(session.end(Ok(())).await, End::Known(Ok(()))));
}

#[tokio::test]
async fn nothing_is_committed_when_what_a_transaction_counted_on_is_not_so() {
    let connections = connections();
    for (divisor, written) in [(1_i32, 1), (0, 1)] {
        let mut session = begin(&connections, Mode::Write).await;
        session.demand("SELECT 1 / $1::int", params![divisor]).await.unwrap();
        // Its failure is not known yet when the commit is sent.
        session.send("INSERT INTO definitions VALUES ($1)", params![i64::from(divisor)]).await.unwrap();
        let end = session.end(Ok(())).await;
        assert!(if divisor == 1 { matches!(end, End::Known(Ok(()))) } else { matches!(end, End::Anew(Anew::Demand)) });
        let mut session = begin(&connections, Mode::Read).await;
        assert_eq!(session.query("SELECT FROM definitions", params![]).await.unwrap().len(), written);
        assert!(matches!(session.end(Ok(())).await, End::Known(Ok(()))));
    }
}

#[tokio::test]
async fn a_refusal_that_rests_on_what_is_not_so_is_no_answer() {
    let connections = connections();
    for mode in [Mode::Read, Mode::Write] {
        let mut session = begin(&connections, mode).await;
        session.demand("SELECT 1 / $1::int", params![0]).await.unwrap();
        let refused = Err(relata_model::Error::new(relata_model::Code::ModelNotFound));
        assert!(matches!(session.end(refused).await, End::Anew(Anew::Demand)));
    }
}

#[tokio::test]
async fn a_reading_transaction_is_over_before_the_next_one_on_the_connection() {
    let connections = connections();
    for round in 0..3 {
        let mut session = begin(&connections, Mode::Read).await;
        let rows = session.query("SELECT FROM definitions", params![]).await.unwrap();
        assert_eq!(rows.len(), round);
        assert!(matches!(session.end(Ok(())).await, End::Known(Ok(()))));
        let mut session = begin(&connections, Mode::Write).await;
        session.send("INSERT INTO definitions VALUES (1)", params![]).await.unwrap();
        assert!(matches!(session.end(Ok(())).await, End::Known(Ok(()))));
    }
}
