//! An provider of single sign-on: what it says of itself is read once in a while, a code is exchanged for a signed token, and the
//! token is checked.

use std::sync::Arc;
use std::time::{Duration, Instant};

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
    CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, IdTokenClaims, IdTokenFields,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use relata_app::identity::attempt::Marks;
use relata_app::identity::external::{Person, Place, Provider, unreachable};
use relata_model::store::BoxFut;
use relata_model::{Code, Error, Map, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio_rustls::rustls::ClientConfig;

use super::fetch::{Failure, fetch};
use crate::config::{Invalid, OidcSettings};
use crate::tls;

/// What a token may be signed by: keys that only the provider has.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// How long is believed what the provider says of itself.
const FRESH: Duration = Duration::from_hours(1);

/// Claims besides the standard ones.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Others(Map);

impl AdditionalClaims for Others {}

type Claims = IdTokenClaims<Others, CoreGenderClaim>;
type Fields = IdTokenFields<
    Others,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Tokens = StandardTokenResponse<Fields, CoreTokenType>;
/// Knows where to send browsers and what else the provider says of itself.
type Client = openidconnect::Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A provider.
pub(crate) struct Oidc {
    settings: OidcSettings,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    tls: Arc<ClientConfig>,
    key: Vec<u8>,
    known: Mutex<Option<(Instant, Arc<Client>)>>,
}

impl Oidc {
    /// `random` is for what cannot be guessed, where there is no secret.
    pub(crate) fn new(settings: &OidcSettings, random: [u8; 32]) -> std::result::Result<Self, Invalid> {
        let wrong = |key: &str, what: String| Invalid(format!("oidc.{key}: {what}"));
        let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|error| wrong("issuer", error.to_string()))?;
        let redirect = RedirectUrl::new(settings.redirect_url.clone());
        Ok(Self {
            redirect: redirect.map_err(|error| wrong("redirect_url", error.to_string()))?,
            tls: tls::with_file(settings.ca_file.as_deref()).map_err(|what| wrong("ca_file", what))?,
            // All servers with the same settings have the same key, so that a browser may come back to any of them.
            key: match &settings.client_secret {
                Some(secret) => secret.reveal().as_bytes().to_vec(),
                None => random.to_vec(),
            },
            issuer,
            settings: settings.clone(),
            known: Mutex::default(),
        })
    }
}

impl Provider for Oidc {
    fn key(&self) -> &[u8] {
        &self.key
    }

    fn title(&self) -> &str {
        &self.settings.title
    }

    fn address(&self, marks: Marks) -> BoxFut<'_, Result<String>> {
        self.in_time(async move {
            let client = self.client(None).await?;
            let flow = CoreAuthenticationFlow::AuthorizationCode;
            let verifier = PkceCodeVerifier::new(marks.verifier);
            let request = client
                .authorize_url(flow, move || CsrfToken::new(marks.state), move || Nonce::new(marks.nonce))
                .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
                .add_scopes(self.settings.scopes.iter().cloned().map(Scope::new));
            Ok(request.url().0.to_string())
        })
    }

    fn person(&self, code: String, issuer: Option<String>, marks: Marks) -> BoxFut<'_, Result<Person>> {
        self.in_time(async move {
            // A provider that names itself has to be the one that was asked.
            if issuer.is_some_and(|it| it != *self.issuer) {
                return Err(refused("the browser comes from another provider"));
            }
            let client = self.client(None).await?;
            let tokens = self.exchange(&client, code, marks.verifier).await?;
            let token = tokens.id_token().ok_or_else(|| refused("the provider's answer lacks an ID token"))?;
            let nonce = Nonce::new(marks.nonce);
            let claims = match verify(&client, token, &nonce) {
                // The provider may have new keys since they were read.
                Err(error) if is_of_unknown_key(&error) => {
                    let renewed = self.client(Some(&client)).await?;
                    verify(&renewed, token, &nonce)
                }
                verified => verified,
            };
            let claims = claims.map_err(|error| refused(&format!("the ID token is not right: {}", told(&error))))?;
            self.judge(&claims)
        })
    }
}

fn refused(why: &str) -> Error {
    Error::new(Code::Unauthenticated).hint("the provider's answer does not let you in; begin again").detail(why)
}

fn away(what: String) -> Error {
    unreachable(Place::Oidc, what)
}

/// An error with what it came from.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

fn verify(
    client: &Client,
    token: &openidconnect::IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>,
    nonce: &Nonce,
) -> std::result::Result<Claims, ClaimsVerificationError> {
    let verifier = client.id_token_verifier().set_allowed_algs(ALGORITHMS);
    token.claims(&verifier, nonce).cloned()
}

/// Whether other keys might do.
fn is_of_unknown_key(error: &ClaimsVerificationError) -> bool {
    use SignatureVerificationError::{AmbiguousKeyId, CryptoError, NoMatchingKey};
    matches!(error, ClaimsVerificationError::SignatureVerification(NoMatchingKey | CryptoError(_) | AmbiguousKeyId(_)))
}

impl Oidc {
    fn in_time<'a, T: Send + 'a>(&'a self, work: impl Future<Output = Result<T>> + Send + 'a) -> BoxFut<'a, Result<T>> {
        let time = self.settings.time;
        Box::pin(async move {
            let outcome = tokio::time::timeout(time, work).await;
            outcome.unwrap_or_else(|_| Err(away(format!("no answer within {} seconds", time.as_secs()))))
        })
    }

    /// What the provider says of itself, read anew where it is not known, is old, or is this.
    async fn client(&self, outdated: Option<&Arc<Client>>) -> Result<Arc<Client>> {
        let mut known = self.known.lock().await;
        if let Some((at, client)) = &*known
            && at.elapsed() < FRESH
            && outdated.is_none_or(|it| !Arc::ptr_eq(it, client))
        {
            return Ok(Arc::clone(client));
        }
        let http = |request: HttpRequest| fetch(Arc::clone(&self.tls), request);
        let metadata = CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await;
        let metadata = metadata.map_err(|error| away(told(&error)))?;
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|them| them.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let secret = self.settings.client_secret.as_ref().map(|it| ClientSecret::new(it.reveal().to_owned()));
        let client = Client::from_provider_metadata(metadata, ClientId::new(self.settings.client_id.clone()), secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody });
        let client = Arc::new(client);
        *known = Some((Instant::now(), Arc::clone(&client)));
        Ok(client)
    }

    async fn exchange(&self, client: &Client, code: String, verifier: String) -> Result<Tokens> {
        let http = |request: HttpRequest| fetch(Arc::clone(&self.tls), request);
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|error| away(told(&error)))?;
        let request = request.set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let answer = request.request_async(&http).await;
        answer.map_err(|error: RequestTokenError<Failure, _>| {
            let is_no = matches!(error, RequestTokenError::ServerResponse(_));
            if is_no { refused(&told(&error)) } else { away(told(&error)) }
        })
    }

    /// Who that is, where the settings let them in.
    fn judge(&self, claims: &Claims) -> Result<Person> {
        let settings = &self.settings;
        let Ok(Value::Object(all)) = serde_json::to_value(claims) else {
            return Err(refused("the claims cannot be read"));
        };
        let text = |claim: &str| all.get(claim).and_then(Value::as_str).unwrap_or_default();
        let user = text(&settings.user_claim);
        if user.is_empty() {
            return Err(refused(&format!("the ID token lacks the claim {}", settings.user_claim)));
        }
        if !settings.allowed_domains.is_empty() {
            let is_verified = matches!(all.get("email_verified"), Some(Value::Bool(true)));
            let domain = text("email").rsplit_once('@').map(|(_, domain)| domain.to_lowercase()).unwrap_or_default();
            if !is_verified || !settings.allowed_domains.iter().any(|it| it.to_lowercase() == domain) {
                return Err(refused("the e-mail address is of no allowed domain, or is not verified"));
            }
        }
        let groups = texts(all.get(&settings.groups_claim));
        if !settings.allowed_groups.is_empty()
            && !settings.allowed_groups.iter().any(|it| groups.contains(&it.as_str()))
        {
            return Err(refused("none of the groups is allowed"));
        }
        Ok(Person {
            place: Place::Oidc,
            user: user.to_owned(),
            subject: claims.subject().as_str().to_owned(),
            name: text(&settings.name_claim).to_owned(),
            groups: super::decided(&settings.groups, |group| groups.contains(&group)),
            create: settings.create_users,
        })
    }
}

/// The texts of a claim: one, or a list.
fn texts(claim: Option<&Value>) -> Vec<&str> {
    match claim {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_)) | None => Vec::new(),
    }
}
