//! What became of a sending, as a quiet row of figures.

use super::Totals;
use leptos::prelude::*;

/// The figures, from everyone who was chosen to what was paid.
#[component]
pub fn TotalsRow(totals: Totals) -> impl IntoView {
    let amounts: Vec<String> = totals.amounts.iter().map(ToString::to_string).collect();
    let amount = if amounts.is_empty() { "–".to_owned() } else { amounts.join(" + ") };
    let figures = [
        ("People", totals.people.to_string()),
        ("Sent", totals.sent.to_string()),
        ("Delivered", totals.delivered.to_string()),
        ("Opened", totals.opened.to_string()),
        ("Checkout started", totals.started.to_string()),
        ("Paid", totals.paid.to_string()),
        ("Amount paid", amount),
        ("Opted out", totals.opted_out.to_string()),
    ];
    view! {
        <dl class="totals">
            {figures
                .into_iter()
                .map(|(name, figure)| {
                    view! {
                        <div class="totals-figure">
                            <dt>{name}</dt>
                            <dd>{figure}</dd>
                        </div>
                    }
                })
                .collect_view()}
        </dl>
    }
}
