//! What a form makes of the answer to it: which field was refused, what else went wrong, and whether it is done.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    error::Error,
    ui::{Failure, NextPage, Told, Tone},
};

/// The answer to a form that no script sent: the page that is loaded next says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainAnswer {
    /// The address of the server function.
    pub function: String,
    /// What it answered, as JSON.
    pub answer: String,
}

/// The plain answer that this page says, until the next one is gone to.
#[derive(Clone, Copy)]
struct Answered(StoredValue<Option<PlainAnswer>>);

/// Hands the plain answer of the request to the pages, in the browser as well: both draw the same page. The frame around all
/// pages calls it.
pub(crate) fn provide_plain_answer() {
    let answered = Answered(StoredValue::new(SharedValue::new(use_context::<PlainAnswer>).into_inner()));
    provide_context(answered);
    let path = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = path.get();
        if before.is_some_and(|before| before != now) {
            answered.0.set_value(None);
        }
        now
    });
}

/// What a plain form got from this function before the page was loaded.
pub(crate) fn plain_answer<S>() -> Option<S::Output>
where
    S: ServerFn,
    S::Output: DeserializeOwned,
{
    use_context::<Answered>()?.0.with_value(|answer| {
        let answer = answer.as_ref().filter(|answer| answer.function == S::PATH)?;
        serde_json::from_str(&answer.answer).ok()
    })
}

/// A form's call of a server function. A yes that a plain form got is its first answer; Leptos does the same for a no.
#[track_caller]
pub(crate) fn action<S>() -> ServerAction<S>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: DeserializeOwned + Send + Sync + 'static,
{
    let action = ServerAction::new();
    if let Some(answer) = plain_answer::<S>() {
        action.value().set(Some(Ok(answer)));
    }
    action
}

/// Why the last answer was no; nothing while there is none, or it was yes.
pub(crate) fn refusal<S>(action: ServerAction<S>) -> Signal<Option<Error>>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Signal::derive(move || action.value().with(|answer| answer.as_ref()?.as_ref().err().cloned()))
}

/// How often the answer was yes. A form that follows it is drawn anew after a save, and keeps what was typed after a refusal.
pub(crate) fn times_done<S>(action: ServerAction<S>) -> Memo<u32>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Memo::new(move |before: Option<&u32>| {
        let is_done = action.value().with(|answer| matches!(answer, Some(Ok(_))));
        before.copied().unwrap_or_default() + u32::from(is_done)
    })
}

/// The sentence for one field.
pub(crate) fn problem_with(
    error: impl Into<Signal<Option<Error>>>,
    field: impl Into<String>,
) -> Signal<Option<String>> {
    let (error, field) = (error.into(), field.into());
    Signal::derive(move || error.with(|error| error.as_ref()?.message_for(&field)))
}

/// Every sentence with the id of its field, for the summary.
pub(crate) fn problems(error: impl Into<Signal<Option<Error>>>) -> Signal<Vec<(String, String)>> {
    let error = error.into();
    Signal::derive(move || match error.get() {
        None => Vec::new(),
        Some(Error::Invalid(fields)) => fields.into_iter().map(|problem| (problem.field, problem.message)).collect(),
        Some(error) => vec![(String::new(), error.to_string())],
    })
}

/// Says a sentence on the page that a form leads to when it is saved.
pub(crate) fn tell_next_page<S>(action: ServerAction<S>, sentence: &'static str)
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    let Some(next) = use_context::<NextPage>() else { return };
    Effect::new(move |_| {
        let is_refused = action.value().with(|value| matches!(value, Some(Err(_))));
        // The page is left by the answer itself: what is to be said has to be known before.
        if action.pending().get() {
            next.say(Some(sentence));
        } else if is_refused {
            next.say(None);
        }
    });
}

/// Says that an action went well.
#[component]
pub(crate) fn Done<S>(action: ServerAction<S>, #[prop(into)] text: String) -> impl IntoView
where
    S: ServerFn<Output = (), Error = Error> + Clone + Send + Sync + 'static,
{
    let is_done = move || action.value().with(|answer| matches!(answer, Some(Ok(())))) && !action.pending().get();
    view! { <Told said=Signal::derive(move || is_done().then(|| (Tone::Good, text.clone())))/> }
}

/// Says why an action did not go well.
#[component]
pub(crate) fn Failed<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Output = (), Error = Error> + Clone + Send + Sync + 'static,
{
    move || match action.value().get() {
        Some(Err(error)) => Some(view! { <Failure error/> }),
        _ => None,
    }
}
