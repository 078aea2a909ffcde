//! A provider of the tests to sign in at: it has no page to sign in on, says of itself what it likes, and makes tokens that may
//! be wrong.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{digest, hmac, rsa};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) const CLIENT: &str = "relata";
pub(crate) const SECRET: &str = "a secret: of/the+provider";

/// A key of the tests; nothing else trusts it.
const RSA: &[u8] = include_bytes!("rsa.pk8");

/// How a token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Algorithm {
    Ecdsa,
    Rsa,
    /// By the text that is published as the key.
    Hmac,
    None,
}

/// What the provider says, and does wrong.
pub(crate) struct State {
    pub(crate) algorithm: Algorithm,
    key: Vec<u8>,
    /// Counts the keys.
    kid: usize,
    /// The key is not among those that are published.
    pub(crate) hidden: bool,
    /// The token endpoint answers this status.
    pub(crate) broken: Option<u16>,
    /// By code: the hash of the verifier and the claims.
    codes: HashMap<String, (String, Value)>,
    count: usize,
}

/// The provider.
pub(crate) struct Mock {
    pub(crate) issuer: String,
    pub(crate) state: Arc<Mutex<State>>,
}

/// The parameters with which a browser comes to the provider.
pub(crate) type Asked = HashMap<String, String>;

impl Mock {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            algorithm: Algorithm::Ecdsa,
            key: new_key(),
            kid: 1,
            hidden: false,
            broken: None,
            codes: HashMap::new(),
            count: 0,
        };
        let state = Arc::new(Mutex::new(state));
        let (shared, own) = (Arc::clone(&state), issuer.clone());
        // It ends with the process of the tests.
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &own, &shared);
            }
        });
        Self { issuer, state }
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    /// Somebody signs in here: the code that the browser takes back. `claims` are over those that are right; null removes one.
    #[expect(clippy::disallowed_methods, reason = "the server under test has its time from the machine, too")]
    pub(crate) fn sign_in(&self, asked: &Asked, claims: &Value) -> String {
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{asked:?}");
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
        let mut all = json!({
            "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"], "sub": "1",
            "preferred_username": "ann", "name": "Ann Example",
        });
        for (name, value) in claims.as_object().unwrap() {
            if value.is_null() {
                all.as_object_mut().unwrap().remove(name);
                continue;
            }
            // Times are given from now on.
            all[name] = if name == "exp" { json!(now + value.as_i64().unwrap()) } else { value.clone() };
        }
        let mut state = self.state.lock().unwrap();
        state.count += 1;
        let code = format!("code-{}", state.count);
        state.codes.insert(code.clone(), (asked["code_challenge"].clone(), all));
        code
    }
}

fn new_key() -> Vec<u8> {
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    key.as_ref().to_vec()
}

impl State {
    /// Signs with another key from now on.
    pub(crate) fn rotate(&mut self) {
        (self.key, self.kid) = (new_key(), self.kid + 1);
    }

    fn ecdsa(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &self.key, &SystemRandom::new()).unwrap()
    }

    fn keys(&self) -> Value {
        let public = self.ecdsa().public_key().as_ref().to_vec();
        let rsa: rsa::PublicKeyComponents<Vec<u8>> = RsaKeyPair::from_pkcs8(RSA).unwrap().public().into();
        let kid = if self.hidden { "other".to_owned() } else { self.kid.to_string() };
        let ecdsa = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid, "x": encoded(&public[1..33]),
            "y": encoded(&public[33..]),
        });
        let rsa = json!({"kty": "RSA", "use": "sig", "kid": "rsa", "n": encoded(&rsa.n), "e": encoded(&rsa.e)});
        json!({"keys": [ecdsa, rsa]})
    }

    fn token(&self, claims: &Value) -> String {
        let (name, kid) = match self.algorithm {
            Algorithm::Ecdsa => ("ES256", self.kid.to_string()),
            Algorithm::Rsa => ("RS256", "rsa".to_owned()),
            Algorithm::Hmac => ("HS256", self.kid.to_string()),
            Algorithm::None => ("none", String::new()),
        };
        let head = json!({"alg": name, "kid": kid, "typ": "JWT"});
        let text = format!("{}.{}", encoded(head.to_string().as_bytes()), encoded(claims.to_string().as_bytes()));
        let random = SystemRandom::new();
        let signature = match self.algorithm {
            Algorithm::Ecdsa => self.ecdsa().sign(&random, text.as_bytes()).unwrap().as_ref().to_vec(),
            Algorithm::Rsa => {
                let key = RsaKeyPair::from_pkcs8(RSA).unwrap();
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).unwrap();
                signature
            }
            Algorithm::Hmac => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
                hmac::sign(&key, text.as_bytes()).as_ref().to_vec()
            }
            Algorithm::None => Vec::new(),
        };
        format!("{text}.{}", encoded(&signature))
    }

    /// The answer of the token endpoint.
    fn exchange(&mut self, authorization: &str, form: &HashMap<String, String>) -> (u16, Value) {
        if let Some(status) = self.broken {
            return (status, json!("out of order"));
        }
        let escaped = |text: &str| form_encoded(text);
        let expected = format!("Basic {}", STANDARD.encode(format!("{}:{}", escaped(CLIENT), escaped(SECRET))));
        if authorization != expected || form["grant_type"] != "authorization_code" {
            return (401, json!({"error": "invalid_client"}));
        }
        // A code is good for once.
        let Some((challenge, claims)) = self.codes.remove(&form["code"]) else {
            return (400, json!({"error": "invalid_grant"}));
        };
        if encoded(digest::digest(&digest::SHA256, form["code_verifier"].as_bytes()).as_ref()) != challenge {
            return (400, json!({"error": "invalid_grant"}));
        }
        (200, json!({"access_token": "unused", "token_type": "Bearer", "id_token": self.token(&claims)}))
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// As in the body of a form.
fn form_encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => char::from(byte).to_string(),
        b' ' => "+".to_owned(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// The parts of a query or a form.
pub(crate) fn decoded(text: &str) -> HashMap<String, String> {
    let plain = |text: &str| {
        let text = text.replace('+', " ");
        let mut bytes = text.bytes();
        let mut out = Vec::new();
        while let Some(byte) = bytes.next() {
            let hex: Vec<u8> = if byte == b'%' { bytes.by_ref().take(2).collect() } else { Vec::new() };
            let decoded = std::str::from_utf8(&hex).ok().and_then(|hex| u8::from_str_radix(hex, 16).ok());
            out.push(decoded.unwrap_or(byte));
        }
        String::from_utf8(out).unwrap()
    };
    text.split('&').filter_map(|part| part.split_once('=')).map(|(name, value)| (plain(name), plain(value))).collect()
}

fn answer(mut stream: TcpStream, issuer: &str, state: &Mutex<State>) {
    let Some((line, authorization, body)) = read(&stream) else { return };
    let (status, body) = match line.split(' ').collect::<Vec<_>>()[..] {
        ["GET", "/.well-known/openid-configuration", _] => {
            let document = json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "response_types_supported": ["code"], "subject_types_supported": ["public"],
                // What it says here does not widen what is believed.
                "id_token_signing_alg_values_supported": ["ES256", "RS256", "HS256", "none"],
            });
            (200, document)
        }
        ["GET", "/keys", _] => (200, state.lock().unwrap().keys()),
        ["POST", "/token", _] => state.lock().unwrap().exchange(&authorization, &decoded(&body)),
        _ => (404, json!({})),
    };
    let body = body.to_string();
    let length = body.len();
    let _ = write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
}

/// First line, the header `authorization`, and body of a request.
fn read(stream: &TcpStream) -> Option<(String, String, String)> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|count| *count > 0)?;
    let (mut length, mut authorization, mut line) = (0, String::new(), String::new());
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        match name.to_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "authorization" => value.clone_into(&mut authorization),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((first.trim().to_owned(), authorization, String::from_utf8(body).unwrap()))
}
