//! "Send a test to me": the wording as it stands, to the user's own email or phone.

use super::{
    PreviewRequest, TestAnswer, TestReceiver, TestRequest,
    calls::{find_test_receiver, send_test_message},
};
use crate::{
    channel::Channel,
    error::Error,
    form::problem_with,
    ui::{Button, Field, Notice, Scope, Tone},
};
use leptos::{ev::SubmitEvent, html, prelude::*};

/// A button, and for SMS the user's own phone; says what became of it.
#[component]
pub(crate) fn SendTest(
    /// Email or SMS.
    channel: Channel,
    /// What is sent now; none while it is not known.
    #[prop(into)]
    message: Signal<Option<PreviewRequest>>,
) -> impl IntoView {
    let receiver = RwSignal::new(None::<TestReceiver>);
    // Not a resource: the page around it must not wait for this.
    let scope = Scope::here();
    Effect::new(move |_| {
        scope.spawn(async move {
            if let Ok(found) = find_test_receiver().await {
                receiver.set(Some(found));
            }
        });
    });
    move || receiver.get().map(|receiver| view! { <TestForm channel=channel message=message receiver=receiver/> })
}

#[component]
fn TestForm(channel: Channel, message: Signal<Option<PreviewRequest>>, receiver: TestReceiver) -> impl IntoView {
    let scope = Scope::here();
    let phone = NodeRef::<html::Input>::new();
    let is_pending = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<TestAnswer, Error>>);
    let refused = Signal::derive(move || answer.with(|answer| answer.as_ref()?.as_ref().err().cloned()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(message) = message.get_untracked().filter(|_| !is_pending.get_untracked()) else { return };
        let phone = phone.get_untracked().map(|input| input.value()).unwrap_or_default();
        is_pending.set(true);
        answer.set(None);
        scope.spawn(async move {
            let told = send_test_message(TestRequest { message, phone }).await;
            answer.set(Some(told));
            is_pending.set(false);
        });
    };
    let told = move || match answer.get()? {
        Ok(answer) => Some((Tone::Good, answer.to_string())),
        Err(error) if error.message_for("phone").is_some() => None,
        Err(error) => Some((Tone::Bad, error.to_string())),
    };
    view! {
        <form class="send-test" novalidate=true on:submit=submit>
            {match channel {
                Channel::Email => view! {
                    <p class="field-hint">{format!("A test goes to {}. Its links are examples.", receiver.email)}</p>
                }
                .into_any(),
                Channel::Sms => view! {
                    <Field
                        name="test-phone"
                        label="Your phone"
                        kind="tel"
                        autocomplete="tel"
                        hint="A test goes there. Its link is an example."
                        value=receiver.phone
                        error=problem_with(refused, "phone")
                        node_ref=phone
                    />
                }
                .into_any(),
            }}
            <div>
                <Button kind="submit" small=true busy=is_pending>
                    {match channel {
                        Channel::Email => "Send a test to me",
                        Channel::Sms => "Send a test SMS to me",
                    }}
                </Button>
            </div>
            {move || told().map(|(tone, text)| view! { <Notice tone=tone>{text}</Notice> })}
        </form>
    }
}
