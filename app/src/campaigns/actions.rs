//! Everything that a campaign's page can do, the answers, and the question before what cannot be undone.

use super::{
    calls::{
        CancelCampaign, ConfirmArrival, PauseCampaign, RecallCampaign, RescheduleCampaign, ResumeCampaign, RetryFailed,
        SendAgain, SendCampaignNow, TakeOutRecipient,
    },
    step::{Named, Step},
};
use crate::{
    approval::calls::{ApproveCampaign, DeclineCampaign, ReleaseCampaign},
    error::{Error, Result},
    form::action,
    id::CampaignId,
    paths,
    reminders::calls::CancelReminder,
    ui::{AskFirst, Asking, ConfirmDialog, Failure, InView, Told, Tone},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Everything that the page can do. It outlives each reading of the report.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    pub(super) send_now: ServerAction<SendCampaignNow>,
    pub(super) cancel: ServerAction<CancelCampaign>,
    pub(super) take_out: ServerAction<TakeOutRecipient>,
    pub(super) reschedule: ServerAction<RescheduleCampaign>,
    pub(super) pause: ServerAction<PauseCampaign>,
    pub(super) resume: ServerAction<ResumeCampaign>,
    pub(super) retry: ServerAction<RetryFailed>,
    pub(super) recall: ServerAction<RecallCampaign>,
    pub(super) confirm: ServerAction<ConfirmArrival>,
    pub(super) again: ServerAction<SendAgain>,
    pub(super) cancel_reminder: ServerAction<CancelReminder>,
    /// The last answer to any of them.
    answer: RwSignal<Option<Result<String>>>,
    /// How many answers there were.
    answers: RwSignal<u32>,
    pub(super) approve: ServerAction<ApproveCampaign>,
    pub(super) decline: ServerAction<DeclineCampaign>,
    pub(super) release: ServerAction<ReleaseCampaign>,
    /// What is asked before it is done.
    asking: Asking<Step>,
}

impl Actions {
    pub(super) fn new() -> Self {
        let actions = Self {
            send_now: action(),
            cancel: action(),
            take_out: action(),
            reschedule: action(),
            pause: action(),
            resume: action(),
            retry: action(),
            recall: action(),
            confirm: action(),
            again: action(),
            cancel_reminder: action(),
            answer: RwSignal::new(None),
            answers: RwSignal::new(0),
            approve: action(),
            decline: action(),
            release: action(),
            asking: Asking::default(),
        };
        actions.listen(actions.send_now, |change| change.to_string());
        actions.listen(actions.cancel, |change| change.to_string());
        actions.listen(actions.take_out, |change| change.to_string());
        actions.listen(actions.reschedule, |change| change.to_string());
        actions.listen(actions.pause, |change| change.to_string());
        actions.listen(actions.resume, |change| change.to_string());
        actions.listen(actions.retry, |change| change.to_string());
        actions.listen(actions.recall, |change| change.to_string());
        actions.listen(actions.confirm, |change| change.to_string());
        actions.listen(actions.again, |change| change.to_string());
        actions.listen(actions.cancel_reminder, |()| "The reminder is canceled.".to_owned());
        actions.listen(actions.approve, |change| change.to_string());
        actions.listen(actions.decline, |change| change.to_string());
        actions.listen(actions.release, |change| change.to_string());
        actions
    }

    /// How many answers there were: the report is read anew with each.
    pub(super) fn answers(self) -> u32 {
        self.answers.get()
    }

    /// Takes a step, with scripts.
    fn take(self, id: CampaignId, step: Step) {
        match step {
            Step::Cancel => drop(self.cancel.dispatch(CancelCampaign { id })),
            Step::Recall => drop(self.recall.dispatch(RecallCampaign { id })),
            Step::TakeOut(contact) | Step::NoMoreReminders(contact) => {
                drop(self.take_out.dispatch(TakeOutRecipient { id, contact }));
            }
            Step::Arrived(contact, channel) => drop(self.confirm.dispatch(ConfirmArrival { id, contact, channel })),
            Step::SendAgain(contact, channel) => drop(self.again.dispatch(SendAgain { id, contact, channel })),
            Step::QuietHours => drop(self.send_now.dispatch(SendCampaignNow { id, in_quiet_hours: true })),
            Step::CancelReminder(number) => {
                drop(self.cancel_reminder.dispatch(CancelReminder { campaign: id, number }));
            }
            Step::RetryFailed => drop(self.retry.dispatch(RetryFailed { id })),
            Step::Approve(sum) => drop(self.approve.dispatch(ApproveCampaign { id, sum })),
            Step::Release(sum) => drop(self.release.dispatch(ReleaseCampaign { id, sum })),
        }
    }

    fn listen<S>(self, action: ServerAction<S>, words: fn(S::Output) -> String)
    where
        S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
        S::Output: Clone + Send + Sync + 'static,
    {
        // Without scripts the page itself is the answer.
        if let Some(answer) = action.value().get_untracked() {
            self.answer.set(Some(answer.map(words)));
        }
        Effect::new(move |_| {
            if let Some(answer) = action.value().get() {
                self.answer.set(Some(answer.map(words)));
                self.answers.update(|answers| *answers += 1);
            }
        });
    }
}

/// The last answer, and the question that is open.
#[component]
pub(super) fn Answers(actions: Actions, #[prop(into)] id: Signal<Option<CampaignId>>) -> impl IntoView {
    let on_confirm = move |step: Step| {
        if let Some(id) = id.get_untracked() {
            actions.take(id, step);
        }
    };
    view! {
        <Told said=Signal::derive(move || actions.answer.get().and_then(Result::ok).map(|words| (Tone::Good, words)))/>
        {move || actions.answer.get().and_then(Result::err).map(|error| view! { <InView><Failure error/></InView> })}
        <ConfirmDialog id="campaign-question" asking=actions.asking on_confirm/>
    }
}

/// A button that asks before it takes a step.
#[component]
pub(super) fn AskStep(
    id: CampaignId,
    step: Step,
    #[prop(optional)] named: Named,
    actions: Actions,
    /// The button.
    children: Children,
) -> impl IntoView {
    view! {
        <AskFirst
            asking=actions.asking
            question=step.question(&named)
            page=paths::confirm(&paths::campaign(&id))
            fields=step.fields()
            about=step
        >
            {children()}
        </AskFirst>
    }
}
