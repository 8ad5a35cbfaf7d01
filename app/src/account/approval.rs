//! The section "Approval" of the settings: when a campaign waits for a second pair of eyes.

use super::settings::Done;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    error::Error,
    form::{problem_with, problems, refusal, times_done},
    ui::{Button, Card, ErrorSummary, Field, FieldRow, FormActions, MoneyField, WarnUnsaved},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Above what a campaign waits, as the form's fields hold it; empty is never.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// People that are sent to.
    pub people: String,
    /// Asked for in total, in the business's currency.
    pub amount: String,
}

/// The form "Approval" of the settings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ApprovalForm {
    /// More people than this.
    #[serde(default)]
    pub people: String,
    /// More than this in total, as typed.
    #[serde(default)]
    pub amount: String,
}

/// Changes when a campaign waits for another user.
#[server(prefix = "/api/fn", endpoint = "save_approval")]
pub async fn save_approval(
    /// The form.
    form: ApprovalForm,
) -> Result<(), Error> {
    respond(backend()?.save_approval(&signed_in()?, form).await)
}

/// The section.
#[component]
pub(super) fn ApprovalSection(rule: ApprovalRule, #[prop(into)] currency: String) -> impl IntoView {
    let save = ServerAction::<SaveApproval>::new();
    let error = refusal(save);
    view! {
        <Card
            title="Approval"
            text="A campaign above either limit waits until someone else than its sender approves it."
        >
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="the section “Approval”" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="Approval is saved."/>
                <FieldRow>
                    <Field
                        name="form[people]"
                        id="people"
                        label="More people than"
                        kind="number"
                        inputmode="numeric"
                        min=0
                        max=49
                        value=rule.people
                        hint="Empty for no limit."
                        error=problem_with(error, "people")
                    />
                    <MoneyField
                        name="form[amount]"
                        id="amount"
                        label="More in total than"
                        currency=currency
                        value=rule.amount
                        hint="People times the link's total; another currency always waits. Empty for no limit."
                        error=problem_with(error, "amount")
                    />
                </FieldRow>
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Save approval"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}
