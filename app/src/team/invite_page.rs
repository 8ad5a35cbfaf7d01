//! The page on which someone who was invited chooses a password.

use super::{
    OpenInvite,
    calls::{AcceptInvite, find_invite},
};
use crate::{
    account::MIN_PASSWORD,
    error::Error,
    form::{problem_with, problems, refusal},
    layout::Gate,
    ui::{Button, ErrorSummary, Failure, Field, PageHead, Skeleton, Variant},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// `/invite/{code}`.
#[component]
pub fn InvitePage() -> impl IntoView {
    let params = use_params_map();
    let code = Memo::new(move |_| params.read().get("code").unwrap_or_default());
    let found = Resource::new_blocking(move || code.get(), find_invite);
    view! {
        <Gate>
            <Transition fallback=|| view! { <Skeleton lines=4/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(invite) => view! { <JoinForm invite=invite code=code.get_untracked()/> }.into_any(),
                        Err(Error::NotFound) => view! { <Over/> }.into_any(),
                        Err(error) => view! {
                            <PageHead title="Invitation"/>
                            <Failure error/>
                        }
                        .into_any(),
                    }
                })}
            </Transition>
        </Gate>
    }
}

/// The form, until the invitation turns out to be over.
#[component]
fn JoinForm(invite: OpenInvite, code: String) -> impl IntoView {
    let accept = ServerAction::<AcceptInvite>::new();
    let error = refusal(accept);
    let is_open = Memo::new(move |_| error.with(|error| *error != Some(Error::NotFound)));
    move || {
        if is_open.get() {
            view! { <Fields invite=invite.clone() code=code.clone() accept=accept error=error/> }.into_any()
        } else {
            view! { <Over/> }.into_any()
        }
    }
}

#[component]
fn Fields(
    invite: OpenInvite,
    code: String,
    accept: ServerAction<AcceptInvite>,
    error: Signal<Option<Error>>,
) -> impl IntoView {
    let OpenInvite { business, email } = invite;
    view! {
        <PageHead title=format!("Join {business}")/>
        <ActionForm action=accept attr:class="form">
            <ErrorSummary errors=problems(error)/>
            <p>"You log in with " <strong>{email}</strong> ". Choose a password for it."</p>
            <input type="hidden" name="form[code]" value=code/>
            <Field
                name="form[password]"
                id="password"
                label="Password"
                kind="password"
                autocomplete="new-password"
                hint=format!("At least {MIN_PASSWORD} characters. A few words in a row are good.")
                error=problem_with(error, "password")
                minlength=MIN_PASSWORD
                required=true
                autofocus=true
            />
            <Button kind="submit" variant=Variant::Primary busy=accept.pending()>"Create account"</Button>
        </ActionForm>
    }
}

/// What every code is answered that cannot be used, whatever the reason.
#[component]
fn Over() -> impl IntoView {
    view! {
        <PageHead title="This invitation is no longer valid"/>
        <p>"Ask the person who invited you for a new one."</p>
    }
}
