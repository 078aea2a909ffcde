//! An LDAP server that is thrown away: on free ports of the loopback, in a temporary folder, with a certificate of its own.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::server::until;

/// Passwords of the entries.
pub(crate) const READER: &str = "reader's password";
pub(crate) const PASSWORD: &str = "correct horse battery";

const CONFIGURATION: &str = "
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
allow bind_anon_cred
TLSCertificateFile server.pem
TLSCertificateKeyFile server.key
database mdb
suffix dc=example,dc=org
directory db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact=cn=reader,dc=example,dc=org read by * none
overlay memberof
";

const ENTRIES: &str = "
dn: dc=example,dc=org
objectClass: domain
dc: example

dn: cn=reader,dc=example,dc=org
objectClass: person
cn: reader
sn: reader
userPassword: reader's password

dn: ou=people,dc=example,dc=org
objectClass: organizationalUnit
ou: people

dn: ou=more,dc=example,dc=org
objectClass: organizationalUnit
ou: more

dn: ou=elsewhere,ou=people,dc=example,dc=org
objectClass: referral
objectClass: extensibleObject
ou: elsewhere
ref: ldap://192.0.2.1/ou=people,dc=example,dc=org

dn: cn=admins,dc=example,dc=org
objectClass: groupOfNames
cn: admins
member: uid=ann,ou=people,dc=example,dc=org

dn: cn=readers,dc=example,dc=org
objectClass: groupOfNames
cn: readers
member: uid=bob,ou=people,dc=example,dc=org
";

/// Name, unit, and further lines of people; all have [`PASSWORD`].
const PEOPLE: &[(&str, &str, &str)] = &[
    ("ann", "people", "memberOf: CN=Admins,dc=example,dc=org"),
    ("bob", "people", "memberOf: cn=readers,dc=example,dc=org"),
    ("eve", "people", "employeeType: disabled"),
    ("admin", "people", ""),
    ("twin", "people", ""),
    ("twin", "more", ""),
];

/// A server. Dropping it ends it.
pub(crate) struct Slapd {
    folder: tempfile::TempDir,
    process: Option<Child>,
    plain: u16,
    secure: u16,
}

impl Slapd {
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("db")).unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap().signed_by(&key, &authority);
        fs::write(at("server.pem"), certificate.unwrap().pem()).unwrap();
        fs::write(at("server.key"), key.serialize_pem()).unwrap();
        fs::write(at("ca.pem"), authority.pem()).unwrap();
        fs::write(at("slapd.conf"), CONFIGURATION).unwrap();
        let person = |(name, unit, more): &(&str, &str, &str)| {
            let more = if more.is_empty() { String::new() } else { format!("{more}\n") };
            format!(
                "\ndn: uid={name},ou={unit},dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: {name}\nsn: {name}\n\
                 cn: {name} Example\nuserPassword: {PASSWORD}\n{more}"
            )
        };
        let people: String = PEOPLE.iter().map(person).collect();
        fs::write(at("entries.ldif"), format!("{}{people}", ENTRIES.trim_start())).unwrap();
        let mut add = program(folder.path(), &["-T", "add", "-q", "-l", "entries.ldif"]);
        let added = add.output().unwrap();
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mut made = Self { folder, process: None, plain: 0, secure: 0 };
        until("slapd starts", || made.try_start().then_some(()));
        made
    }

    /// False where somebody else has taken one of the ports meanwhile.
    fn try_start(&mut self) -> bool {
        let free = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let ports = [free(), free()].map(|it| it.local_addr().unwrap().port());
        [self.plain, self.secure] = ports;
        let places = format!("ldap://127.0.0.1:{}/ ldaps://127.0.0.1:{}/", self.plain, self.secure);
        let process = program(self.folder.path(), &["-d", "0", "-h", &places]).spawn().unwrap();
        let process = self.process.insert(process);
        until("slapd answers", || {
            if process.try_wait().unwrap().is_some() {
                return Some(false);
            }
            ports.iter().all(|port| TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).is_ok()).then_some(true)
        })
    }

    pub(crate) fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Certificates that its own is signed with.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// In the clear, or with TLS that begins later.
    pub(crate) fn plain_url(&self, host: &str) -> String {
        format!("ldap://{host}:{}", self.plain)
    }

    pub(crate) fn secure_url(&self, host: &str) -> String {
        format!("ldaps://{host}:{}", self.secure)
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The program in its folder. It ends with the tests, however they end.
fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "/usr/sbin/slapd"]).args(arguments).args(["-f", "slapd.conf"]);
    command.current_dir(folder).stdin(Stdio::null());
    command
}
