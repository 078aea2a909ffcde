//! Times as the API writes and reads them (conventions.md §8).
//!
//! Instances keep times as UTC text `YYYY-MM-DDThh:mm:ss.mmmZ`, whose byte order is time order. Records of meta data and
//! of the audit log carry `YYYY-MM-DD hh:mm:ss` in the zone of the server.

use jiff::{Timestamp, civil, tz::TimeZone};

/// The stored form of a moment, `2024-05-01T02:00:00.123Z`.
pub fn stored(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The form of meta data and audit records, `2024-05-01 10:00:00`, in the zone of the server.
pub fn local(at: Timestamp, zone: &TimeZone) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Reads RFC 3339 or `YYYY-MM-DD hh:mm:ss` (in `zone`). `None` when it is neither.
pub fn parse(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let (date, time) = text.split_once(' ')?;
    if date.len() != 10 || time.len() != 8 {
        return None;
    }
    let date: civil::Date = date.parse().ok()?;
    let time: civil::Time = time.parse().ok()?;
    zone.to_timestamp(date.to_datetime(time)).ok()
}

/// True for a real calendar date `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::{is_date, local, parse, stored};
    use jiff::tz::TimeZone;

    #[test]
    fn both_forms_mean_the_same_moment() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let at = parse("2024-05-01 10:00:00", &zone).unwrap();
        assert_eq!(stored(at), "2024-05-01T02:00:00.000Z");
        assert_eq!(parse("2024-05-01T10:00:00+08:00", &zone), Some(at));
        assert_eq!(local(at, &zone), "2024-05-01 10:00:00");
    }

    #[test]
    fn impossible_dates_are_refused() {
        assert!(is_date("2024-02-29"));
        assert!(!is_date("2023-02-29"));
        assert!(!is_date("2024-2-9"));
        assert_eq!(parse("2024-13-01 00:00:00", &TimeZone::UTC), None);
    }
}
