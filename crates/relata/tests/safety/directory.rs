//! Signing in with the passwords of an LDAP directory: whom it lets in, and that nobody comes in when it is away, hangs, or is
//! somebody else.

mod slapd;

use crate::browser::Browser;
use crate::server::{Client, Server, TOKEN, serve};
use relata_app::identity::password;
use serde_json::{Value, json};
use slapd::{PASSWORD, READER, Slapd};
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

const REFUSED: i64 = 1_199_048;
const AWAY: i64 = 1_199_046;

/// Settings for a directory at an address; `more` are further lines of the section.
fn settings(url: &str, authority: &Path, more: &str) -> String {
    format!(
        "[ldap]\nurl = '{url}'\nca_file = '{}'\nbind_dn = 'cn=reader,dc=example,dc=org'\nbase = 'dc=example,dc=org'\n\
         user_filter = '(&(objectClass=inetOrgPerson)(uid={{user}})(!(employeeType=disabled)))'\n{more}\n",
        authority.display()
    )
}

const NEW_USERS: &str = "create_users = true";

/// A server with these settings. `LOCAL` is a local user of it with this password.
fn start(folder: &Path, settings: &str) -> Server {
    fs::write(folder.join("relata.toml"), settings).unwrap();
    let mut command = serve(folder);
    let server = Server::run(command.env("RELATA_ADMIN_TOKEN", TOKEN).env("RELATA_LDAP_BIND_PASSWORD", READER));
    server.client().own("users/create", &json!({"user": LOCAL}));
    let hash = password::derive(PASSWORD, [5; 32]).unwrap();
    server.client().own("users/set_password", &json!({"user": LOCAL, "hash": hash}));
    server
}

const LOCAL: &str = "local";

fn codes(server: &Server, tries: &[(&str, &str)]) -> Vec<i64> {
    tries.iter().map(|(user, password)| Browser::new(server.url()).login(user, password)).collect()
}

fn members(client: &Client, group: &str) -> Value {
    let groups = client.own("groups/search", &json!({}));
    groups["info"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["name"] == group)
        .map_or(Value::Null, |it| it["members"].clone())
}

#[test]
fn a_password_of_the_directory_lets_in_and_makes_a_user_with_its_groups() {
    let (folder, slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    let more = format!(
        "{NEW_USERS}\n[ldap.groups]\n'cn=admins, dc=example,dc=org' = 'operators'\n\
         'cn=readers,dc=example,dc=org' = 'watchers'"
    );
    let server = start(folder.path(), &settings(&slapd.secure_url("localhost"), &slapd.authority(), &more));
    let client = server.client();
    client.own("groups/create", &json!({"name": "watchers", "members": ["ann", "zoe"]}));
    client.own("groups/create", &json!({"name": "others", "members": ["ann"]}));
    let mut ann = Browser::new(server.url());
    assert_eq!(ann.ways(), json!({"password": {"local": true, "ldap": true}, "oidc": null}));
    // Directories do not tell small letters from capital ones, and the name is the one that the directory writes.
    assert_eq!(ann.login("Ann", PASSWORD), 0);
    assert_eq!(ann.who(), json!({"user": "ann", "admin": false}));
    assert_eq!(members(&client, "operators"), json!(["ann"]));
    assert_eq!(members(&client, "watchers"), json!(["zoe"]));
    assert_eq!(members(&client, "others"), json!(["ann"]));
    let users = client.own("users/search", &json!({}));
    let user = users["info"].as_array().unwrap().iter().find(|it| it["user"] == "ann").unwrap().clone();
    assert_eq!(
        (&user["name"], &user["place"], &user["creator"]),
        (&json!("ann Example"), &json!("ldap"), &json!("ann"))
    );
    // The change log says who was made and by whom; nothing of a password is in it.
    let changes = client.own_get("changes?limit=1000").to_string();
    assert!(changes.contains("\"ldap\"") && !changes.contains(PASSWORD), "{changes}");
    // No password of hers is kept here.
    let hash = password::derive(PASSWORD, [6; 32]).unwrap();
    let refused = client.ask("/api/relata/v1/users/set_password", TOKEN, Some(&json!({"user": "ann", "hash": hash})));
    assert_eq!(refused.unwrap().body["code"], 1_199_006);
    client.own("users/revoke", &json!({"user": "ann"}));
    assert_eq!(codes(&server, &[("ann", PASSWORD)]), [REFUSED]);
    assert_eq!(ann.who(), Value::Null);
}

#[test]
fn whoever_is_not_right_is_refused_in_the_same_words_after_the_same_time() {
    let (folder, slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    let server = start(folder.path(), &settings(&slapd.secure_url("localhost"), &slapd.authority(), NEW_USERS));
    let mut texts = BTreeSet::new();
    let tries = [
        ("ann", "wrong"),
        // The directory itself would let this one in as nobody in particular.
        ("ann", ""),
        ("nobody", PASSWORD),
        // Their entries are disabled, or cannot be told apart.
        ("eve", PASSWORD),
        ("twin", PASSWORD),
        // The filter would find one entry if it were written as it is.
        ("an*", PASSWORD),
        ("ann)(uid=ann", PASSWORD),
        ("*)(|(uid=ann", PASSWORD),
        ("a\\6en", PASSWORD),
        // Letters that the directory takes for others.
        ("\u{ff41}nn", PASSWORD),
        // Users of Relata who are no users of the directory, whatever it says.
        ("admin", PASSWORD),
        (LOCAL, "wrong"),
        ("", ""),
    ];
    for (user, password) in tries {
        let begin = Instant::now();
        let (code, text) = Browser::new(server.url()).try_login(user, password);
        assert_eq!(code, REFUSED, "{user:?} {password:?}: {text}");
        assert!(begin.elapsed() >= Duration::from_millis(500), "{user:?} {password:?}");
        texts.insert(text);
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
    assert_eq!(codes(&server, &[("bob", PASSWORD), (LOCAL, PASSWORD)]), [0, 0]);
    let users = server.client().own("users/search", &json!({}));
    assert_eq!(users["count"], 3, "{users}");
}

#[test]
fn only_users_who_are_known_come_in_unless_new_ones_are_made() {
    let (folder, slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    let more = "group_filter = '(&(objectClass=groupOfNames)(member={dn}))'\n[ldap.groups]\n\
                'cn=readers,dc=example,dc=org' = 'watchers'";
    let url = slapd.plain_url("localhost");
    let server = start(folder.path(), &settings(&url, &slapd.authority(), more));
    let client = server.client();
    assert_eq!(codes(&server, &[("bob", PASSWORD)]), [REFUSED]);
    client.own("users/create", &json!({"user": "bob", "place": "ldap"}));
    assert_eq!(codes(&server, &[("bob", PASSWORD), ("ann", PASSWORD)]), [0, REFUSED]);
    assert_eq!(members(&client, "watchers"), json!(["bob"]));
}

#[test]
fn attempts_are_few_whatever_the_letters() {
    let (folder, slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    let server = start(folder.path(), &settings(&slapd.secure_url("localhost"), &slapd.authority(), NEW_USERS));
    let mut codes =
        codes(&server, &[("ann", "x"), ("Ann", "x"), ("ANN", "x"), ("aNn", "x"), ("anN", "x"), ("ann", "x")]);
    codes.extend((0..5).map(|_| Browser::new(server.url()).login("ANn", "x")));
    assert_eq!(codes.iter().filter(|it| **it == REFUSED).count(), 10, "{codes:?}");
    assert_eq!(codes.last(), Some(&1_199_997));
}

#[test]
fn without_the_directory_nobody_of_it_comes_in_and_local_users_do() {
    let (folder, mut slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    let server = start(folder.path(), &settings(&slapd.secure_url("localhost"), &slapd.authority(), NEW_USERS));
    assert_eq!(codes(&server, &[("ann", PASSWORD)]), [0]);
    slapd.stop();
    // Whether a name is one of the directory cannot be told from what is answered now either.
    let tries = [("ann", PASSWORD), ("ann", ""), ("nobody", "x"), (LOCAL, "wrong"), ("admin", "x")];
    assert_eq!(codes(&server, &tries), [AWAY; 5]);
    let (_, text) = Browser::new(server.url()).try_login("bob", PASSWORD);
    assert!(text.contains("directory") && !text.contains("localhost"), "{text}");
    assert_eq!(codes(&server, &[(LOCAL, PASSWORD)]), [0]);
    assert_eq!(server.client().own("users/search", &json!({}))["count"], 3);
}

#[test]
fn a_directory_that_hangs_holds_up_nobody_else() {
    let (folder, slapd) = (tempfile::tempdir().unwrap(), Slapd::start());
    // It takes connections and says nothing.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldaps://{}", hanging.local_addr().unwrap());
    let server = start(folder.path(), &settings(&url, &slapd.authority(), "timeout_seconds = 1\nconnections = 1"));
    std::thread::scope(|scope| {
        let hung: Vec<_> = (0..3).map(|_| scope.spawn(|| codes(&server, &[("ann", PASSWORD)]))).collect();
        assert_eq!(codes(&server, &[(LOCAL, PASSWORD)]), [0]);
        for it in hung {
            assert_eq!(it.join().unwrap(), [AWAY]);
        }
    });
}

#[test]
fn a_directory_that_cannot_prove_who_it_is_sees_no_password() {
    let (slapd, other) = (Slapd::start(), Slapd::start());
    for (url, authority) in [
        // Signed by somebody else, for another name, and by nobody whom the machine trusts.
        (slapd.secure_url("localhost"), other.authority()),
        (slapd.plain_url("localhost"), other.authority()),
        (slapd.secure_url("127.0.0.1"), slapd.authority()),
        (slapd.plain_url("127.0.0.1"), slapd.authority()),
        (slapd.secure_url("localhost"), "".into()),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let server = start(folder.path(), &settings(&url, &authority, NEW_USERS));
        assert_eq!(codes(&server, &[("ann", PASSWORD), (LOCAL, PASSWORD)]), [AWAY, 0], "{url}");
    }
    let folder = tempfile::tempdir().unwrap();
    let plain = settings(&slapd.plain_url("127.0.0.1"), Path::new(""), &format!("plain = true\n{NEW_USERS}"));
    let server = start(folder.path(), &plain);
    assert_eq!(codes(&server, &[("ann", PASSWORD)]), [0]);
}
