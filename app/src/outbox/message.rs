//! One kept message: the email as its receiver would see it, its text part and headers, or the SMS.

use super::{OutboxMessage, calls::find_outbox_message};
use crate::{
    channel::Channel,
    paths,
    ui::{Card, Loaded, MailFrame, PageHead, RelativeTime},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/outbox/{id}`
#[component]
pub fn OutboxMessagePage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.read().get("id").unwrap_or_default();
    let message = Resource::new_blocking(id, find_outbox_message);
    view! { <Loaded from=message page=("Message", (paths::OUTBOX, "Outbox")) let:message><Message message/></Loaded> }
}

#[component]
fn Message(message: OutboxMessage) -> impl IntoView {
    let OutboxMessage { channel, sender, receiver, subject, text, html, headers, created_at, now } = message;
    let title = match channel {
        Channel::Email => subject.clone(),
        Channel::Sms => format!("SMS to {receiver}"),
    };
    let facts = [("From", sender), ("To", receiver), ("Subject", subject)];
    view! {
        <PageHead title=title parent=(paths::OUTBOX, "Outbox")/>
        <dl class="facts">
            {facts
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                .collect_view()}
            <div><dt>"Captured"</dt><dd><RelativeTime at=created_at now/></dd></div>
        </dl>
        {match channel {
            Channel::Sms => view! { <div class="sms-bubble"><Linked text/></div> }.into_any(),
            Channel::Email => {
                view! {
                    <div class="stack">
                        <Card title="Email"><MailFrame title="Email as it is received" html links=true/></Card>
                        <Card title="Text part"><div class="plain"><Linked text/></div></Card>
                        <Card title="Headers"><pre class="plain">{headers}</pre></Card>
                    </div>
                }
                .into_any()
            }
        }}
    }
}

/// Plain text whose addresses can be followed.
#[component]
fn Linked(text: String) -> impl IntoView {
    pieces(&text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.into_any(),
            Piece::Address(address) => {
                let href = address.clone();
                view! { <a href=href target="_blank" rel="noreferrer">{address}</a> }.into_any()
            }
        })
        .collect_view()
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Address(String),
}

/// Splits a text into addresses that begin with http:// or https:// and what stands between them.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = ["https://", "http://"].into_iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(at);
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(from.len());
        let address = from[..end].trim_end_matches(['.', ',', ';', ')', '!', '?']);
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Address(address.to_owned()));
        rest = &from[address.len()..];
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_a_text_are_found_without_the_sign_that_ends_the_sentence() {
        let found = pieces("Pay: https://pay.example/l/abc. Thanks (http://a.example/x)!");
        assert_eq!(
            found,
            [
                Piece::Text("Pay: ".to_owned()),
                Piece::Address("https://pay.example/l/abc".to_owned()),
                Piece::Text(". Thanks (".to_owned()),
                Piece::Address("http://a.example/x".to_owned()),
                Piece::Text(")!".to_owned()),
            ]
        );
    }
}
