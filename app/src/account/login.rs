//! The page on which a user logs in.

use leptos::prelude::*;

use super::calls::StartSession;
use crate::{
    form::refusal,
    layout::Gate,
    ui::{Button, Failure, Field, PageHead, Variant},
};

/// `/login`.
#[component]
pub fn LogInPage() -> impl IntoView {
    let log_in = ServerAction::<StartSession>::new();
    let problem = refusal(log_in);
    view! {
        <Gate>
            <PageHead title="Log in"/>
            <ActionForm action=log_in attr:class="form">
                {move || problem.get().map(|error| view! { <Failure error/> })}
                <Field
                    name="form[email]"
                    id="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    required=true
                    autofocus=true
                />
                <Field
                    name="form[password]"
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="current-password"
                    required=true
                />
                <Button kind="submit" variant=Variant::Primary busy=log_in.pending()>"Log in"</Button>
            </ActionForm>
        </Gate>
    }
}
