//! What did not work, in words.

use leptos::prelude::*;

use super::{Notice, Tone};
use crate::error::Error;

/// The sentence of an error.
#[component]
pub fn Failure(error: Error) -> impl IntoView {
    view! { <Notice tone=Tone::Bad>{error.to_string()}</Notice> }
}
