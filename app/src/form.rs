//! What a form makes of the answer to it: which field was refused, what else went wrong, and whether it is done.

use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    error::Error,
    ui::{Failure, NextPage, Told, Tone},
};

/// Why the last answer was no; nothing while there is none, or it was yes.
pub(crate) fn refusal<S>(action: ServerAction<S>) -> Signal<Option<Error>>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Signal::derive(move || action.value().with(|answer| answer.as_ref()?.as_ref().err().cloned()))
}

/// How often the answer was yes. What is read again only then stays as it was typed when it was no.
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
