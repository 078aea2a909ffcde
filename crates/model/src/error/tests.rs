use super::{Code, Error, Lang};

#[test]
fn text_is_filled_in_the_language_of_the_caller() {
    let inner = Error::required("Name");
    let outer = Error::refers_to_nothing(inner);
    assert!(outer.message(Lang::En).contains("Name"));
    assert_ne!(outer.message(Lang::En), outer.message(Lang::Zh));
}

#[test]
fn numbers_are_unique_and_arguments_match_in_both_languages() {
    let mut seen = std::collections::HashSet::new();
    for code in Code::ALL {
        let row = code.row();
        // The API has one number for "linked already" and "models associated already"; the texts differ.
        let shared = *code == Code::AssociationExists;
        assert!(seen.insert(row.number) != shared, "{} is there twice", row.number);
        for position in 0..4 {
            let place = format!("{{{position}}}");
            assert_eq!(row.en.contains(&place), row.zh.contains(&place), "{}: {place}", row.number);
        }
    }
}

#[test]
fn detail_never_reaches_the_caller() {
    let error = Error::internal("select * from secrets");
    assert!(!error.message(Lang::En).contains("select"));
}

#[test]
fn an_argument_that_looks_like_a_place_is_left_alone() {
    let error = Error::new(Code::TooManyItems).arg("{1}").arg(200_usize);
    assert!(error.message(Lang::En).starts_with("{1} holds more than 200"));
}
