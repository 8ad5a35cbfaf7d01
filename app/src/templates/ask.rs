//! Questions to the server that follow what is being typed.

use crate::error::Error;
use leptos::{prelude::*, task::spawn_local};
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
    let count = StoredValue::new(0_u32);
    Effect::new(move |_| {
        count.update_value(|count| *count += 1);
        let this = count.get_value();
        let is_current = move || count.try_get_value() == Some(this);
        let Some(question) = question() else { return };
        set_timeout(
            move || {
                if is_current() {
                    spawn_local(async move {
                        let answer = ask(question).await;
                        if is_current() {
                            answered(answer);
                        }
                    });
                }
            },
            PAUSE,
        );
    });
}
