//! Webhooks: who may be told of what, what is sent in which order, and what becomes of failures. Nothing is sent here.

use super::follower::settled;
use super::harness;
use super::instances::{association, model, named};
use relata_app::lease::{Lease, Task};
use relata_app::webhooks::delivery::{self, Message, Next, Outcome};
use relata_app::webhooks::signature::Received;
use relata_testkit::Harness;
use serde_json::{Value, json};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

async fn webhook(it: &Harness, with: Value) -> i64 {
    // It begins at what is settled.
    settled(&it.app).await;
    let mut webhook = json!({"name": "hook", "url": "https://example.org/hook", "events": ["*"], "secret": SECRET});
    webhook.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
    it.ok("relata_create_webhook", webhook).await["id"].as_i64().unwrap()
}

async fn next(it: &Harness, id: i64) -> Next {
    settled(&it.app).await;
    delivery::next(&it.app, id, 0).await.unwrap()
}

/// What is to be sent now.
async fn message(it: &Harness, id: i64) -> Message {
    match next(it, id).await {
        Next::Send(message) => message,
        other @ (Next::At(_) | Next::News(_) | Next::Nothing) => panic!("{other:?}"),
    }
}

async fn settle(it: &Harness, message: &Message, outcome: Outcome) {
    delivery::settle(&it.app, message, outcome).await.unwrap();
}

fn failed() -> Outcome {
    Outcome::Failed("the receiver answers 500".to_owned())
}

fn body(message: &Message) -> Value {
    serde_json::from_str(&message.body).unwrap()
}

fn header<'m>(message: &'m Message, name: &str) -> &'m str {
    message.headers.iter().find(|(it, _)| *it == name).map(|(_, value)| value.as_str()).unwrap()
}

/// Sends everything that is wanted now; `type subject` of each event.
async fn sent(it: &Harness, id: i64) -> Vec<String> {
    let mut all = Vec::new();
    while let Next::Send(message) = next(it, id).await {
        let body = body(&message);
        let events = body.as_array().cloned().unwrap_or_else(|| vec![body]);
        all.extend(
            events.iter().map(|it| format!("{} {}", it["type"].as_str().unwrap(), it["subject"].as_str().unwrap())),
        );
        settle(it, &message, Outcome::Delivered).await;
    }
    all
}

async fn state(it: &Harness) -> Value {
    it.rows("relata_search_webhook", json!({})).await[0]["state"].clone()
}

async fn apps() -> Harness {
    let it = harness().await;
    model(&it, "app").await;
    model(&it, "node").await;
    association(&it, "app", "node", "n:n").await;
    it
}

async fn rename(it: &Harness, id: i64, name: &str) {
    it.ok("update_inst", json!({"bk_obj_id": "app", "bk_inst_id": id, "bk_inst_name": name})).await;
}

#[tokio::test]
async fn an_event_says_what_happened_and_is_signed() {
    let it = apps().await;
    named(&it, "app", &["before"]).await;
    let id = webhook(&it, json!({"events": ["instance.*"]})).await;
    assert!(matches!(next(&it, id).await, Next::News(_)), "what was before is not told");
    rename(&it, 1, "b").await;
    let message = message(&it, id).await;
    let event = body(&message);
    assert_eq!(
        json!([event["specversion"], event["type"], event["subject"], event["source"], event["time"]]),
        json!(["1.0", "io.relata.instance.updated.v1", "app/1", "/relata", "2024-05-01T02:00:00Z"])
    );
    let data = &event["data"];
    assert_eq!((&data["before"]["bk_inst_name"], &data["after"]["bk_inst_name"]), (&json!("before"), &json!("b")));
    assert_eq!((&data["changed"], &data["actor"]), (&json!(["bk_inst_name", "bk_updated_by"]), &json!("admin")));
    assert_eq!(event["id"], json!(data["cursor"].to_string()));
    assert_eq!(header(&message, "content-type"), "application/cloudevents+json; charset=utf-8");
    let received = Received {
        id: header(&message, "webhook-id"),
        timestamp: header(&message, "webhook-timestamp"),
        signature: header(&message, "webhook-signature"),
        body: message.body.as_bytes(),
    };
    assert_eq!(received.verify(SECRET, it.app.environment.now().as_second()), Ok(()));
}

#[tokio::test]
async fn only_what_is_wanted_is_told_in_the_order_of_the_log() {
    let it = apps().await;
    let id =
        webhook(&it, json!({"events": ["instance.created", "instance.updated", "association.*"], "batch": 3})).await;
    named(&it, "app", &["a", "b"]).await;
    named(&it, "node", &["n"]).await;
    rename(&it, 2, "c").await;
    let pair = json!({"bk_obj_asst_id": "app_connect_node", "bk_inst_id": 1, "bk_asst_inst_id": 1});
    let link = it.ok("add_instance_association", pair).await["id"].clone();
    it.ok("delete_instance_association", json!({"bk_obj_id": "app", "id": link})).await;
    it.ok("delete_inst", json!({"bk_obj_id": "app", "bk_inst_id": 2})).await;
    let [linked, unlinked] = ["created", "deleted"].map(|it| format!("association.{it}.v1 app_connect_node/{link}"));
    let expected = [
        "instance.created.v1 app/1",
        "instance.created.v1 app/2",
        "instance.created.v1 node/1",
        "instance.updated.v1 app/2",
        &linked,
        &unlinked,
    ];
    assert_eq!(sent(&it, id).await, expected.map(|it| format!("io.relata.{it}")));
    it.ok("relata_update_webhook", json!({"id": id, "models": ["node"], "fields": ["bk_inst_name"], "events": ["*"]}))
        .await;
    named(&it, "app", &["x"]).await;
    named(&it, "node", &["y"]).await;
    it.ok("update_inst", json!({"bk_obj_id": "node", "bk_inst_id": 1, "bk_inst_name": "z"})).await;
    assert_eq!(sent(&it, id).await, ["io.relata.instance.created.v1 node/2", "io.relata.instance.updated.v1 node/1"]);
}

#[tokio::test]
async fn what_fails_is_sent_again_later_and_holds_up_what_is_behind_it() {
    let it = apps().await;
    let id = webhook(&it, json!({"events": ["instance.*"]})).await;
    named(&it, "app", &["a", "b"]).await;
    let first = message(&it, id).await;
    let begin = it.app.environment.now().as_millisecond();
    for (attempt, seconds) in it.app.settings.webhook_retries.clone().into_iter().enumerate() {
        let again = message(&it, id).await;
        assert_eq!((header(&again, "webhook-id"), &again.body), (header(&first, "webhook-id"), &first.body));
        let now = it.app.environment.now().as_millisecond();
        settle(&it, &again, failed()).await;
        let Next::At(at) = next(&it, id).await else { panic!("attempt {attempt} is not waited for") };
        let delay = u64::try_from(at - now).unwrap();
        assert!((seconds * 1000..=seconds * 1200).contains(&delay), "{delay} after attempt {attempt}");
        it.clock.advance(i64::try_from(delay / 1000 + 1).unwrap());
    }
    assert!(it.app.environment.now().as_millisecond() - begin > 3 * 86_400_000);
    settle(&it, &message(&it, id).await, failed()).await;
    // It is dead, and the next one is sent.
    assert_eq!(sent(&it, id).await, ["io.relata.instance.created.v1 app/2"]);
    let dead = state(&it).await["undelivered"].clone();
    let upto = body(&first)["data"]["cursor"].clone();
    assert_eq!((dead.as_array().unwrap().len(), &dead[0]["upto"], &dead[0]["attempts"]), (1, &upto, &json!(10)));
    assert_eq!(dead[0]["last"]["failure"], "the receiver answers 500");

    // Sent again by hand it fails, and succeeds.
    assert_eq!(it.refused("relata_resend_webhook", json!({"id": id, "upto": 1})).await, 1_199_011);
    for (outcome, left) in [(failed(), 1), (Outcome::Delivered, 0)] {
        it.ok("relata_resend_webhook", json!({"id": id, "upto": upto})).await;
        let again = message(&it, id).await;
        assert_eq!(again.body, first.body);
        settle(&it, &again, outcome).await;
        assert!(matches!(next(&it, id).await, Next::News(_)));
        assert_eq!(state(&it).await["undelivered"].as_array().unwrap().len(), left);
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_no_more_until_somebody_switches_it_on() {
    let it = apps().await;
    let id = webhook(&it, json!({"events": ["instance.*"]})).await;
    named(&it, "app", &["a"]).await;
    settle(&it, &message(&it, id).await, Outcome::Gone).await;
    assert!(matches!(next(&it, id).await, Next::Nothing));
    assert_eq!(delivery::active(&it.app).await.unwrap(), Vec::<i64>::new());
    it.ok("relata_update_webhook", json!({"id": id, "active": true})).await;
    assert_eq!(sent(&it, id).await, ["io.relata.instance.created.v1 app/1"]);
    it.ok("relata_delete_webhook", json!({"id": id})).await;
    assert!(matches!(next(&it, id).await, Next::Nothing));
    assert_eq!(it.refused("relata_test_webhook", json!({"id": id})).await, 1_199_011);
}

#[tokio::test]
async fn what_two_processes_sent_moves_the_webhook_on_once() {
    let it = apps().await;
    let id = webhook(&it, json!({"events": ["instance.*"]})).await;
    named(&it, "app", &["a", "b", "c"]).await;
    let first = message(&it, id).await;
    settle(&it, &first, Outcome::Delivered).await;
    settle(&it, &first, failed()).await;
    settle(&it, &first, Outcome::Delivered).await;
    assert_eq!(sent(&it, id).await, ["io.relata.instance.created.v1 app/2", "io.relata.instance.created.v1 app/3"]);
    assert_eq!(state(&it).await["undelivered"], json!([]));
}

#[tokio::test]
async fn secrets_are_shown_once_and_sign_for_a_day_after_they_were_replaced() {
    let it = apps().await;
    let made = it.ok("relata_create_webhook", json!({"name": "made", "url": "http://x", "events": ["*"]})).await;
    let (id, old) = (made["id"].as_i64().unwrap(), made["secret"].as_str().unwrap().to_owned());
    let new = it.ok("relata_update_webhook", json!({"id": id, "rotate_secret": true})).await["secret"].clone();
    let new = new.as_str().unwrap();
    let verified = async |secret: &str| {
        it.ok("relata_test_webhook", json!({"id": id})).await;
        let message = message(&it, id).await;
        settle(&it, &message, Outcome::Delivered).await;
        assert_eq!(body(&message)["type"], "io.relata.webhook.test.v1");
        let [id, timestamp, signature] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(&message, name));
        let now = it.app.environment.now().as_second();
        Received { id, timestamp, signature, body: message.body.as_bytes() }.verify(secret, now).is_ok()
    };
    assert!(verified(&old).await && verified(new).await);
    it.clock.advance(24 * 3600 + 1);
    assert!(!verified(&old).await && verified(new).await);
    settled(&it.app).await;
    let shown = it.ok("relata_search_webhook", json!({})).await.to_string();
    let logged = it.ok("read_changes", json!({"limit": 1000})).await.to_string();
    assert!(logged.contains("\"made\"") && !shown.contains("whsec_") && !logged.contains("whsec_"));
}

#[tokio::test]
async fn a_webhook_that_cannot_work_is_refused() {
    let it = apps().await;
    webhook(&it, json!({})).await;
    let cases = [
        (json!({"name": "hook"}), 1_199_014),
        (json!({"url": "ftp://x"}), 1_199_006),
        (json!({"url": "http://"}), 1_199_006),
        (json!({"url": "https://user:secret@x/"}), 1_199_006),
        (json!({"url": "https://x/ä"}), 1_199_006),
        (json!({"events": []}), 1_199_010),
        (json!({"events": ["instance.renamed"]}), 1_199_006),
        (json!({"events": ["instance"]}), 1_199_006),
        (json!({"batch": 0}), 1_199_006),
        (json!({"batch": 101}), 1_199_006),
        (json!({"secret": "short"}), 1_199_006),
    ];
    for (with, code) in cases {
        let mut webhook = json!({"name": "other", "url": "https://x", "events": ["*"]});
        webhook.as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
        assert_eq!(it.refused("relata_create_webhook", webhook.clone()).await, code, "{webhook}");
    }
    assert_eq!(it.rows("relata_search_webhook", json!({})).await.len(), 1);
}

#[tokio::test]
async fn a_lease_is_taken_over_when_it_is_not_renewed() {
    let it = harness().await;
    let [mut one, mut two] = [(); 2].map(|()| Lease::new(&it.app, Task::Webhooks));
    assert!(one.hold().await.unwrap());
    for _ in 0..10 {
        it.clock.advance(5);
        assert!(!two.hold().await.unwrap());
        assert!(one.hold().await.unwrap());
    }
    // The first one dies.
    for seconds in [0, 5, 5, 5] {
        it.clock.advance(seconds);
        assert!(!two.hold().await.unwrap());
    }
    it.clock.advance(5);
    assert!(two.hold().await.unwrap());
    // It was only slow, and finds out.
    assert!(!one.hold().await.unwrap());
    two.release().await.unwrap();
    assert!(one.hold().await.unwrap());
}
