//! Everything that happened to one person of a campaign, in order.

use super::{Mark, TimelineEntry};
use crate::{
    id::ContactId,
    paths,
    ui::{RelativeTime, Status, Tone},
};
use leptos::prelude::*;

/// A person's timeline.
#[component]
pub fn Timeline(entries: Vec<TimelineEntry>, contact: ContactId, now: i64) -> impl IntoView {
    view! {
        <ol class="timeline">
            {entries
                .into_iter()
                .map(|entry| {
                    let what = match entry.channel {
                        Some(channel) => format!("{}: {}", channel.label(), entry.words),
                        None => entry.words,
                    };
                    view! {
                        <li class="timeline-entry">
                            <Status tone=tone(entry.mark) label=what/>
                            <span class="timeline-at"><RelativeTime at=entry.at now/></span>
                            {entry.detail.map(|detail| view! {
                                <details class="timeline-detail">
                                    <summary>"What the provider said"</summary>
                                    <p>{detail}</p>
                                </details>
                            })}
                        </li>
                    }
                })
                .collect_view()}
        </ol>
        <a href=paths::contact(&contact)>"Open the contact"</a>
    }
}

const fn tone(mark: Mark) -> Tone {
    match mark {
        Mark::Neutral => Tone::Neutral,
        Mark::Good => Tone::Good,
        Mark::Warn => Tone::Warn,
        Mark::Bad => Tone::Bad,
    }
}
