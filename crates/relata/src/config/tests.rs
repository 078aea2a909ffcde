use std::collections::HashMap;
use std::io::Write as _;

use super::*;

fn env(pairs: &[(&str, &str)]) -> impl Fn(&str) -> Option<String> {
    let map: HashMap<String, String> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    move |name| map.get(name).cloned()
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

fn read(flags: &Flags, pairs: &[(&str, &str)], text: &str) -> Result<Config, String> {
    let file = file(text);
    Config::read(flags, &env(pairs), file.path())
        .map_err(|error| error.to_string().replace(&file.path().display().to_string(), "FILE"))
}

#[test]
fn defaults_hold_when_nothing_is_set() {
    let config = Config::read(&Flags::default(), &env(&[]), Path::new("/does/not/exist")).unwrap();
    assert_eq!(config.listen.to_string(), DEFAULT_LISTEN);
    assert_eq!(config.store.to_string(), DEFAULT_STORE);
    assert_eq!(config.trust_headers, []);
    assert_eq!(config.limits, Limits::default());
    assert_eq!(config.postgres, Postgres::default());
    assert_eq!(config.admin_token, None);
}

#[test]
fn flag_wins_over_environment_and_environment_over_file() {
    let text =
        "listen = '127.0.0.1:1'\nstore = 'sqlite:file.db'\nlog = 'warn'\n[limits]\nlink_batch = 10\nbody_bytes = 99\n";
    let pairs = [
        ("RELATA_LISTEN", "127.0.0.1:2"),
        ("RELATA_STORE", "sqlite:env.db"),
        ("RELATA_LIMITS_LINK_BATCH", "20"),
        ("RELATA_LIMITS_ANSWER_ROWS", "7"),
    ];
    let flags = Flags { listen: Some("127.0.0.1:3".to_owned()), ..Flags::default() };
    let config = read(&flags, &pairs, text).unwrap();
    assert_eq!(config.listen.port(), 3);
    assert_eq!(config.store, Store::Sqlite("env.db".into()));
    assert_eq!(config.log, "warn");
    assert_eq!((config.limits.link_batch, config.limits.body_bytes), (20, 99));
    assert_eq!((config.limits.instance_batch, config.limits.answer_rows), (200, 7));
}

#[test]
fn unknown_key_is_an_error_that_names_file_and_key() {
    let error = read(&Flags::default(), &[], "listen = '127.0.0.1:1'\nlisen = 'x'\n").unwrap_err();
    assert!(error.starts_with("FILE, line 2: unknown field `lisen`"), "{error}");
    let error = read(&Flags::default(), &[], "[limits]\nlink_bach = 1\n").unwrap_err();
    assert!(error.starts_with("FILE, line 2: unknown field `link_bach`"), "{error}");
}

#[test]
fn wrong_value_is_an_error_that_names_its_origin() {
    let error = |flags: &Flags, pairs: &[(&str, &str)], text: &str| read(flags, pairs, text).unwrap_err();
    let none = Flags::default();
    assert_eq!(
        error(&none, &[("RELATA_LISTEN", "here")], ""),
        r#"RELATA_LISTEN: "here" is not an address with a port, such as 127.0.0.1:8080"#
    );
    let flags = Flags { store: Some(Secret::new("mysql:x")), ..Flags::default() };
    assert!(error(&flags, &[], "").starts_with(r#"--store: "mysql:x" is not a store"#));
    assert_eq!(
        error(&none, &[], "trust_headers = ['10.0.0.0/8', 'all']"),
        r#"FILE: trust_headers: "all" is not a network, such as 10.0.0.0/8"#
    );
    assert_eq!(
        error(&none, &[], "[limits]\nconcurrency = 0"),
        r#"FILE: limits.concurrency: "0" is not a whole number from 1"#
    );
    let flags = Flags { config: Some("/does/not/exist.toml".into()), ..Flags::default() };
    assert!(error(&flags, &[], "").starts_with("/does/not/exist.toml cannot be read"));
}

#[test]
fn rates_are_of_endpoints_that_there_are() {
    let rates = |pairs: &[(&str, &str)], text: &str| read(&Flags::default(), pairs, text).map(|it| it.rates);
    let expected = vec![("*".to_owned(), 100), ("search_objects".to_owned(), 5)];
    assert_eq!(rates(&[], "[rates]\n'*' = 100\nsearch_objects = 5\n").unwrap(), expected);
    assert_eq!(rates(&[("RELATA_RATES", "*=100, search_objects=5")], "").unwrap(), expected);
    assert_eq!(rates(&[], "").unwrap(), []);
    assert_eq!(rates(&[("RELATA_RATES", "fly=1")], "").unwrap_err(), r#"RELATA_RATES: there is no endpoint "fly""#);
    for wrong in ["*", "*=0", "*=x", "*=1000001"] {
        assert!(rates(&[("RELATA_RATES", wrong)], "").is_err(), "{wrong}");
    }
}

#[test]
fn networks_may_be_single_addresses() {
    let flags = Flags { trust_headers: Some("10.0.0.0/8, 192.168.1.7".to_owned()), ..Flags::default() };
    let networks = read(&flags, &[], "").unwrap().trust_headers;
    assert_eq!(networks.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "192.168.1.7/32"]);
}

#[test]
fn secrets_are_not_shown() {
    let config = read(&Flags::default(), &[("RELATA_ADMIN_TOKEN", "very-secret")], "").unwrap();
    assert_eq!(config.admin_token, Some(Secret::new("very-secret")));
    assert!(!format!("{config:?}").contains("very-secret"));
}

const DATABASE: &str = "postgres://relata:very-secret@db1.example,db2.example:5433/cmdb?sslmode=verify-full";

#[test]
fn the_password_of_a_database_is_not_shown() {
    for url in [DATABASE.to_owned(), DATABASE.replace("postgres:", "postgresql:")] {
        let flags = Flags { store: Some(Secret::new(&url)), ..Flags::default() };
        let config = read(&flags, &[], "").unwrap();
        assert!(!format!("{flags:?} {config:?}").contains("very-secret"));
        let scheme = url.split(':').next().unwrap();
        assert_eq!(config.store.to_string(), format!("{scheme}://relata@db1.example,db2.example:5433/cmdb"));
    }
    // Where a password stands in the wrong place, nothing of it is shown either.
    for url in ["postgres://u:very-secret?x@h/d", "postgres://h/d?password=very-secret@", "postgre://u:very-secret@h/d"]
    {
        let flags = Flags { store: Some(Secret::new(url)), ..Flags::default() };
        let told = read(&flags, &[], "").map_or_else(|error| error, |config| config.store.to_string());
        assert!(!told.contains("secret"), "{told}");
    }
}

#[test]
fn settings_of_postgres_come_from_the_environment_or_the_file() {
    let text = "[postgres]\nconnections = 4\nstatement_seconds = 7\n";
    let pairs = [("RELATA_POSTGRES_CONNECT_SECONDS", "2"), ("RELATA_POSTGRES_CONNECTIONS", "9")];
    let settings = read(&Flags::default(), &pairs, text).unwrap().postgres.settings(&Secret::new(DATABASE), false);
    assert_eq!((settings.connections, settings.statement.as_secs(), settings.connect.as_secs()), (9, 7, 2));
    assert_eq!(settings.url, DATABASE);
    let error = read(&Flags::default(), &[("RELATA_POSTGRES_CONNECTIONS", "0")], "").unwrap_err();
    assert_eq!(error, r#"RELATA_POSTGRES_CONNECTIONS: "0" is not a whole number from 1"#);
}

#[test]
fn the_replica_is_an_address_of_a_database_and_none_by_default() {
    let database = Secret::new(DATABASE);
    let replica = |pairs: &[(&str, &str)], text: &str| {
        let postgres = read(&Flags::default(), pairs, text)?.postgres;
        assert!(!format!("{postgres:?}").contains("secret"));
        assert_eq!(postgres.settings(&database, true).replica, None);
        Ok::<_, String>(postgres.settings(&database, false).replica)
    };
    let (in_file, of_variable) = ("postgres://u:secret@standby/cmdb", "postgres://u:secret@standby2/cmdb");
    let text = format!("[postgres]\nreplica = \"{in_file}\"\n");
    assert_eq!(replica(&[], ""), Ok(None));
    assert_eq!(replica(&[], &text), Ok(Some(in_file.to_owned())));
    assert_eq!(replica(&[("RELATA_POSTGRES_REPLICA", of_variable)], &text), Ok(Some(of_variable.to_owned())));
    let error = replica(&[("RELATA_POSTGRES_REPLICA", "u:secret@standby/cmdb")], "").unwrap_err();
    assert!(error.starts_with("RELATA_POSTGRES_REPLICA: ") && !error.contains("secret"), "{error}");
}

#[test]
fn the_store_to_copy_to_is_named_by_flag_or_environment() {
    let to = |flag: Option<&str>, pairs: &[(&str, &str)]| {
        Store::read_to_copy_to(flag.map(Secret::new).as_ref(), &env(pairs)).map_err(|error| error.to_string())
    };
    assert_eq!(to(Some("sqlite:a.db"), &[("RELATA_COPY_TO", "sqlite:b.db")]), Ok(Store::Sqlite("a.db".into())));
    assert_eq!(to(None, &[("RELATA_COPY_TO", "sqlite:b.db")]), Ok(Store::Sqlite("b.db".into())));
    assert!(to(None, &[]).unwrap_err().starts_with("--to: name the store"));
}

#[test]
fn token_comes_from_the_named_file_then_the_environment_then_the_default_file() {
    let (named, default) = (file("from-flag\n"), file("from-default\n"));
    let token = |flags: &ConnectionFlags, pairs: &[(&str, &str)], default: &Path| {
        Connection::read(flags, &env(pairs), default).unwrap().token.map(|token| token.reveal().to_owned())
    };
    let flags = ConnectionFlags { token_file: Some(named.path().to_owned()), ..ConnectionFlags::default() };
    let none = ConnectionFlags::default();
    let pairs = [("RELATA_TOKEN", "from-env")];
    assert_eq!(token(&flags, &pairs, default.path()).unwrap(), "from-flag");
    assert_eq!(token(&none, &pairs, default.path()).unwrap(), "from-env");
    assert_eq!(token(&none, &[], default.path()).unwrap(), "from-default");
    assert_eq!(token(&none, &[], Path::new("/does/not/exist")), None);
}

#[test]
fn url_must_be_plain_http_and_loses_its_last_slash() {
    let url = |url: &str| {
        let flags = ConnectionFlags { url: Some(url.to_owned()), token_file: None };
        Connection::read(&flags, &env(&[]), Path::new("/does/not/exist")).map(|it| it.url).map_err(|it| it.to_string())
    };
    assert_eq!(url("http://cmdb.example:8080/").unwrap(), "http://cmdb.example:8080");
    assert!(url("https://cmdb.example").unwrap_err().contains("plain HTTP only"));
    assert!(url("cmdb.example").unwrap_err().contains("is not the address of a server"));
}

#[test]
fn token_that_cannot_be_a_header_is_refused() {
    let file = file("two words\n");
    let flags = ConnectionFlags { url: None, token_file: Some(file.path().to_owned()) };
    let error = Connection::read(&flags, &env(&[]), Path::new("/does/not/exist")).unwrap_err().to_string();
    assert!(error.ends_with("holds no token: it must be one word of visible ASCII characters"), "{error}");
}

#[test]
fn a_directory_is_named_whole_or_not_at_all() {
    assert_eq!(read(&Flags::default(), &[], "[ldap]\nbase = 'dc=x'\n").unwrap().ldap, None);
    let password = ("RELATA_LDAP_BIND_PASSWORD", "secret");
    let text = "[ldap]\nurl = 'ldaps://a.example'\nbind_dn = 'cn=a'\n[ldap.groups]\n'cn=b' = 'c'\n";
    let ldap = read(&Flags::default(), &[password], text).unwrap().ldap.unwrap();
    assert_eq!(ldap.bind, Some(("cn=a".to_owned(), "secret".into())));
    assert!(!ldap.plain && !ldap.create_users && ldap.groups["cn=b"] == "c" && ldap.group_search.is_none());
    assert!(!format!("{ldap:?}").contains("secret"));
    let wrong = |text: &str| read(&Flags::default(), &[], &format!("[ldap]\n{text}\n")).unwrap_err();
    for (text, what) in [
        ("url = 'http://a'", "FILE: ldap.url: \"http://a\" is not the address of a directory"),
        ("url = 'ldap://'", "FILE: ldap.url: "),
        ("url = 'ldap://a'\nbind_dn = 'cn=a'", "ldap.bind_dn and its password"),
        ("url = 'ldap://a'\nbind_password_file = '/does/not/exist'", "FILE: ldap.bind_password_file: /does/not/exist"),
        ("url = 'ldap://a'\nuser_filter = '(uid=x)'", "FILE: ldap.user_filter: \"(uid=x)\" lacks {user}"),
        ("url = 'ldap://a'\nuser_filter = '(uid={user}'", "FILE: ldap.user_filter: "),
        ("url = 'ldap://a'\ntimeout_seconds = 0", "FILE: ldap.timeout_seconds: "),
        ("url = 'ldap://a'\n[ldap.groups]\n'cn=b' = 'everybody'", "FILE: ldap.groups: \"everybody\""),
    ] {
        let error = wrong(text);
        assert!(error.starts_with(what), "{text}: {error}");
    }
}

#[test]
fn a_provider_is_asked_by_https_and_comes_back_to_the_right_page() {
    assert_eq!(read(&Flags::default(), &[], "[oidc]\ntitle = 'x'\n").unwrap().oidc, None);
    let back = "redirect_url = 'https://a.example/api/relata/v1/login/oidc/callback'";
    let text = format!("[oidc]\nissuer = 'https://b.example'\nclient_id = 'c'\n{back}\n");
    let pairs = [("RELATA_OIDC_CLIENT_SECRET", "secret"), ("RELATA_OIDC_SCOPES", "email, groups")];
    let oidc = read(&Flags::default(), &pairs, &text).unwrap().oidc.unwrap();
    assert_eq!(
        (oidc.scopes.as_slice(), oidc.create_users),
        (["email".to_owned(), "groups".to_owned()].as_slice(), false)
    );
    assert!(oidc.client_secret.is_some() && !format!("{oidc:?}").contains("secret\""));
    let local = text.replace("https://b.example", "http://127.0.0.1:8081");
    assert!(read(&Flags::default(), &[], &local).unwrap().oidc.unwrap().client_secret.is_none());
    for (from, to, what) in [
        (
            "https://b.example",
            "http://b.example",
            "FILE: oidc.issuer: \"http://b.example\" is not an address with https",
        ),
        ("https://a.example", "http://a.example", "FILE: oidc.redirect_url: "),
        ("/callback", "/back", "FILE: oidc.redirect_url: "),
        ("client_id = 'c'", "", "default: oidc.client_id is missing"),
        (back, "", "default: oidc.redirect_url is \"\" and has to end in "),
    ] {
        let error = read(&Flags::default(), &[], &text.replace(from, to)).unwrap_err();
        assert!(error.starts_with(what), "{error}");
    }
}

#[test]
fn a_base_path_is_the_beginning_of_paths() {
    for (given, taken) in [("", ""), ("/", ""), ("/cmdb", "/cmdb"), ("/it/cmdb/", "/it/cmdb")] {
        assert_eq!(read(&Flags::default(), &[("RELATA_BASE_PATH", given)], "").unwrap().base_path, taken);
    }
    for given in ["cmdb", "/a//b", "/a b", "/..", "/\"x"] {
        assert!(read(&Flags::default(), &[("RELATA_BASE_PATH", given)], "").is_err(), "{given}");
    }
}
