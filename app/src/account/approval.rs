//! The section "Approval" of the settings: when a campaign waits for a second pair of eyes.

use crate::{
    approval::{ApprovalRule, calls::SaveApproval},
    form::{Done, action, problem_with, problems, refusal, times_done},
    ui::{Button, Card, ErrorSummary, Field, FieldRow, FormActions, MoneyField, WarnUnsaved},
};
use leptos::prelude::*;

/// The section.
#[component]
pub(super) fn ApprovalSection(rule: ApprovalRule, #[prop(into)] currency: String) -> impl IntoView {
    let save = action::<SaveApproval>();
    let error = refusal(save);
    view! {
        <Card
            title="Approval"
            text="A campaign above either limit waits until another user than its sender approves it."
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
                        hint="Leave it empty for no limit."
                        error=problem_with(error, "people")
                    />
                    <MoneyField
                        name="form[amount]"
                        id="amount"
                        label="A total of more than"
                        currency=currency
                        value=rule.amount
                        hint="The number of people times the link's total. A campaign in another currency always waits. Leave it empty for no limit."
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
