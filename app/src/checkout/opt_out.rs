//! The page where a person stops messages: opening it changes nothing, the button does.

use leptos::prelude::*;

use crate::channel::Channel;

/// What a person wants to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stopping {
    /// Email: what the link in an email and its one click (RFC 8058) are about.
    #[default]
    Email,
    /// Every message.
    All,
}

impl Stopping {
    /// The word in addresses and forms; another one means email alone.
    pub fn named(word: &str) -> Self {
        if word == Self::All.as_str() { Self::All } else { Self::Email }
    }

    /// The word in addresses and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::All => "all",
        }
    }

    /// The channels that it names.
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::Email => &[Channel::Email],
            Self::All => &Channel::ALL,
        }
    }
}

/// What the opt-out page knows. It never says whose address it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptOutView {
    /// Who sent the messages.
    pub business: String,
    /// Where the buttons post to.
    pub action: String,
    /// What the person came to stop.
    pub wanted: Stopping,
    /// Email can still reach the person.
    pub email: bool,
    /// Texts can still reach the person.
    pub texts: bool,
}

impl OptOutView {
    /// The page's title.
    pub const fn title(&self) -> &'static str {
        match (self.is_done(), self.wanted) {
            (true, _) => "Messages are stopped",
            (false, Stopping::Email) => "Stop email messages",
            (false, Stopping::All) => "Stop messages",
        }
    }

    /// Nothing is left of what the person came to stop.
    const fn is_done(&self) -> bool {
        !self.email && (!self.texts || matches!(self.wanted, Stopping::Email))
    }
}

/// Stops messages from one business.
#[component]
pub fn OptOut(view: OptOutView) -> impl IntoView {
    let from = view.business.clone();
    let heading = |text: &'static str| view! { <h1 class="checkout-heading">{text}</h1> };
    let body = match (view.is_done(), view.wanted, view.email, view.texts) {
        (true, _, _, true) => view! {
            {heading("You will get no more email")}
            <p>"You have been taken off the email messages from " <strong>{from}</strong> ". It takes effect now."</p>
            <p>"You still get texts."</p>
            {stop(&view.action, Stopping::All, "Stop texts, too")}
        }
        .into_any(),
        (true, Stopping::Email, ..) => view! {
            {heading("You will get no more email")}
            <p>
                "You have been taken off the email messages from " <strong>{from}</strong>
                ". It takes effect now. You get no texts either."
            </p>
        }
        .into_any(),
        (true, Stopping::All, ..) => view! {
            {heading("You will get no more messages")}
            <p>"You get no email and no texts from " <strong>{from}</strong> " any more. It takes effect now."</p>
        }
        .into_any(),
        (false, Stopping::Email, _, texts) => view! {
            {heading("Stop email messages?")}
            <p>"You will get no more email from " <strong>{from}</strong> " through this service."</p>
            {stop(&view.action, Stopping::Email, "Stop email messages")}
            {texts.then(|| view! {
                <p>"Texts are not stopped by it."</p>
                {stop(&view.action, Stopping::All, "Stop email and texts")}
            })}
        }
        .into_any(),
        (false, Stopping::All, true, true) => view! {
            {heading("Stop email and texts?")}
            <p>"You will get no more email and no more texts from " <strong>{from}</strong> " through this service."</p>
            {stop(&view.action, Stopping::All, "Stop email and texts")}
        }
        .into_any(),
        (false, Stopping::All, true, false) => view! {
            {heading("Stop email messages?")}
            <p>"You will get no more email from " <strong>{from}</strong> " through this service. You get no texts."</p>
            {stop(&view.action, Stopping::All, "Stop email messages")}
        }
        .into_any(),
        (false, Stopping::All, false, _) => view! {
            {heading("Stop texts?")}
            <p>
                "You will get no more texts from " <strong>{from}</strong>
                " through this service. You get no email any more."
            </p>
            {stop(&view.action, Stopping::All, "Stop texts")}
        }
        .into_any(),
    };
    view! { <div class="checkout">{body}</div> }
}

/// A button that stops something; its form works without scripts.
fn stop(action: &str, stopping: Stopping, label: &'static str) -> impl IntoView + use<> {
    view! {
        <form method="post" action=action.to_owned()>
            <input type="hidden" name="stop" value=stopping.as_str()/>
            <button type="submit">{label}</button>
        </form>
    }
}
