//! The tab "Standard link": the address that is the same for everybody.

use leptos::prelude::*;

use crate::{
    id::PaymentLinkId,
    payment_links::{QrCode, calls::standard_link_code},
    ui::{CopyField, Failure, Skeleton},
};

/// The address, and the same as a QR code.
#[component]
pub fn StandardLink(payment_link: PaymentLinkId, url: String) -> impl IntoView {
    let code = LocalResource::new(move || standard_link_code(payment_link.clone()));
    view! {
        <div class="stack">
            <CopyField
                id="standard-link"
                label="Standard link"
                value=url
                hint="The same for everybody. Customers fill in their details themselves."
            />
            {move || match code.get() {
                None => view! { <Skeleton/> }.into_any(),
                Some(Ok(code)) => view! { <Squares code=code/> }.into_any(),
                Some(Err(error)) => view! { <Failure error/> }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Squares(code: QrCode) -> impl IntoView {
    let size = code.size;
    view! {
        <svg class="qr-code" role="img" aria-label="QR code" viewBox=format!("0 0 {size} {size}")>
            <path d=code.path></path>
        </svg>
    }
}
