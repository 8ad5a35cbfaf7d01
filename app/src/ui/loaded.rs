//! What is read from the server: on its way, there, or not to be had.

use leptos::prelude::*;

use super::{PageHead, Skeleton, failure::Failure};
use crate::error::Error;

/// Shows what was read once it is there, and keeps it until newer is: `<Loaded from=things let:things>`.
#[component]
pub fn Loaded<T, V>(
    from: Resource<Result<T, Error>>,
    /// The title of a page whose head comes with what is read, and where it belongs: they stand above a failure.
    #[prop(optional)]
    page: Option<(&'static str, (&'static str, &'static str))>,
    children: impl Fn(T) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    match from.await {
                        Ok(found) => children(found).into_any(),
                        Err(error) => view! {
                            {page.map(|(title, parent)| view! { <PageHead title=title parent=parent/> })}
                            <Failure error/>
                        }
                        .into_any(),
                    }
                })
            }}
        </Transition>
    }
}
