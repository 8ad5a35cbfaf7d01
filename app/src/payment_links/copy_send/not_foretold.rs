//! What could not be found out before sending.

use leptos::prelude::*;

use super::outlook::Outlook;
use crate::ui::{Button, Notice, Tone};

/// Says it in a sentence each, and asks again.
#[component]
pub fn NotForetold(outlook: Outlook) -> impl IntoView {
    let unknown = Memo::new(move |_| outlook.unknown());
    view! {
        <Show when=move || !unknown.with(Vec::is_empty)>
            <Notice tone=Tone::Warn title="Not everything could be checked">
                <div class="stack">
                    {move || unknown.get().into_iter().map(|text| view! { <p>{text}</p> }).collect_view()}
                    <p>"Everything is checked once more when you press Send."</p>
                    <div><Button small=true on:click=move |_| outlook.ask_again()>"Try again"</Button></div>
                </div>
            </Notice>
        </Show>
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{link, words_of},
            send::Sending,
        },
        *,
    };
    use crate::error::Error;

    #[test]
    fn a_failed_forecast_is_said_and_can_be_asked_again() {
        let drawn = |arrange: fn(Outlook)| {
            words_of(|| {
                let outlook = Sending::new(link()).outlook;
                arrange(outlook);
                view! { <NotForetold outlook/> }
            })
        };
        assert_eq!(drawn(|_| ()), "");
        let words = drawn(|outlook| outlook.care.take(outlook.care.begin(), Err(Error::Unavailable)));
        let said = "Not everything could be checked It is not known who has quiet hours or was asked enough this week.";
        assert!(words.starts_with(said) && words.ends_with("Try again"), "{words}");
        let words = drawn(|outlook| {
            outlook.warnings.take(outlook.warnings.begin(), Err(Error::Unavailable));
            outlook.approval.take(outlook.approval.begin(), Err(Error::Unavailable));
            outlook.care.take(outlook.care.begin(), Err(Error::Unavailable));
            // It is being asked again, and has now been answered.
            outlook.care.take(outlook.care.begin(), Ok(crate::care::CareForecast::default()));
        });
        assert!(words.contains("who already paid this link") && words.contains("has to approve it"), "{words}");
        assert!(!words.contains("quiet hours"), "{words}");
    }
}
