//! Two applications on one store: what one of them changes reaches what the other remembers.

use super::store;
use relata_app::follower::Follower;
use relata_app::identity::{Credentials, authenticate};
use relata_app::{App, Principal};
use relata_model::Result;
use relata_model::store::ChangeQuery;
use relata_testkit::{Harness, read_with};
use serde_json::{Value, json};
use std::sync::Arc;

async fn calls(app: &Arc<App>, token: &str) -> Result<Principal> {
    authenticate(app, &Credentials::Token { token: token.to_owned(), app: None }, None).await
}

/// Looks, once nothing can come before what is in the log: some engines settle that a moment after the writes.
async fn look(follower: &mut Follower, app: &App) {
    settled(app).await;
    follower.look().await.unwrap();
}

pub(crate) async fn settled(app: &App) {
    let is_settled = async || {
        let read = read_with(&*app.store, |tx| {
            Box::pin(async move {
                let newest = ChangeQuery { newest_first: true, limit: Some(1), ..ChangeQuery::default() };
                let settled = ChangeQuery { settled: true, ..newest.clone() };
                Ok(tx.changes(&newest).await? == tx.changes(&settled).await?)
            })
        });
        read.await.unwrap()
    };
    while !is_settled().await {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_token_that_another_process_revokes_stops_working_at_the_next_look() {
    let store = store().await;
    let [here, there] = [Harness::over(Arc::clone(&store)).await, Harness::over(store).await];
    there.ok("relata_create_user", json!({"user": "ann"})).await;
    let made = there.ok("relata_create_token", json!({"user": "ann"})).await;
    let token = made["token"].as_str().unwrap();
    settled(&here.app).await;
    let mut follower = Follower::new(&here.app).await.unwrap();
    assert_eq!(calls(&here.app, token).await.unwrap().user, "ann");

    // Other changes are no reason to forget.
    let kind = json!({"bk_asst_id": "feeds", "bk_asst_name": "feeds", "src_des": "feeds", "dest_des": "is fed by",
        "direction": "src_to_dest"});
    there.ok("post_create_associationtype", kind.clone()).await;
    look(&mut follower, &here.app).await;
    there.ok("relata_revoke_token", json!({"id": made["id"]})).await;
    assert_eq!(calls(&here.app, token).await.unwrap().user, "ann", "it is remembered");
    assert!(calls(&there.app, token).await.is_err());
    look(&mut follower, &here.app).await;
    assert!(calls(&here.app, token).await.is_err());

    // What came before is not looked at again, and what comes among other changes is found.
    let made = there.ok("relata_create_app", json!({"bk_app_code": "job", "may_act_for": ["*"]})).await;
    let secret = made["bk_app_secret"].as_str().unwrap().to_owned();
    let app = relata_app::identity::AppSecret { code: "job".to_owned(), secret };
    let job = Credentials::App { app, user: "ann".to_owned() };
    look(&mut follower, &here.app).await;
    authenticate(&here.app, &job, None).await.unwrap();
    let none: Value = there.ok("relata_revoke_app", json!({"bk_app_code": "job"})).await;
    assert_eq!(none, Value::Null);
    there.ok("relata_create_user", json!({"user": "bob"})).await;
    look(&mut follower, &here.app).await;
    assert!(authenticate(&here.app, &job, None).await.is_err());
}
