//! The application as tests call it: the real endpoints by name, over any store, with a clock that stands still until a
//! test moves it.

use jiff::{SignedDuration, Timestamp};
use relata_app::call::{Following, Request};
use relata_app::permission::Principal;
use relata_app::{App, Environment, Settings, endpoint, endpoints, models};
use relata_model::search::Index;
use relata_model::store::Store;
use relata_model::{Error, Lang, Map};
use serde_json::Value;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// The time at which every harness starts.
pub const START: &str = "2024-05-01T02:00:00Z";

/// Time that only a test moves, and bytes that only look random.
#[derive(Debug)]
pub struct Still {
    now: Mutex<Timestamp>,
    drawn: AtomicU64,
}

impl Still {
    /// A clock at [`START`].
    pub fn new() -> Self {
        Self { now: Mutex::new(START.parse().unwrap()), drawn: AtomicU64::new(0) }
    }

    /// Moves the clock on.
    pub fn advance(&self, seconds: i64) {
        *self.now.lock().unwrap() += SignedDuration::from_secs(seconds);
    }
}

impl Default for Still {
    fn default() -> Self {
        Self::new()
    }
}

impl Environment for Still {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    fn random(&self) -> [u8; 32] {
        let mut bytes = [7; 32];
        bytes[..8].copy_from_slice(&self.drawn.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        bytes
    }
}

/// An application with the built-in models, and an administrator named `admin` who calls it.
pub struct Harness {
    /// The application.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: Arc<Still>,
    /// Who calls; change it to call as somebody else.
    pub principal: Principal,
    /// The language of the caller; Chinese unless changed, as in the API.
    pub lang: Lang,
    /// What the caller knows of the change log, for rows that follow it.
    pub following: Following,
    calls: AtomicI64,
}

impl Harness {
    /// An application over a new reference store.
    pub async fn new() -> Self {
        Self::over(Arc::new(crate::Reference::new())).await
    }

    /// An application over a store, with default settings.
    pub async fn over(store: Arc<dyn Store>) -> Self {
        Self::with(store, Settings::default()).await
    }

    /// An application over a store, with these settings.
    pub async fn with(store: Arc<dyn Store>, settings: Settings) -> Self {
        let clock = Arc::new(Still::new());
        let app = App::new(store, settings, Arc::clone(&clock) as Arc<dyn Environment>);
        Self::of(app, clock).await
    }

    /// An application over a store, with an index for the search.
    pub async fn searching(store: Arc<dyn Store>, index: Arc<dyn Index>) -> Self {
        let clock = Arc::new(Still::new());
        let app = App::new(store, Settings::default(), Arc::clone(&clock) as Arc<dyn Environment>);
        Self::of(app.searching_by(index), clock).await
    }

    async fn of(app: App, clock: Arc<Still>) -> Self {
        let app = Arc::new(app);
        models::builtin::ensure(&app).await.expect("the first start");
        let principal =
            Principal { user: "admin".to_owned(), app: "test".to_owned(), admin: true, ..Principal::default() };
        Self { app, clock, principal, lang: Lang::Zh, following: Following::default(), calls: AtomicI64::new(1) }
    }

    /// Calls an endpoint by its name; path placeholders are members of `input` as the body's are. Returns the `data`
    /// member of the answer.
    pub async fn call(&self, name: &str, input: Value) -> Result<Value, Error> {
        let endpoint = endpoints::all().find(|it| it.name == name).unwrap_or_else(|| panic!("no endpoint {name}"));
        let Value::Object(input) = input else { panic!("the input of {name} is an object") };
        let answer = endpoint::run(&self.app, endpoint, &self.request(), input).await?;
        Ok(serde_json::from_str(&answer).expect("an answer is JSON"))
    }

    /// Calls an endpoint that has to succeed.
    pub async fn ok(&self, name: &str, input: Value) -> Value {
        let shown = input.to_string();
        self.call(name, input).await.unwrap_or_else(|error| panic!("{name} {shown}: {error}"))
    }

    /// Calls an endpoint that has to refuse; the number of the code.
    pub async fn refused(&self, name: &str, input: Value) -> i64 {
        let shown = input.to_string();
        match self.call(name, input).await {
            Err(error) => error.code.row().number,
            Ok(answer) => panic!("{name} {shown} succeeded: {answer}"),
        }
    }

    /// The documents that a search finds, whether it answers with an array or with `{count, info}`.
    pub async fn rows(&self, name: &str, input: Value) -> Vec<Map> {
        let answer = self.ok(name, input).await;
        let rows = answer.get("info").unwrap_or(&answer).as_array().expect("rows").clone();
        rows.into_iter().map(|row| row.as_object().expect("a row is an object").clone()).collect()
    }

    fn request(&self) -> Arc<Request> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let (principal, id) = (self.principal.clone(), format!("request-{number}"));
        Arc::new(Request { principal, id, lang: self.lang, following: self.following.clone(), ..Request::default() })
    }
}
