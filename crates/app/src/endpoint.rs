//! One row declares one endpoint. Routing in every URL style, the permission check, the kind of transaction with its
//! retries, the metric label and the documentation read the row; [`run`] is the only way in.

use crate::app::App;
use crate::call::{Call, Document, Followed, Request};
use crate::decode::decode;
use crate::permission::{self, Access, Denial, Granted, Permission, Principal, Resource, Verdict};
use relata_model::store::{BoxFut, Work};
use relata_model::{Code, Error, Map, Result};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

/// Which API a row belongs to; decides where it is mounted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// The v3 API: native, ESB and gateway URLs.
    V3,
    /// Relata's own API.
    Relata,
}

/// HTTP methods of endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads by query.
    GET,
    /// Everything that has a body and is no update.
    POST,
    /// Updates.
    PUT,
    /// Deletions.
    DELETE,
}

/// Whether a call changes data: decides the kind of transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Runs on a snapshot.
    Read,
    /// Runs in a write transaction and is started again after a lost race.
    Write,
    /// Like [`Self::Write`]; the caller may also send lines, of which so many at a time are a transaction, see
    /// [`crate::call::Lines`].
    Lines,
    /// Like [`Self::Write`]; the caller may also send lines, which are kept so many at a time, and the answer is that to the
    /// last ones.
    Upload,
    /// Reads the change log from a place on; a caller may wait for more, see [`look`].
    Follow,
    /// Like [`Self::Read`], again and again as long as [`Followed`] says that there is more: the answer has one member, a
    /// list, and the caller is sent the elements of all of them.
    Pages,
}

impl Effect {
    /// Whether a call changes data.
    pub const fn writes(self) -> bool {
        match self {
            Self::Read | Self::Follow | Self::Pages => false,
            Self::Write | Self::Lines | Self::Upload => true,
        }
    }
}

/// The typed input of an endpoint.
pub trait Input: DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The code when the request does not have this shape.
    const MALFORMED: Code = Code::JsonDecode;
    /// Members with the value null count as absent. Not so where the input is a free map.
    const NULL_IS_ABSENT: bool = true;
    /// The member that holds the body where the API wants a list and no object. Elsewhere a list is 1199000.
    const LIST: Option<&'static str> = None;
    /// What the call touches.
    fn resources(&self) -> Vec<Resource>;
}

/// An answer, kept until it is written out after the commit.
pub trait Answer: Send {
    /// As JSON text.
    fn json(&self) -> Result<String>;
}

impl<R: Serialize + Send> Answer for R {
    fn json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|error| Error::internal(error.to_string()))
    }
}

/// A decoded request, ready to run any number of times.
pub trait Prepared: Send + Sync {
    /// What the call touches.
    fn resources(&self) -> Vec<Resource>;
    /// Runs the handler.
    fn run<'a>(&'a self, call: &'a mut Call<'_>, ok: Granted) -> BoxFut<'a, Result<Box<dyn Answer>>>;
}

/// The row.
pub struct Endpoint {
    /// Name, as in the API's documentation and in ESB URLs.
    pub name: &'static str,
    /// Which API.
    pub api: Api,
    /// HTTP method in the native style.
    pub method: Method,
    /// Paths below the API's root; the first is the documented one, the others are kept for older callers.
    pub paths: &'static [&'static str],
    /// What the caller needs.
    pub access: Access,
    /// Read or write.
    pub effect: Effect,
    /// The module that declares it.
    pub module: &'static str,
    /// Documentation.
    pub doc: &'static str,
    /// Decodes a request.
    pub prepare: fn(Map) -> Result<Box<dyn Prepared>>,
    /// What input and answer look like, each by its own generator.
    pub describe: fn(&mut SchemaGenerator, &mut SchemaGenerator) -> (Schema, Schema),
}

impl Endpoint {
    /// The permission that the caller needs, as rules of roles name it.
    pub fn permission(&self) -> &'static str {
        match self.access {
            Access::SignedIn => "none but to be signed in",
            Access::Needs(permission) => permission.id(),
        }
    }
}

/// The future of a handler.
pub type Handled<'a, R> = BoxFut<'a, Result<R>>;

/// A handler as the rows call it.
pub type Handler<Q, R> = for<'a, 't> fn(&'a mut Call<'t>, Granted, &'a Q) -> Handled<'a, R>;

struct Ready<Q, R> {
    input: Q,
    handler: Handler<Q, R>,
}

impl<Q: Input, R: Serialize + Send + 'static> Prepared for Ready<Q, R> {
    fn resources(&self) -> Vec<Resource> {
        self.input.resources()
    }

    fn run<'a>(&'a self, call: &'a mut Call<'_>, ok: Granted) -> BoxFut<'a, Result<Box<dyn Answer>>> {
        Box::pin(async move {
            let answer = (self.handler)(call, ok, &self.input).await?;
            Ok(Box::new(answer) as Box<dyn Answer>)
        })
    }
}

/// Where a body that is a list stands in the input, until [`Input::LIST`] says what it is. No member of an object is meant
/// to be called so.
pub const LIST_BODY: &str = "\0list";

/// What the names of members of a query begin with that may come several times and are texts whatever they look like: each
/// becomes a list of its texts.
pub const TERMS: &str = "f.";

/// The member of a query that is a text whatever it looks like: what somebody looks for.
pub const TEXT: &str = "q";

/// Decodes the input of a row. Called by the rows that [`endpoints!`](crate::endpoints!) makes.
pub fn prepare<Q: Input, R: Serialize + Send + 'static>(
    mut input: Map,
    handler: Handler<Q, R>,
) -> Result<Box<dyn Prepared>> {
    if let Some(list) = input.remove(LIST_BODY) {
        let member = Q::LIST
            .ok_or_else(|| Error::new(Code::JsonDecode).hint("the body has to be one JSON object, such as {}"))?;
        input.insert(member.to_owned(), list);
    }
    if Q::NULL_IS_ABSENT {
        input.retain(|_, value| !value.is_null());
    }
    let input =
        decode(Value::Object(input)).map_err(|error| Error::new(Q::MALFORMED).arg("body").hint(error.to_string()))?;
    Ok(Box::new(Ready { input, handler }))
}

/// Names the media types other than JSON that an answer may have, in the schema of the input that asks for them.
pub const MEDIA_MARK: &str = "x-media";

/// Names the member of an input's schema that the body may be in place of the object, see [`Input::LIST`].
pub const LIST_MARK: &str = "x-list";

/// The schemas of input and answer of a handler. Called by the rows.
pub fn describe<Q: Input, R: JsonSchema>(
    input: &mut SchemaGenerator,
    answer: &mut SchemaGenerator,
    _: Handler<Q, R>,
) -> (Schema, Schema) {
    let mut sent = input.subschema_for::<Q>();
    if let Some(list) = Q::LIST {
        sent.insert(LIST_MARK.to_owned(), list.into());
    }
    (sent, answer.subschema_for::<R>())
}

/// Levels of lists and objects in a member of a request. What is stored of one gets some more around it in the change log,
/// and must be readable there, too.
const DEEPEST: u32 = 100;

fn is_deeper(value: &Value, most: u32) -> bool {
    let inside = |inner| is_deeper(inner, most - 1);
    match value {
        Value::Array(_) | Value::Object(_) if most == 0 => true,
        Value::Array(items) => items.iter().any(inside),
        Value::Object(members) => members.values().any(inside),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// How often a write is started again after a lost race before the caller is told.
const ATTEMPTS: u32 = 16;

/// Runs one call: decode, permission, transaction, change records, commit. The answer is JSON text of the `data` member,
/// and leaves after the commit.
pub async fn run(app: &Arc<App>, endpoint: &'static Endpoint, request: &Arc<Request>, input: Map) -> Result<String> {
    look(app, endpoint, request, input).await.map(|look| look.answer)
}

/// What a call has found.
#[derive(Debug)]
pub struct Look {
    /// JSON text of the `data` member.
    pub answer: String,
    /// Of a row that follows the log, or has more to say: how far it came.
    pub followed: Option<Followed>,
    /// What stands in for the answer, where the caller has asked for another form than JSON.
    pub document: Option<Document>,
}

/// [`run`] with all that was found. For rows with [`Effect::Follow`] how far the log was read, too. It does not wait. Who waits for
/// [`Followed::upto`] by [`App::news`] looks again afterwards, with [`Request::following`] moved on.
pub async fn look(app: &Arc<App>, endpoint: &'static Endpoint, request: &Arc<Request>, input: Map) -> Result<Look> {
    let prepared = if input.values().any(|value| is_deeper(value, DEEPEST)) {
        Err(Error::new(Code::JsonDecode).hint(format!("it is nested deeper than {DEEPEST} levels")))
    } else {
        (endpoint.prepare)(input)
    };
    let resources = prepared.as_ref().ok().map(|prepared| prepared.resources());
    let Verdict { granted, open } = match permission::authorize(endpoint, &request.principal, resources.as_deref()) {
        Ok(verdict) => verdict,
        Err(denial) => return Err(denied(app, request, denial).await),
    };
    let prepared: Arc<dyn Prepared> = Arc::from(prepared?);
    let write = endpoint.effect.writes();
    let answer = transact(app, request, write, move |call| {
        let prepared = Arc::clone(&prepared);
        call.open.clone_from(&open);
        Box::pin(async move {
            let answer = prepared.run(call, granted).await?;
            call.check_settled(granted).await?;
            Ok((answer, call.followed.take(), call.document.take()))
        })
    })
    .await;
    if write && endpoint.access == Access::Needs(Permission::Administrate) {
        // However it ended: users, tokens and applications may be others now.
        app.logins.forget();
    }
    let (answer, followed, document) = answer?;
    Ok(Look { answer: answer.json()?, followed, document })
}

/// The error of a caller who is turned away. It names what they lack, for which the definitions are read.
async fn denied(app: &Arc<App>, request: &Arc<Request>, denial: Denial) -> Error {
    let schema = match &denial {
        Denial::Plain(_) => Ok(app.cached_schema()),
        Denial::Lacks(..) => system_read(app, |call| Box::pin(call.schema())).await,
    };
    schema.map_or_else(|error| error, |schema| denial.error(request.lang, &schema))
}

/// Runs `body` in a transaction with its change records, again after a lost race, and returns what it made.
async fn transact<R: Send + 'static>(
    app: &Arc<App>,
    request: &Arc<Request>,
    write: bool,
    body: impl for<'a, 't> Fn(&'a mut Call<'t>) -> BoxFut<'a, Result<R>> + Send + Sync + 'static,
) -> Result<R> {
    let made = Arc::new(Mutex::new(None));
    let work: Arc<Work> = {
        let (app, request, made, body) = (Arc::clone(app), Arc::clone(request), Arc::clone(&made), Arc::new(body));
        Arc::new(move |tx| {
            let (app, request, made, body) =
                (Arc::clone(&app), Arc::clone(&request), Arc::clone(&made), Arc::clone(&body));
            Box::pin(async move {
                let mut call = Call::new(tx, &app, &request);
                let answer = body(&mut call).await?;
                let undone = call.is_undone();
                if !undone {
                    call.flush().await?;
                }
                let schema = call.take_schema().filter(|_| !undone);
                *made.lock().unwrap_or_else(PoisonError::into_inner) = Some((answer, schema));
                if undone { Err(undo()) } else { Ok(()) }
            })
        })
    };
    let mut attempt = 1;
    loop {
        let outcome =
            if write { app.store.write(Arc::clone(&work)).await } else { app.store.read(Arc::clone(&work)).await };
        match outcome {
            Err(error) if error.is_conflict() && attempt < ATTEMPTS => attempt += 1,
            outcome => {
                outcome.or_else(|error| if error == undo() { Ok(()) } else { Err(error) })?;
                let made = made.lock().unwrap_or_else(PoisonError::into_inner).take();
                let (answer, schema) = made.ok_or_else(|| Error::internal("a transaction ended without an answer"))?;
                if let Some(schema) = schema {
                    app.cache_schema(schema);
                }
                return Ok(answer);
            }
        }
    }
}

/// The failure by which a transaction is undone whose answer stands ([`Call::undo`]).
fn undo() -> Error {
    Error::new(Code::RequestFailed).detail("undone as it was asked for")
}

/// Runs work of the system itself as a write: the first start, and the credentials of the administrator.
pub(crate) async fn system<R: Send + 'static>(
    app: &Arc<App>,
    body: impl for<'a, 't> Fn(&'a mut Call<'t>, Granted) -> BoxFut<'a, Result<R>> + Send + Sync + 'static,
) -> Result<R> {
    system_as(app, "system", body).await
}

/// The same in the name of a user, who does something to their own account.
pub(crate) async fn system_as<R: Send + 'static>(
    app: &Arc<App>,
    user: &str,
    body: impl for<'a, 't> Fn(&'a mut Call<'t>, Granted) -> BoxFut<'a, Result<R>> + Send + Sync + 'static,
) -> Result<R> {
    let request = Arc::new(Request {
        principal: Principal { user: user.to_owned(), admin: true, ..Principal::default() },
        ..Request::default()
    });
    transact(app, &request, true, move |call| body(call, permission::system())).await
}

/// Runs work for a caller who has asked for it before and is not there any more. What they may do is asked as ever.
pub(crate) async fn later<R: Send + 'static>(
    app: &Arc<App>,
    request: &Arc<Request>,
    body: impl for<'a, 't> Fn(&'a mut Call<'t>, Granted) -> BoxFut<'a, Result<R>> + Send + Sync + 'static,
) -> Result<R> {
    transact(app, request, true, move |call| body(call, permission::system())).await
}

/// Runs work of the system itself as a read, such as checking credentials.
pub(crate) async fn system_read<R: Send + 'static>(
    app: &Arc<App>,
    body: impl for<'a, 't> Fn(&'a mut Call<'t>) -> BoxFut<'a, Result<R>> + Send + Sync + 'static,
) -> Result<R> {
    transact(app, &Arc::new(Request::default()), false, body).await
}

/// Declares the rows of a domain as `ENDPOINTS`.
#[macro_export]
macro_rules! endpoints {
    (@access SignedIn) => { $crate::permission::Access::SignedIn };
    (@access $permission:ident) => { $crate::permission::Access::Needs($crate::permission::Permission::$permission) };
    ($api:ident; $( $(#[doc = $doc:literal])* $name:ident = $method:ident $($path:literal)|+, $permission:ident, $effect:ident => $handler:path; )*) => {
        /// The endpoints of this domain.
        pub const ENDPOINTS: &[$crate::endpoint::Endpoint] = &[ $( $crate::endpoint::Endpoint {
            name: stringify!($name),
            api: $crate::endpoint::Api::$api,
            method: $crate::endpoint::Method::$method,
            paths: &[$($path),+],
            access: $crate::endpoints!(@access $permission),
            effect: $crate::endpoint::Effect::$effect,
            module: module_path!(),
            doc: concat!($($doc, "\n"),*),
            prepare: |input| $crate::endpoint::prepare(input, |call, ok, input| Box::pin($handler(call, ok, input))),
            describe: |input, answer| {
                $crate::endpoint::describe(input, answer, |call, ok, input| Box::pin($handler(call, ok, input)))
            },
        } ),* ];
    };
}
