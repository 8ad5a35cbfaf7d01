//! Questions to the server that follow what is being typed.

use crate::{error::Error, ui::Scope};
use leptos::prelude::*;
use std::{future::Future, time::Duration};

/// How long typing pauses before the server is asked.
const PAUSE: Duration = Duration::from_millis(250);

/// Asks whenever the question changes and typing has paused. A later question makes the answers to earlier ones worthless;
/// with none there is nothing to ask.
pub(crate) fn ask_on_pause<Q, A, Asked>(
    question: impl Fn() -> Option<Q> + 'static,
    ask: impl Fn(Q) -> Asked + Copy + 'static,
    answered: impl Fn(Result<A, Error>) + Copy + 'static,
) where
    Q: 'static,
    A: 'static,
    Asked: Future<Output = Result<A, Error>> + 'static,
{
    Effect::new(move |_| {
        // That of this question alone: the next one ends it.
        let scope = Scope::here();
        if let Some(question) = question() {
            scope.after(PAUSE, move || scope.spawn(async move { answered(ask(question).await) }));
        }
    });
}
