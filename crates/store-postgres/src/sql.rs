//! What a failure of PostgreSQL means to callers.

use relata_model::{Code, Error, Result};
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::FromSql;

/// What a failure means to a caller; the text goes to the log.
pub(crate) fn failure(error: &tokio_postgres::Error) -> Error {
    let Some(db) = error.as_db_error() else {
        let detail = format!("the connection to the database: {}", with_causes(error));
        let code = if is_connection(error) { Code::Unavailable } else { Code::Internal };
        return Error::new(code).detail(detail);
    };
    let state = db.code();
    let code = if [
        SqlState::UNIQUE_VIOLATION,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::LOCK_NOT_AVAILABLE,
    ]
    .contains(state)
    {
        Code::Conflict
    } else if *state == SqlState::QUERY_CANCELED {
        Code::ReadTooLong
    } else {
        // Classes of conditions: connection, resources, intervention of an operator, a server that only reads.
        match state.code().get(..2).unwrap_or_default() {
            "08" | "53" | "57" | "58" => Code::Unavailable,
            "XX" => Code::Corrupt,
            _ if *state == SqlState::READ_ONLY_SQL_TRANSACTION => Code::Unavailable,
            _ => Code::Internal,
        }
    };
    Error::new(code).detail(with_causes(error))
}

/// True when a connection that has failed so is of no more use: it is gone, or its server is not the one that writes.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    let Some(db) = error.as_db_error() else { return is_connection(error) };
    let class = db.code().code().get(..2).unwrap_or_default();
    matches!(class, "08" | "57") && *db.code() != SqlState::QUERY_CANCELED
        || *db.code() == SqlState::READ_ONLY_SQL_TRANSACTION
}

/// The connection has failed; else it is a value of ours that does not fit, which is a defect here.
fn is_connection(error: &tokio_postgres::Error) -> bool {
    let io = std::error::Error::source(error).is_some_and(<dyn std::error::Error>::is::<std::io::Error>);
    error.is_closed() || io
}

/// An error with what it was caused by: the text of the driver alone does not say it.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// A lost race.
pub(crate) fn conflict(detail: impl std::fmt::Display) -> Error {
    Error::new(Code::Conflict).detail(detail.to_string())
}

/// Stored data that cannot be read.
pub(crate) fn corrupt(detail: impl std::fmt::Display) -> Error {
    Error::new(Code::Corrupt).detail(detail.to_string())
}

/// A column of a row, by its place.
pub(crate) fn column<'r, T: FromSql<'r>>(row: &'r Row, place: usize) -> Result<T> {
    row.try_get(place).map_err(corrupt)
}
