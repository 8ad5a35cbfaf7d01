//! What became of a sending, as a quiet row of figures.

use super::Totals;
use leptos::prelude::*;

/// The figures, from everyone who was chosen to what was paid.
#[component]
pub fn TotalsRow(totals: Totals) -> impl IntoView {
    let amounts = totals.amounts.iter().enumerate().map(|(at, amount)| {
        let plus = (at > 0).then_some(" + ");
        view! { {plus}<span class="amount">{amount.to_string()}</span> }
    });
    let amounts = amounts.collect_view();
    let amount = if totals.amounts.is_empty() { "–".into_any() } else { amounts.into_any() };
    let text = |count: u32| count.to_string().into_any();
    let figures = [
        ("People", text(totals.people)),
        ("Sent", text(totals.sent)),
        ("Delivered", text(totals.delivered)),
        ("Opened", text(totals.opened)),
        ("Checkout started", text(totals.started)),
        ("Paid", text(totals.paid)),
        ("Amount paid", amount),
        ("Opted out", text(totals.opted_out)),
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
