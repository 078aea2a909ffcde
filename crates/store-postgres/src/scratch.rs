//! A schema of its own in a database, for measurements: nothing else there is read or written, and it is dropped at the end.
//!
//! It is no store by itself: whoever opens [`Scratch::url`] makes one there. A process that is killed leaves its schema
//! behind; its name is `relata_bench_` and a random number.

use crate::OpenError;
use crate::connect::{Conn, Connections, Settings, Wanted};
use std::time::Duration;

/// The schema. It is there until [`Scratch::remove`].
pub struct Scratch {
    url: String,
    schema: String,
    connections: Connections,
}

impl Scratch {
    /// Makes an empty schema in the database at `url`, whose user needs the right to create one.
    pub async fn create(url: &str) -> Result<Self, OpenError> {
        let conn = connect(&connections(url)?).await?;
        let name = "SELECT 'relata_bench_' || replace(gen_random_uuid()::text, '-', '')";
        let schema: String = conn.client.query_one(name, &[]).await?.try_get(0)?;
        conn.client.batch_execute(&format!("CREATE SCHEMA {schema}")).await?;
        let url = in_schema(url, &schema);
        Ok(Self { connections: connections(&url)?, url, schema })
    }

    /// The database, seen from the schema.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A connection that sees the schema.
    pub(crate) async fn conn(&self) -> Result<Conn, OpenError> {
        connect(&self.connections).await
    }

    /// Bytes of its tables and their indexes.
    pub async fn bytes(&self) -> Result<u64, OpenError> {
        let sizes = "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace";
        let bytes: i64 = self.conn().await?.client.query_one(sizes, &[]).await?.try_get(0)?;
        Ok(bytes.unsigned_abs())
    }

    /// Does now what the server's own vacuum would do after many rows were written, and would otherwise do in the midst of
    /// the next measurement.
    pub async fn vacuum(&self) -> Result<(), OpenError> {
        let tables = "VACUUM (ANALYZE) instances, unique_keys, links, changes, change_order";
        Ok(self.conn().await?.client.batch_execute(tables).await?)
    }

    /// Its name.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Drops the schema with all that is in it.
    pub async fn remove(&self) -> Result<(), OpenError> {
        let drop = format!("DROP SCHEMA {} CASCADE", self.schema);
        Ok(self.conn().await?.client.batch_execute(&drop).await?)
    }
}

/// Statements here may take long.
fn connections(url: &str) -> Result<Connections, OpenError> {
    let settings = Settings { statement: Duration::from_hours(1), ..Settings::new(url) };
    Connections::new(&settings, url, 1, Wanted::Primary { serves: false }).map_err(OpenError::Settings)
}

async fn connect(connections: &Connections) -> Result<Conn, OpenError> {
    connections.get().await.map_err(|error| OpenError::Unreachable(error.detail.unwrap_or_default()))
}

/// The URL with the schema as the only one that is looked at.
fn in_schema(url: &str, schema: &str) -> String {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (mut options, mut rest) = (String::new(), form_urlencoded::Serializer::new(String::new()));
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == "options" {
            options = format!("{value} ");
        } else {
            rest.append_pair(&name, &value);
        }
    }
    // Of two settings of the same name the last one counts.
    rest.append_pair("options", &format!("{options}-c search_path={schema}"));
    format!("{base}?{}", rest.finish())
}

#[cfg(test)]
mod tests {
    use super::in_schema;

    #[test]
    fn other_parameters_and_options_stay() {
        let url = in_schema("postgres://h/d?sslmode=disable&options=-c%20work_mem%3D1MB", "s");
        assert_eq!(url, "postgres://h/d?sslmode=disable&options=-c+work_mem%3D1MB+-c+search_path%3Ds");
        assert_eq!(in_schema("postgres://h/d", "s"), "postgres://h/d?options=-c+search_path%3Ds");
    }
}
