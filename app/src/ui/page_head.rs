//! The top of every page.

use leptos::prelude::*;
use leptos_meta::Title;

/// Address and name of the page above another one.
pub struct Parent(String, &'static str);

impl<T: Into<String>> From<(T, &'static str)> for Parent {
    fn from((href, name): (T, &'static str)) -> Self {
        Self(href.into(), name)
    }
}

/// The page's `h1` and title, what it belongs to, and its actions at the end of the line.
#[component]
pub fn PageHead(
    #[prop(into)] title: Signal<String>,
    /// Address and name of the page above this one.
    #[prop(optional, into)]
    parent: Option<Parent>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    // The head is written when the server has the whole page, and the part that held the title may be gone by then.
    let first = title.get_untracked();
    view! {
        <Title text=move || title.try_get().unwrap_or_else(|| first.clone())/>
        <div class="page-head">
            <div class="page-head-title">
                {parent.map(|Parent(href, name)| view! { <a class="page-head-parent" href=href>{name}</a> })}
                <h1>{move || title.get()}</h1>
            </div>
            {children.map(|children| view! { <div class="page-head-actions">{children()}</div> })}
        </div>
    }
}
