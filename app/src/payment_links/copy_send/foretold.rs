//! One question to the server about what would happen, and what is known of the answer.

use std::{future::Future, mem, time::Duration};

use leptos::prelude::*;

use super::latest::{Latest, Turn};
use crate::{error::Error, ui::Scope};

/// How long choosing pauses before the server is asked.
const PAUSE: Duration = Duration::from_millis(200);

/// What is known of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<A> {
    /// It is on its way. What was said before stays on the screen until the answer is there.
    Asking(Option<Result<A, Error>>),
    /// The server has answered.
    Known(A),
    /// The server could not be asked, or could not answer.
    Failed(Error),
}

impl<A> Answer<A> {
    /// What the server said last.
    pub const fn known(&self) -> Option<&A> {
        match self {
            Self::Known(answer) | Self::Asking(Some(Ok(answer))) => Some(answer),
            _ => None,
        }
    }

    /// Why there is no answer, until there is one.
    pub const fn failure(&self) -> Option<&Error> {
        match self {
            Self::Failed(error) | Self::Asking(Some(Err(error))) => Some(error),
            _ => None,
        }
    }

    fn asked_again(self) -> Self {
        Self::Asking(match self {
            Self::Asking(before) => before,
            Self::Known(answer) => Some(Ok(answer)),
            Self::Failed(error) => Some(Err(error)),
        })
    }
}

/// A question that is asked whenever what it depends on has changed.
pub struct Foretold<A: 'static> {
    answer: RwSignal<Answer<A>>,
    latest: Latest,
}

impl<A> Clone for Foretold<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Foretold<A> {}

impl<A: Default + Send + Sync + 'static> Foretold<A> {
    /// Asks on a pause when the question has changed, or when it is asked for again. Without a question the default is known.
    pub fn new<Q, Asked>(
        again: RwSignal<u32>,
        question: impl Fn() -> Option<Q> + Send + Sync + 'static,
        ask: impl Fn(Q) -> Asked + Copy + 'static,
    ) -> Self
    where
        Q: Clone + PartialEq + Send + Sync + 'static,
        Asked: Future<Output = Result<A, Error>> + 'static,
    {
        let (foretold, scope) =
            (Self { answer: RwSignal::new(Answer::Asking(None)), latest: Latest::new() }, Scope::here());
        let question = Memo::new(move |_| question());
        Effect::new(move |_| {
            again.track();
            let turn = foretold.begin();
            match question.get() {
                None => foretold.take(turn, Ok(A::default())),
                Some(question) => scope.after(PAUSE, move || {
                    if turn.is_newest() {
                        scope.spawn(async move { foretold.take(turn, ask(question).await) });
                    }
                }),
            }
        });
        foretold
    }

    /// A question is asked now.
    pub fn begin(self) -> Turn {
        self.answer.update(|answer| *answer = mem::replace(answer, Answer::Asking(None)).asked_again());
        self.latest.ask()
    }

    /// Takes the answer, unless something was asked after it.
    pub fn take(self, turn: Turn, answer: Result<A, Error>) {
        if turn.is_newest() {
            self.answer.set(answer.map_or_else(Answer::Failed, Answer::Known));
        }
    }

    /// Looks at what is known; follows it.
    pub fn with<T>(self, look: impl FnOnce(&Answer<A>) -> T) -> T {
        self.answer.with(look)
    }

    /// Looks at what the server said last, or at the default; follows it.
    pub fn known<T>(self, look: impl FnOnce(&A) -> T) -> T {
        self.with(|answer| match answer.known() {
            Some(known) => look(known),
            None => look(&A::default()),
        })
    }

    /// Why there is no answer; follows it.
    pub fn failure(self) -> Option<Error> {
        self.with(|answer| answer.failure().cloned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foretold() -> Foretold<u32> {
        Foretold { answer: RwSignal::new(Answer::Asking(None)), latest: Latest::new() }
    }

    #[test]
    fn the_answer_to_an_older_question_never_overwrites_a_newer_one() {
        Owner::new().with(|| {
            let foretold = foretold();
            let (older, newer) = (foretold.begin(), foretold.begin());
            foretold.take(newer, Ok(2));
            foretold.take(older, Ok(1));
            foretold.with(|answer| assert_eq!(*answer, Answer::Known(2)));
            foretold.take(older, Err(Error::Unavailable));
            foretold.with(|answer| assert_eq!(*answer, Answer::Known(2)));
        });
    }

    #[test]
    fn what_was_said_stays_until_the_next_answer_and_a_failure_leaves_nothing_known() {
        Owner::new().with(|| {
            let foretold = foretold();
            let first = foretold.begin();
            assert_eq!((foretold.known(|known| *known), foretold.failure()), (0, None));
            foretold.take(first, Ok(1));
            let second = foretold.begin();
            assert_eq!((foretold.known(|known| *known), foretold.failure()), (1, None));
            foretold.take(second, Err(Error::Unavailable));
            assert_eq!((foretold.known(|known| *known), foretold.failure()), (0, Some(Error::Unavailable)));
            let third = foretold.begin();
            assert_eq!(foretold.failure(), Some(Error::Unavailable), "it is said until there is an answer");
            foretold.take(third, Ok(3));
            foretold.with(|answer| assert_eq!(*answer, Answer::Known(3)));
        });
    }
}
