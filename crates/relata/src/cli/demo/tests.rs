use super::*;

fn batch(expected: &[Expected]) -> Batch {
    Batch { items: expected.iter().map(|&expected| (1, 2, "about", expected)).collect() }
}

#[test]
fn answer_passes_only_when_every_item_became_what_it_must() {
    let batch = batch(&[Expected::Created, Expected::Refused(1_101_038)]);
    let answer = |second: Value, code: i64| json!({"success_created": {"0": 7}, "error_msg": {"1": second}, "error_detail": {"1": {"code": code}}});
    assert!(batch.check(&answer(json!("linked already"), 1_101_038)).is_ok());
    assert!(batch.check(&answer(json!("linked already"), 1_101_061)).is_err());
    assert!(batch.check(&answer(json!(""), 1_101_038)).is_err());
    assert!(batch.check(&json!({"success_created": {"0": 7, "1": 8}, "error_msg": {}, "error_detail": {}})).is_err());
    assert!(batch.check(&json!({"success_created": {}, "error_msg": {}, "error_detail": {}})).is_err());
}

#[test]
fn item_in_both_maps_is_not_answered() {
    let both = json!({"success_created": {"0": 7}, "error_msg": {"0": "x"}, "error_detail": {"0": {"code": 1}}});
    assert_eq!(became(&both, 0), None);
}

#[test]
fn example_in_the_binary_holds_what_the_demonstration_needs() {
    let set = DataSet::Embedded(EXAMPLE);
    let definitions = set.definitions().unwrap();
    assert_eq!((definitions.set.instances, definitions.set.edges), (5846, 8811));
    assert_eq!(definitions.models.len(), 62);
    let mut edges = set.rows(import::dataset::EDGES).unwrap().unwrap();
    let (mut count, mut in_rack) = (0, false);
    while let Some((_, row)) = edges.next_row::<Value>().unwrap() {
        count += 1;
        in_rack |= row.unwrap() == json!({"bk_obj_asst_id": ASSOCIATION, "src_key": RACK, "dst_key": DEVICE});
    }
    assert_eq!((count, in_rack), (8811, true));
}
