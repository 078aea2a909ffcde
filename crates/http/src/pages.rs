//! Answers that are longer than one look: a row is asked again and again, and what it answers is written line by line as the
//! connection takes it. No more than one page is kept for a caller, and nothing of the store is held between pages.

use crate::lines;
use crate::{Shared, limits};
use axum::body::{Body, Bytes};
use futures_util::stream;
use relata_app::call::{Following, Request};
use relata_app::endpoint::{self, Endpoint};
use relata_model::{Map, Result};
use std::convert::Infallible;
use std::sync::Arc;

/// An answer under way.
struct Pages {
    shared: Arc<Shared>,
    row: &'static Endpoint,
    request: Request,
    members: Map,
    /// The caller was told that there is no more.
    ended: bool,
    _place: limits::Place,
}

/// Begins the answer. The first page is waited for, so that a refusal is one.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    row: &'static Endpoint,
    request: Request,
    members: Map,
) -> Result<Body> {
    let (shared, place) = (Arc::clone(shared), shared.limits.stream()?);
    let mut pages = Pages { shared, row, request, members, ended: false, _place: place };
    let first = pages.next().await?;
    let rest = stream::unfold((pages, Some(first)), |(mut pages, first)| async move {
        let piece = match first {
            Some(first) => first,
            None if pages.ended => return None,
            None => match pages.next().await {
                Ok(piece) => piece,
                Err(error) => {
                    pages.ended = true;
                    lines::ended(&error, pages.request.lang)
                }
            },
        };
        Some((Ok::<_, Infallible>(piece), (pages, None)))
    });
    Ok(Body::from_stream(rest))
}

impl Pages {
    async fn next(&mut self) -> Result<Bytes> {
        let request = Arc::new(self.request.clone());
        let look = endpoint::look(&self.shared.app, self.row, &request, self.members.clone()).await?;
        let more = look.followed.filter(|followed| !followed.nothing);
        self.ended = more.is_none();
        self.request.following = Following { after: more.map(|it| it.upto), one_by_one: true };
        lines::written(&look.answer)
    }
}
