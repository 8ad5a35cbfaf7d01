//! All that is wrong with a form, above it.

use leptos::{html::Div, prelude::*};

use super::scope::Scope;

/// Lists (field id, sentence) pairs, each a link to its field; an empty id makes it plain text. It takes the focus
/// when errors appear in a page that is alive, so that nobody misses them.
#[component]
pub fn ErrorSummary(#[prop(into)] errors: Signal<Vec<(String, String)>>) -> impl IntoView {
    let summary = NodeRef::<Div>::new();
    let scope = Scope::here();
    Effect::new(move |before: Option<bool>| {
        let wrong = !errors.get().is_empty();
        if wrong && before.is_some() {
            scope.next_frame(move || {
                if let Some(summary) = summary.get_untracked() {
                    let _ = summary.focus();
                }
            });
        }
        wrong
    });
    view! {
        <Show when=move || !errors.get().is_empty()>
            <div class="notice" data-tone="bad" role="alert" tabindex="-1" node_ref=summary>
                <p class="notice-title">"Please check the following"</p>
                <ul class="notice-list">
                    {move || {
                        errors
                            .get()
                            .into_iter()
                            .map(|(field, text)| {
                                if field.is_empty() {
                                    view! { <li>{text}</li> }.into_any()
                                } else {
                                    view! { <li><a href=format!("#{field}") rel="external">{text}</a></li> }.into_any()
                                }
                            })
                            .collect_view()
                    }}
                </ul>
            </div>
        </Show>
    }
}
