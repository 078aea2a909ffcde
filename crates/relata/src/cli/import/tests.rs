//! Loading into a tiny stand-in of the API: just the endpoints that an import uses, with their documented answers.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::*;
use crate::cli::client::tests::{Asked, FakeServer, refusal, success};

/// What the stand-in holds: definitions by kind and id, instances by model and name, links by association.
#[derive(Default)]
struct Cmdb {
    definitions: BTreeMap<&'static str, BTreeMap<String, Value>>,
    instances: BTreeMap<String, BTreeMap<String, i64>>,
    links: BTreeMap<String, BTreeSet<(i64, i64)>>,
}

impl Cmdb {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        let path = asked.path.strip_prefix("/api/v3/").unwrap();
        let (verb, rest) = path.split_once('/').unwrap();
        let model = rest.rsplit('/').next().unwrap();
        match (verb, rest) {
            ("createmany", "instassociation") => self.link(&asked.body),
            ("createmany", _) => self.create_instances(model, &asked.body["details"]),
            ("search", _) => {
                let after = asked.body["conditions"]["rules"][0]["value"].as_i64().unwrap();
                let all = self.instances.entry(model.to_owned()).or_default();
                let mut rows: Vec<_> =
                    all.iter().filter(|(_, id)| **id > after).map(|(name, id)| (*id, name)).collect();
                rows.sort_unstable();
                let row = |(id, name): &(i64, &String)| json!({"bk_inst_id": id, "bk_inst_name": name});
                let page: Vec<Value> = rows.iter().take(500).map(row).collect();
                success(&json!({"info": if page.is_empty() { Value::Null } else { json!(page) }}))
            }
            ("find", _) => {
                let table = self.definitions.entry(kind(rest)).or_default();
                let wanted = asked.body["bk_obj_id"].as_str();
                let of_model = |record: &&Value| match (kind(rest), wanted) {
                    ("attribute", Some(wanted)) => record["bk_obj_id"] == wanted,
                    ("rule", _) => record["bk_obj_id"] == model,
                    _ => true,
                };
                let found: Vec<&Value> = table.values().filter(of_model).collect();
                success(&if kind(rest) == "kind" { json!({"count": found.len(), "info": found}) } else { json!(found) })
            }
            _ => self.create(rest, model, &asked.body),
        }
    }

    fn create(&mut self, rest: &str, model: &str, body: &Value) -> (u16, String) {
        let (kind, mut record) = (kind(rest), body.clone());
        let name = match kind {
            "attribute" => format!("{} {}", body["bk_obj_id"], body["bk_property_id"]),
            "rule" => {
                record["bk_obj_id"] = json!(model);
                format!("{model} {}", body["keys"])
            }
            "association" => body["bk_obj_asst_id"].to_string(),
            "model" => body["bk_obj_id"].to_string(),
            _ => body.to_string(),
        };
        let table = self.definitions.entry(kind).or_default();
        record["id"] = json!(table.len() + 1);
        if kind == "attribute" && body["bk_property_name"] == "refuse me" {
            return refusal(200, 1_199_006, "no such type");
        }
        table.insert(name, record.clone());
        if kind == "model" {
            let attribute = json!({"bk_obj_id": body["bk_obj_id"], "bk_property_id": "bk_inst_name",
                "bk_property_type": "singlechar", "bk_property_name": "name"});
            self.create("objectattr", "", &attribute);
            let id = self.definitions["attribute"].len();
            let rule = json!({"keys": [{"key_kind": "property", "key_id": id}]});
            self.create("objectunique/object/x", body["bk_obj_id"].as_str().unwrap(), &rule);
        }
        success(&record)
    }

    fn create_instances(&mut self, model: &str, details: &Value) -> (u16, String) {
        let details = details.as_array().unwrap();
        if details.len() > 200 {
            return refusal(200, 1_199_035, "too many");
        }
        let all = self.instances.entry(model.to_owned()).or_default();
        let (mut created, mut failed) = (Map::new(), Map::new());
        for (index, row) in details.iter().enumerate() {
            let (next, name) = (i64::try_from(all.len()).unwrap() + 1, row["bk_inst_name"].as_str().unwrap());
            if row["colour"] == "blue" {
                failed.insert(index.to_string(), json!("colour is invalid"));
            } else {
                all.insert(name.to_owned(), next);
                created.insert(index.to_string(), json!(next));
            }
        }
        success(&json!({"success_created": created, "error_msg": failed}))
    }

    fn link(&mut self, body: &Value) -> (u16, String) {
        let links = self.links.entry(body["bk_obj_asst_id"].as_str().unwrap().to_owned()).or_default();
        let (mut created, mut failed, mut detail) = (Map::new(), Map::new(), Map::new());
        for (index, pair) in body["details"].as_array().unwrap().iter().enumerate() {
            let pair = (pair["bk_inst_id"].as_i64().unwrap(), pair["bk_asst_inst_id"].as_i64().unwrap());
            let code = match links.iter().find(|link| link.1 == pair.1) {
                Some(link) if *link == pair => 1_101_038,
                Some(_) => 1_101_061,
                None => 0,
            };
            if code == 0 {
                links.insert(pair);
                created.insert(index.to_string(), json!(links.len()));
            } else {
                failed.insert(index.to_string(), json!(format!("rule {code}")));
                detail.insert(index.to_string(), json!({"code": code}));
            }
        }
        success(&json!({"success_created": created, "error_msg": failed, "error_detail": detail}))
    }
}

fn kind(rest: &str) -> &'static str {
    match rest.split('/').next().unwrap() {
        "associationtype" => "kind",
        "objectclassification" => "classification",
        "object" => "model",
        "objectattr" => "attribute",
        "objectunique" => "rule",
        "objectassociation" => "association",
        other => panic!("the import asked for {other}"),
    }
}

fn server() -> FakeServer {
    let cmdb = Mutex::new(Cmdb::default());
    FakeServer::start(move |asked| cmdb.lock().unwrap().answer(asked))
}

/// Racks that hold boxes (1:n); a box may have a colour, and a serial that is unique.
fn definitions() -> Value {
    let attribute = |id: &str, kind: &str, required: bool, option: Value| json!({"bk_property_id": id, "bk_property_name": id, "bk_property_type": kind, "isrequired": required, "option": option});
    let colour = json!([{"id": "red", "name": "red", "type": "text", "is_default": false}]);
    let name = attribute("bk_inst_name", "singlechar", true, json!(""));
    json!({
        "set": {"name": "test", "instances": 0, "edges": 0},
        "classifications": [{"bk_classification_id": "dc", "bk_classification_name": "DC"}],
        "association_kinds": [{"bk_asst_id": "holds", "src_des": "holds", "dest_des": "is in", "ispre": false}],
        "models": [
            {"bk_obj_id": "rack", "bk_obj_name": "Rack", "bk_classification_id": "dc", "unique": [["bk_inst_name"]],
             "count": 1, "attributes": [name]},
            {"bk_obj_id": "box", "bk_obj_name": "Box", "bk_classification_id": "dc",
             "unique": [["bk_inst_name"], ["serial"]], "count": 1, "attributes": [
                name, attribute("colour", "enum", false, colour), attribute("serial", "singlechar", false, json!("")),
                attribute("note", "singlechar", false, json!("")), attribute("spare", "bool", false, json!(""))]},
        ],
        "associations": [{"bk_obj_asst_id": "rack_holds_box", "bk_obj_asst_name": "holds", "bk_obj_id": "rack",
            "bk_asst_obj_id": "box", "bk_asst_id": "holds", "mapping": "1:n"}],
    })
}

fn edge(source: &str, target: &str) -> String {
    json!({"bk_obj_asst_id": "rack_holds_box", "src_key": source, "dst_key": target}).to_string()
}

fn named(names: impl IntoIterator<Item = String>) -> String {
    names.into_iter().map(|name| json!({ "bk_inst_name": name }).to_string() + "\n").collect()
}

/// A data set in a folder of its own; the boxes are compressed.
fn data_set(definitions: &Value, racks: &str, boxes: &str, edges: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("instances")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("models.json", &definitions.to_string());
    write("instances/rack.ndjson", racks);
    write("associations.ndjson", edges);
    let file = fs::File::create(folder.path().join("instances/box.ndjson.gz")).unwrap();
    let mut file = GzEncoder::new(file, Compression::fast());
    file.write_all(boxes.as_bytes()).unwrap();
    file.finish().unwrap();
    folder
}

fn import(folder: &Path, server: &FakeServer) -> (Counts, Vec<String>) {
    let set = DataSet::Folder(folder.to_owned());
    let file = folder.join("report");
    let mut report = Report::new(Some(&file)).unwrap();
    load(&set, &set.definitions().unwrap(), &Client::new(&server.connection), 200, &mut report).unwrap();
    let kinds = [Kind::Attribute, Kind::UniqueRule, Kind::Instance, Kind::Edge];
    let counts = kinds.into_iter().map(|kind| (kind, report.count(kind))).collect();
    report.finish().unwrap();
    let mut refused: Vec<String> = fs::read_to_string(&file)
        .unwrap()
        .lines()
        .map(|line| {
            let it: Value = serde_json::from_str(line).unwrap();
            format!(
                "{}:{} {}: {}",
                it["file"].as_str().unwrap(),
                it["line"],
                it["item"].as_str().unwrap(),
                it["reason"].as_str().unwrap()
            )
        })
        .collect();
    refused.sort();
    (counts, refused)
}

type Counts = BTreeMap<Kind, report::Count>;

/// Created and skipped.
fn pair(counts: &Counts, kind: Kind) -> (usize, usize) {
    (counts[&kind].created, counts[&kind].skipped)
}

#[test]
fn second_import_skips_all_that_the_first_created() {
    let boxes = named((0..1234).map(|number| format!("box/{number}")));
    let edges: String = (0..1234).map(|number| edge("r", &format!("box/{number}")) + "\n").collect();
    let folder = data_set(&definitions(), &named(["r".to_owned()]), &boxes, &edges);
    let server = server();

    let (report, refused) = import(folder.path(), &server);
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(pair(&report, Kind::Attribute), (4, 2)); // a model brings its bk_inst_name
    assert_eq!(pair(&report, Kind::UniqueRule), (1, 2)); // and the rule over it
    assert_eq!(pair(&report, Kind::Instance), (1235, 0));
    assert_eq!(pair(&report, Kind::Edge), (1234, 0));
    let batches = |path: &str| server.paths().iter().filter(|asked| *asked == path).count();
    assert_eq!(batches("/api/v3/createmany/instance/object/box"), 7);
    assert_eq!(batches("/api/v3/createmany/instassociation"), 7);

    let (report, refused) = import(folder.path(), &server);
    assert_eq!(refused, Vec::<String>::new());
    assert_eq!(pair(&report, Kind::Attribute), (0, 6));
    assert_eq!(pair(&report, Kind::UniqueRule), (0, 3));
    assert_eq!(pair(&report, Kind::Instance), (0, 1235));
    assert_eq!(pair(&report, Kind::Edge), (0, 1234));
    assert_eq!(batches("/api/v3/createmany/instance/object/box"), 7);
}

#[test]
fn every_refused_row_is_reported_with_file_line_and_reason() {
    let boxes = r#"{"bk_inst_name":"a"}
{"bk_inst_name":"a"}

{"bk_inst_name":"b","colour":"blue"}
{"colour":"red"}
not json
"#;
    let edges =
        [edge("r", "a"), edge("q", "a"), edge("r", "b"), edge("r2", "a"), edge("r", "a"), "{}".to_owned()].join("\n");
    let folder = data_set(&definitions(), &named(["r".to_owned(), "r2".to_owned()]), boxes, &edges);
    fs::write(folder.path().join("instances/ghost.ndjson"), "{}").unwrap();
    let (report, refused) = import(folder.path(), &server());
    assert_eq!(pair(&report, Kind::Instance), (3, 0));
    assert_eq!(pair(&report, Kind::Edge), (1, 1));
    insta::assert_snapshot!(refused.join("\n"), @r#"
    associations.ndjson:2 rack_holds_box: q -> a: the source is not there: rack has no instance "q"
    associations.ndjson:3 rack_holds_box: r -> b: the target is not there: box has no instance "b"
    associations.ndjson:4 rack_holds_box: r2 -> a: rule 1101061
    associations.ndjson:6 edge: the line is no row of this file: missing field `bk_obj_asst_id` (column 2)
    instances/box.ndjson.gz:2 a: an earlier line has the same bk_inst_name
    instances/box.ndjson.gz:4 b: colour is invalid
    instances/box.ndjson.gz:5 box: the row has no bk_inst_name
    instances/box.ndjson.gz:6 box: the line is no row of this file: expected ident (column 2)
    instances/ghost.ndjson:null all rows: models.json has no model for this file; none of its rows was read
    "#);
}

#[test]
fn missing_file_of_a_model_that_counts_rows_is_a_refusal() {
    let folder = data_set(&definitions(), "", "", "");
    fs::remove_file(folder.path().join("instances/box.ndjson.gz")).unwrap();
    let (_, refused) = import(folder.path(), &server());
    assert_eq!(refused, ["instances/box.ndjson:null box: the file is missing; models.json counts 1 rows in it"]);
}

#[test]
fn definitions_that_differ_from_what_is_there_are_refused() {
    let server = server();
    let folder = data_set(&definitions(), "", "", "");
    import(folder.path(), &server);
    let mut changed = definitions();
    changed["associations"][0]["mapping"] = json!("n:n");
    changed["models"][1]["attributes"][3]["bk_property_type"] = json!("int");
    changed["models"][1]["attributes"][0]["bk_property_name"] = json!("another name is left as it is");
    let (_, refused) = import(data_set(&changed, "", "", "").path(), &server);
    insta::assert_snapshot!(refused.join("\n"), @r#"
    models.json:null box.note: it is there already, with bk_property_type "singlechar" where the set says "int"
    models.json:null rack_holds_box: it is there already, with mapping "1:n" where the set says "n:n"
    "#);
}

#[test]
fn refused_attribute_takes_its_unique_rule_along_and_no_more() {
    let mut changed = definitions();
    changed["models"][1]["attributes"][2]["bk_property_name"] = json!("refuse me");
    let (report, refused) = import(data_set(&changed, "", &named(["a".to_owned()]), "").path(), &server());
    assert_eq!(pair(&report, Kind::Instance), (1, 0));
    insta::assert_snapshot!(refused.join("\n"), @r"
    models.json:null box unique by serial: it names an attribute that the model does not have
    models.json:null box.serial: no such type
    ");
}

#[test]
fn values_that_the_server_would_make_up_are_sent_as_null() {
    let boxes = "{\"bk_inst_name\":\"a\"}\n{\"bk_inst_name\":\"b\",\"colour\":\"red\",\"serial\":\"1\",\"spare\":true,\"note\":\"n\"}\n";
    let server = server();
    import(data_set(&definitions(), "", boxes, "").path(), &server);
    let asked = server.asked.lock().unwrap().clone();
    let sent = asked.iter().find(|it| it.path == "/api/v3/createmany/instance/object/box").unwrap();
    assert_eq!(
        sent.body["details"],
        json!([
            {"bk_inst_name": "a", "colour": null, "serial": null, "spare": null},
            {"bk_inst_name": "b", "colour": "red", "serial": "1", "spare": true, "note": "n"},
        ])
    );
}

#[test]
fn rows_of_a_request_that_is_refused_as_a_whole_are_all_refused() {
    let server = FakeServer::start({
        let cmdb = Mutex::new(Cmdb::default());
        move |asked| match asked.path.as_str() {
            "/api/v3/createmany/instance/object/rack" => refusal(413, 1_199_998, "too large"),
            _ => cmdb.lock().unwrap().answer(asked),
        }
    });
    let (report, refused) =
        import(data_set(&definitions(), &named(["x".to_owned(), "y".to_owned()]), "", "").path(), &server);
    assert_eq!(pair(&report, Kind::Instance), (0, 0));
    assert_eq!(refused, ["instances/rack.ndjson:1 x: too large", "instances/rack.ndjson:2 y: too large"]);
}

#[test]
fn refused_login_ends_the_import() {
    let server = FakeServer::start(|_| refusal(401, 1, "who are you?"));
    let folder = data_set(&definitions(), "", "", "");
    let set = DataSet::Folder(folder.path().to_owned());
    let mut report = Report::new(None).unwrap();
    let error =
        load(&set, &set.definitions().unwrap(), &Client::new(&server.connection), 200, &mut report).unwrap_err();
    assert!(error.is::<crate::cli::client::CallError>());
    assert_eq!(server.paths().len(), 1);
}

#[test]
fn folder_that_is_no_data_set_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = DataSet::Folder(folder.path().to_owned()).definitions().unwrap_err().to_string();
    assert!(error.ends_with("holds no models.json; a data set is a folder with that file"), "{error}");
}

#[test]
fn model_id_that_would_leave_the_folder_is_refused() {
    let mut changed = definitions();
    changed["models"][0]["bk_obj_id"] = json!("../rack");
    let folder = data_set(&changed, "", "", "");
    let error = DataSet::Folder(folder.path().to_owned()).definitions().unwrap_err().to_string();
    assert!(error.starts_with("models.json: \"../rack\" is not the id of a model"), "{error}");
}
