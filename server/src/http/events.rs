//! Progress as it happens: server-sent events for users who are logged in.

use crate::{
    http::{Http, Policy, Routes, SignedIn},
    service::Service,
};
use app::{account::Access, backend::Campaigns, campaigns::Progress, error::Error, id::CampaignId};
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{
        IntoResponse, Response, Sse,
        sse::{Event, KeepAlive},
    },
    routing::get,
};
use futures::stream;
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// A browser connects again after this long, and its session is checked again.
const LIFE: Duration = Duration::from_mins(1);
/// The pace at which the page follows.
const PACE: Duration = Duration::from_millis(250);
/// Another server may do the sending: its progress is looked for this often.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// The routes of events.
pub(super) fn routes() -> Routes {
    Routes::new().get("/events/campaigns/{id}", Policy::SignedIn, get(campaign))
}

async fn campaign(State(http): State<Http>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let Http { service, stop, .. } = http;
    let first = match id.parse::<CampaignId>() {
        Ok(id) => service.campaign_progress(&access, id.clone()).await.map(|progress| (id, progress)),
        Err(error) => Err(error),
    };
    match first {
        Ok((id, progress)) => {
            let changes = service.db.bells().follow();
            let watch = Watch {
                service,
                stop,
                access,
                id,
                changes,
                until: Instant::now() + LIFE,
                last: None,
                next: Some(progress),
                looked_at: Instant::now(),
            };
            Sse::new(stream::unfold(watch, Watch::step)).keep_alive(KeepAlive::default()).into_response()
        }
        Err(error) => status(&error).into_response(),
    }
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// One browser that follows one campaign.
struct Watch {
    service: Service,
    stop: CancellationToken,
    access: Access,
    id: CampaignId,
    changes: watch::Receiver<u64>,
    until: Instant,
    last: Option<Progress>,
    next: Option<Progress>,
    looked_at: Instant,
}

impl Watch {
    /// The next event: whenever the counts differ, until all is done, the server stops, or the connection is old.
    async fn step(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if self.last.as_ref().is_some_and(Progress::is_done) {
            return None;
        }
        loop {
            if let Some(progress) = self.next.take()
                && self.last.as_ref() != Some(&progress)
            {
                let event = Event::default().event("progress").json_data(&progress).ok()?;
                self.last = Some(progress);
                return Some((Ok(event), self));
            }
            sleep(PACE.saturating_sub(self.looked_at.elapsed())).await;
            tokio::select! {
                () = self.stop.cancelled() => return None,
                _ = timeout(LOOK_EVERY, self.changes.changed()) => {}
            }
            // A user who was removed, or logged out elsewhere, sees nothing more.
            if Instant::now() > self.until || !self.service.is_live(&self.access).await.ok()? {
                return None;
            }
            self.looked_at = Instant::now();
            self.next = Some(self.service.campaign_progress(&self.access, self.id.clone()).await.ok()?);
        }
    }
}
