//! From one page of a list to the next.

use leptos::prelude::*;

/// Links to the pages before and after; a missing address leaves its link out.
#[component]
pub fn Pagination(
    #[prop(optional, into)] summary: Option<String>,
    #[prop(optional_no_strip, into)] previous: Option<String>,
    #[prop(optional_no_strip, into)] next: Option<String>,
) -> impl IntoView {
    (summary.is_some() || previous.is_some() || next.is_some()).then(|| {
        view! {
            <nav class="pagination" aria-label="Pages">
                {summary.map(|text| view! { <p class="pagination-summary">{text}</p> })}
                {previous.map(|href| view! { <a class="button small" rel="prev" href=href>"Previous"</a> })}
                {next.map(|href| view! { <a class="button small" rel="next" href=href>"Next"</a> })}
            </nav>
        }
    })
}
