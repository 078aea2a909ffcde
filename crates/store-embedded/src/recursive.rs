//! The benchmark's other side of questions about the graph: the same questions as recursive SQL.
//!
//! Links are a table that is its own index from sources, with a second index from targets; names stand in a column. That is
//! the best that SQL can have: no rights, no versions, no documents to read. All of it fits the page cache.
//! Joins name their order (`CROSS JOIN` in SQLite), since the planner knows nothing of how little is walked.

use rusqlite::{Connection, params};
use std::path::Path;

/// Links and named nodes in a file of their own.
#[derive(Debug)]
pub struct Recursive(Connection);

/// A failure of SQLite.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What lies around a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Id, distance and name of each node, by distance and id.
    pub nodes: Vec<(i64, i64, String)>,
    /// Source and target of the links between them.
    pub links: Vec<(i64, i64)>,
    /// How many links each node has as source.
    pub totals: Vec<(i64, i64)>,
}

/// What a node affects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many nodes there are at each distance, from 0.
    pub by_distance: Vec<i64>,
    /// Id, distance and name of the nearest, by distance and id.
    pub nearest: Vec<(i64, i64, String)>,
}

const SCHEMA: &str = "
CREATE TABLE nodes (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE links (source INTEGER NOT NULL, target INTEGER NOT NULL, PRIMARY KEY (source, target)) WITHOUT ROWID;
CREATE TEMP TABLE walk (node INTEGER PRIMARY KEY, depth INTEGER NOT NULL);
";

/// Fills the temporary table with what a node reaches over so many links.
const WALK: &str = "
INSERT INTO temp.walk
WITH RECURSIVE reached (node, depth) AS (
    VALUES (?1, 0)
    UNION
    SELECT links.target, reached.depth + 1 FROM reached CROSS JOIN links ON links.source = reached.node WHERE reached.depth < ?2
)
SELECT node, min(depth) FROM reached GROUP BY node";

/// How many ways there are from one node to another over so many links, half of them gone from each end. When there are none
/// over fewer links, these are the shortest paths.
const WAYS: &str = "
WITH RECURSIVE ahead (node, depth) AS (
    VALUES (?1, 0)
    UNION ALL
    SELECT links.target, ahead.depth + 1 FROM ahead CROSS JOIN links ON links.source = ahead.node WHERE ahead.depth < ?3
), behind (node, depth) AS (
    VALUES (?2, 0)
    UNION ALL
    SELECT links.source, behind.depth + 1 FROM behind CROSS JOIN links ON links.target = behind.node WHERE behind.depth < ?4
)
SELECT count(*) FROM (SELECT node FROM ahead WHERE depth = ?3) JOIN (SELECT node FROM behind WHERE depth = ?4) USING (node)";

impl Recursive {
    /// Makes the tables in a new file: nodes from 1 on, the links sorted and each once.
    pub fn create(path: &Path, names: impl Iterator<Item = String>, links: &[(i64, i64)]) -> Result<Self, Failure> {
        let mut conn = Connection::open(path)?;
        conn.pragma_update_and_check(None, "journal_mode", "off", |_| Ok(()))?;
        conn.pragma_update(None, "synchronous", "off")?;
        conn.pragma_update(None, "cache_size", -2_000_000)?;
        conn.pragma_update(None, "temp_store", "memory")?;
        conn.execute_batch(SCHEMA)?;
        let tx = conn.transaction()?;
        {
            let mut node = tx.prepare("INSERT INTO nodes (name) VALUES (?1)")?;
            for name in names {
                node.execute([name])?;
            }
            let mut link = tx.prepare("INSERT INTO links VALUES (?1, ?2)")?;
            for (source, target) in links {
                link.execute([source, target])?;
            }
        }
        tx.execute_batch("CREATE INDEX links_by_target ON links (target, source); ANALYZE")?;
        tx.commit()?;
        Ok(Self(conn))
    }

    fn walk(&self, root: i64, depth: u32) -> rusqlite::Result<()> {
        self.0.prepare_cached("DELETE FROM temp.walk")?.execute([])?;
        self.0.prepare_cached(WALK)?.execute(params![root, depth])?;
        Ok(())
    }

    fn nodes(&self, limit: i64) -> rusqlite::Result<Vec<(i64, i64, String)>> {
        let nodes = "SELECT id, depth, name FROM temp.walk CROSS JOIN nodes ON nodes.id = walk.node ORDER BY depth, id LIMIT ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        self.0.prepare_cached(nodes)?.query_map([limit], row)?.collect()
    }

    fn pairs(&self, sql: &str, parameter: i64) -> rusqlite::Result<Vec<(i64, i64)>> {
        self.0.prepare_cached(sql)?.query_map([parameter], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    /// What lies around a node, from sources to targets.
    pub fn expand(&self, root: i64, depth: u32) -> Result<Around, Failure> {
        self.walk(root, depth)?;
        let links = "SELECT source, target FROM temp.walk CROSS JOIN links ON links.source = walk.node
            WHERE walk.depth <= ?1 AND EXISTS (SELECT 1 FROM temp.walk AS other WHERE other.node = links.target)";
        let totals = "SELECT node, count(*) FROM temp.walk CROSS JOIN links ON links.source = walk.node
            WHERE walk.depth <= ?1 GROUP BY node";
        let depth = depth.into();
        Ok(Around { nodes: self.nodes(-1)?, links: self.pairs(links, depth)?, totals: self.pairs(totals, depth)? })
    }

    /// What a node affects, along links from sources to targets.
    pub fn impact(&self, root: i64, depth: u32, limit: i64) -> Result<Reached, Failure> {
        self.walk(root, depth)?;
        let counts = "SELECT depth, count(*) FROM temp.walk WHERE depth <= ?1 GROUP BY depth ORDER BY depth";
        let by_distance = self.pairs(counts, depth.into())?.into_iter().map(|(_, count)| count).collect();
        Ok(Reached { by_distance, nearest: self.nodes(limit)? })
    }

    /// How many links the shortest paths from one node to another have, and how many such paths there are.
    pub fn paths(&self, from: i64, to: i64, longest: u32) -> Result<Option<(u32, i64)>, Failure> {
        for length in 0..=longest {
            let (ahead, behind) = (length.div_ceil(2), length / 2);
            let mut ways = self.0.prepare_cached(WAYS)?;
            let count = ways.query_row(params![from, to, ahead, behind], |row| row.get(0))?;
            if count > 0 {
                return Ok(Some((length, count)));
            }
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::Recursive;

    #[test]
    fn a_small_graph_is_walked_right() {
        let folder = tempfile::tempdir().unwrap();
        let links = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 1), (4, 5)];
        let names = (1..=6).map(|number| format!("n{number}"));
        let sql = Recursive::create(&folder.path().join("plain.db"), names, &links).unwrap();
        let around = sql.expand(1, 2).unwrap();
        let node = |id, distance| (id, distance, format!("n{id}"));
        assert_eq!(around.nodes, [node(1, 0), node(2, 1), node(3, 1), node(4, 2)]);
        assert_eq!(around.links, [(1, 2), (1, 3), (2, 4), (3, 4), (4, 1)]);
        assert_eq!(around.totals, [(1, 2), (2, 1), (3, 1), (4, 2)]);
        let reached = sql.impact(1, 10, 2).unwrap();
        assert_eq!(reached.by_distance, [1, 2, 1, 1]);
        assert_eq!(reached.nearest, [node(1, 0), node(2, 1)]);
        assert_eq!(sql.paths(1, 5, 9).unwrap(), Some((3, 2)));
        assert_eq!(sql.paths(1, 6, 9).unwrap(), None);
    }
}
