//! Counts of openings: machine views are gathered for a moment and written together, so that opening a checkout writes nothing.

use crate::{
    db::views::{self, Viewed},
    service::Service,
};
use app::error::Result;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long counts wait for company.
const GATHER: Duration = Duration::from_millis(200);

/// Openings that are not written yet.
#[derive(Debug, Default)]
pub struct ViewCounts(Mutex<HashMap<Viewed, i64>>);

impl ViewCounts {
    /// Counts one; true when it is the first since the last writing.
    fn add(&self, viewed: Viewed) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let first = counts.is_empty();
        *counts.entry(viewed).or_default() += 1;
        first
    }

    fn take(&self) -> HashMap<Viewed, i64> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Service {
    pub(super) fn count_view(&self, viewed: Viewed) {
        if self.views.add(viewed) {
            let service = self.clone();
            tokio::spawn(async move {
                tokio::time::sleep(GATHER).await;
                if let Err(cause) = service.write_views().await {
                    tracing::warn!(%cause, "views were not counted");
                }
            });
        }
    }

    async fn write_views(&self) -> Result<()> {
        let counts = self.views.take();
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        for (viewed, times) in counts {
            views::record(&mut tx, &viewed, times, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn write_view(&self, viewed: &Viewed, times: i64) -> Result<()> {
        let mut tx = self.db.begin().await?;
        views::record(&mut tx, viewed, times, self.clock.now()).await?;
        tx.commit().await?;
        Ok(())
    }
}
