//! What a user can change about themselves.

use leptos::prelude::*;

use super::{MIN_PASSWORD, calls::SavePassword};
use crate::{
    form::{Done, action, problem_with, problems, refusal, times_done},
    ui::{Button, Card, ErrorSummary, Field, FieldRow, FormActions, WarnUnsaved},
};

/// The section "You" of the settings: a new password.
#[component]
pub(super) fn YouSection() -> impl IntoView {
    let save = action::<SavePassword>();
    let error = refusal(save);
    view! {
        <Card title="You" text="A new password logs you out everywhere but here.">
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="your password" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="Your password is changed."/>
                <FieldRow>
                    <Field
                        name="form[current]"
                        id="current"
                        label="Current password"
                        kind="password"
                        autocomplete="current-password"
                        error=problem_with(error, "current")
                        required=true
                    />
                    <Field
                        name="form[password]"
                        id="password"
                        label="New password"
                        kind="password"
                        autocomplete="new-password"
                        hint=format!("At least {MIN_PASSWORD} characters.")
                        error=problem_with(error, "password")
                        minlength=MIN_PASSWORD
                        required=true
                    />
                </FieldRow>
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Change password"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}
