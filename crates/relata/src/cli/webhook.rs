//! `relata webhook listen`: a receiver of webhooks for trying them out. It prints what it gets and checks the signature.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use relata_app::Environment as _;
use relata_app::webhooks::signature::Received;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::serve::Machine;
use super::{Outcome, output};
use crate::config::Secret;

const EXAMPLES: &str = "\
Examples:
  relata webhook listen --port 9000
  relata webhook listen --port 9000 --secret-file secret.txt

Webhooks are made by POST /api/relata/v1/webhooks/create. A server sends to this machine only when the setting
webhooks.allow_networks names 127.0.0.0/8.";

/// Try webhooks out
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    Listen(Listen),
}

/// Receive webhooks on this machine, check them and print them
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
struct Listen {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    port: u16,
    /// File with the secret of the webhook; without one signatures are not checked
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
}

/// Longest body that is read, in bytes.
const LONGEST: usize = 64 * 1024 * 1024;

/// Runs the command.
pub(crate) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let Action::Listen(listen) = &args.action;
    let read = |file: &PathBuf| {
        fs::read_to_string(file)
            .map(|text| Secret::new(&text))
            .with_context(|| format!("{} cannot be read", file.display()))
    };
    let secret = listen.secret_file.as_ref().map(read).transpose()?;
    let runtime = Runtime::new().context("the threads of the receiver cannot be started")?;
    runtime.block_on(receive(listen.port, Arc::new(secret)))?;
    Ok(Outcome::Done)
}

async fn receive(port: u16, secret: Arc<Option<Secret>>) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener = TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))?;
    output::say(&format!("listening on http://{}", listener.local_addr()?))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let secret = Arc::clone(&secret);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(request, Arc::clone(&secret)));
            // Who sends half a request is of no interest.
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Prints a request. One that is not right is refused, so that the sender shows it, too.
async fn answer(request: Request<Incoming>, secret: Arc<Option<Secret>>) -> anyhow::Result<Response<Empty<Bytes>>> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LONGEST).collect().await.map_err(|error| anyhow::anyhow!(error))?.to_bytes();
    let verdict = match secret.as_ref() {
        Some(secret) => {
            received(&head.headers, &body).verify(secret.reveal(), Machine.now().as_second()).map(|()| "verified")
        }
        None => Ok("not checked"),
    };
    let text = match serde_json::from_slice::<Value>(&body) {
        Ok(json) => format!("{json:#}"),
        Err(_) => String::from_utf8_lossy(&body).into_owned(),
    };
    let id = header(&head.headers, "webhook-id");
    output::say(&format!("{} {id} ({})\n{text}", head.method, verdict.unwrap_or_else(|wrong| wrong)))?;
    let mut response = Response::new(Empty::new());
    *response.status_mut() = if verdict.is_ok() { StatusCode::NO_CONTENT } else { StatusCode::BAD_REQUEST };
    Ok(response)
}

fn received<'m>(headers: &'m HeaderMap, body: &'m [u8]) -> Received<'m> {
    let named = |name| header(headers, name);
    let (id, timestamp) = (named("webhook-id"), named("webhook-timestamp"));
    Received { id, timestamp, signature: named("webhook-signature"), body }
}

fn header<'m>(headers: &'m HeaderMap, name: &str) -> &'m str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
