//! What can be done to a campaign: the right buttons for where it stands, the questions before what cannot be undone, and
//! the history of what was done.

use super::{
    CancelCampaign, ConfirmArrival, DeliveryState, HistoryEntry, PauseCampaign, RecallCampaign, RescheduleCampaign,
    ResumeCampaign, RetryFailed, SendAgain, SendCampaignNow, Standing, TakeOutRecipient,
    approval::{ApproveCampaign, DeclineCampaign, ReleaseCampaign},
};
use crate::{
    channel::Channel,
    error::{Error, Result},
    id::{CampaignId, ContactId},
    ui::{Button, Card, ConfirmDialog, Failure, Field, Notice, RelativeTime, Status, Tone, Variant},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// What is asked before it is done.
#[derive(Clone, PartialEq, Eq)]
enum Question {
    Cancel,
    Recall,
    /// Of a reminder, which is a recall of the campaign that it belongs to.
    RecallAll,
    Arrived(ContactId, Channel, String),
    SendAgain(ContactId, Channel, String),
    /// Sends what nothing but quiet hours holds.
    QuietHours,
}

impl Question {
    fn title(&self) -> String {
        match self {
            Self::Cancel => "Take back what has not left?".to_owned(),
            Self::Recall => "Recall this campaign?".to_owned(),
            Self::RecallAll => "Recall this reminder and its campaign?".to_owned(),
            Self::Arrived(_, channel, name) => format!("Did the {} to {name} arrive?", noun(*channel)),
            Self::SendAgain(_, channel, name) => format!("Send the {} to {name} again?", noun(*channel)),
            Self::QuietHours => "Send in quiet hours?".to_owned(),
        }
    }

    const fn text(&self) -> &'static str {
        match self {
            Self::Cancel => "It is not sent any more, and this cannot be undone. What has left stays valid.",
            Self::Recall => {
                "The personal links of this campaign and of its reminders stop working, and whoever opens one reads your words \
                 from the settings. What has not left is taken back, planned reminders as well. The standard link and other \
                 campaigns stay as they are. This cannot be undone."
            }
            Self::RecallAll => {
                "A reminder carries the personal links of its campaign: the campaign and all its reminders are recalled. \
                 Whoever opens one of the links reads your words from the settings. What has not left is taken back, planned \
                 reminders as well. The standard link and other campaigns stay as they are. This cannot be undone."
            }
            Self::Arrived(..) => "It then counts as delivered, and is not sent again.",
            Self::SendAgain(..) => "If the first one did arrive after all, the person gets it twice.",
            Self::QuietHours => {
                "It is quiet hours where these people are. They get the messages now. This cannot be undone."
            }
        }
    }

    const fn confirm(&self) -> &'static str {
        match self {
            Self::Cancel => "Take back",
            Self::Recall | Self::RecallAll => "Recall campaign",
            Self::Arrived(..) => "It arrived",
            Self::SendAgain(..) => "Send again",
            Self::QuietHours => "Send now",
        }
    }
}

const fn noun(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "text",
    }
}

/// Everything that the page can do. It outlives each reading of the report.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    send_now: ServerAction<SendCampaignNow>,
    cancel: ServerAction<CancelCampaign>,
    pub(super) take_out: ServerAction<TakeOutRecipient>,
    reschedule: ServerAction<RescheduleCampaign>,
    pause: ServerAction<PauseCampaign>,
    resume: ServerAction<ResumeCampaign>,
    retry: ServerAction<RetryFailed>,
    recall: ServerAction<RecallCampaign>,
    confirm: ServerAction<ConfirmArrival>,
    again: ServerAction<SendAgain>,
    /// The last answer to any of them.
    answer: RwSignal<Option<Result<String>>>,
    /// How many answers there were.
    answers: RwSignal<u32>,
    pub(super) approve: ServerAction<ApproveCampaign>,
    pub(super) decline: ServerAction<DeclineCampaign>,
    pub(super) release: ServerAction<ReleaseCampaign>,
    question: RwSignal<Option<Question>>,
    asking: RwSignal<bool>,
}

impl Actions {
    pub(super) fn new() -> Self {
        let actions = Self {
            send_now: ServerAction::new(),
            cancel: ServerAction::new(),
            take_out: ServerAction::new(),
            reschedule: ServerAction::new(),
            pause: ServerAction::new(),
            resume: ServerAction::new(),
            retry: ServerAction::new(),
            recall: ServerAction::new(),
            confirm: ServerAction::new(),
            again: ServerAction::new(),
            answer: RwSignal::new(None),
            answers: RwSignal::new(0),
            approve: ServerAction::new(),
            decline: ServerAction::new(),
            release: ServerAction::new(),
            question: RwSignal::new(None),
            asking: RwSignal::new(false),
        };
        actions.listen(actions.send_now);
        actions.listen(actions.cancel);
        actions.listen(actions.take_out);
        actions.listen(actions.reschedule);
        actions.listen(actions.pause);
        actions.listen(actions.resume);
        actions.listen(actions.retry);
        actions.listen(actions.recall);
        actions.listen(actions.confirm);
        actions.listen(actions.again);
        actions.listen(actions.approve);
        actions.listen(actions.decline);
        actions.listen(actions.release);
        actions
    }

    /// How many answers there were: the report is read anew with each.
    pub(super) fn answers(self) -> u32 {
        self.answers.get()
    }

    fn listen<S>(self, action: ServerAction<S>)
    where
        S: ServerFn<Output = String, Error = Error> + Clone + Send + Sync + 'static,
    {
        // Without scripts the page itself is the answer.
        if let Some(answer) = action.value().get_untracked() {
            self.answer.set(Some(answer));
        }
        Effect::new(move |_| {
            if let Some(answer) = action.value().get() {
                self.answer.set(Some(answer));
                self.answers.update(|answers| *answers += 1);
            }
        });
    }

    /// With scripts the press is a question first; without them the form is sent.
    fn ask(self, question: Question) -> impl Fn(web_sys::MouseEvent) + Clone {
        move |event| {
            event.prevent_default();
            self.question.set(Some(question.clone()));
            self.asking.set(true);
        }
    }
}

/// The last answer, and the question that is open.
#[component]
pub(super) fn Answers(actions: Actions, #[prop(into)] id: Signal<Option<CampaignId>>) -> impl IntoView {
    let said = move |say: fn(&Question) -> String| {
        Signal::derive(move || actions.question.with(|question| question.as_ref().map(say).unwrap_or_default()))
    };
    let on_confirm = move |()| {
        let (Some(id), Some(question)) = (id.get_untracked(), actions.question.get_untracked()) else { return };
        match question {
            Question::Cancel => drop(actions.cancel.dispatch(CancelCampaign { id })),
            Question::Recall | Question::RecallAll => drop(actions.recall.dispatch(RecallCampaign { id })),
            Question::Arrived(contact, channel, _) => {
                drop(actions.confirm.dispatch(ConfirmArrival { id, contact, channel }));
            }
            Question::SendAgain(contact, channel, _) => {
                drop(actions.again.dispatch(SendAgain { id, contact, channel }));
            }
            Question::QuietHours => {
                drop(actions.send_now.dispatch(SendCampaignNow { id, in_quiet_hours: true }));
            }
        }
    };
    view! {
        {move || actions.answer.get().map(|answer| match answer {
            Ok(words) => view! { <Notice tone=Tone::Good>{words}</Notice> }.into_any(),
            Err(error) => view! { <Failure error/> }.into_any(),
        })}
        <ConfirmDialog
            id="campaign-question"
            title=said(Question::title)
            text=said(|question| question.text().to_owned())
            confirm=said(|question| question.confirm().to_owned())
            open=actions.asking
            on_confirm=on_confirm
        />
    }
}

/// Where the campaign stands, with the buttons that make sense there.
#[component]
pub(super) fn ControlBar(id: CampaignId, standing: Standing, actions: Actions, now: i64) -> impl IntoView {
    let line = standing.line(now).map(|(tone, line)| view! { <Status tone=tone label=line/> });
    let id = StoredValue::new(id.to_string());
    let hidden = move || view! { <input type="hidden" name="id" value=id.get_value()/> };
    let send_now = standing.can_send_now().then(|| {
        if standing.is_quiet() {
            view! {
                <ActionForm action=actions.send_now>
                    {hidden()}
                    <input type="hidden" name="in_quiet_hours" value="true"/>
                    <Button
                        kind="submit"
                        busy=actions.send_now.pending()
                        on:click=actions.ask(Question::QuietHours)
                    >
                        "Send now"
                    </Button>
                </ActionForm>
            }
            .into_any()
        } else {
            view! {
                <ActionForm action=actions.send_now>
                    {hidden()}
                    <Button kind="submit" busy=actions.send_now.pending()>"Send now"</Button>
                </ActionForm>
            }
            .into_any()
        }
    });
    let pause = standing.can_pause().then(|| {
        view! {
            <ActionForm action=actions.pause>
                {hidden()}
                <Button kind="submit" busy=actions.pause.pending()>"Pause"</Button>
            </ActionForm>
        }
    });
    let resume = standing.can_resume().then(|| {
        view! {
            <ActionForm action=actions.resume>
                {hidden()}
                <Button kind="submit" variant=Variant::Primary busy=actions.resume.pending()>"Resume"</Button>
            </ActionForm>
        }
    });
    let retry = standing.can_retry().then(|| {
        view! {
            <ActionForm action=actions.retry>
                {hidden()}
                <Button kind="submit" busy=actions.retry.pending()>"Retry failed"</Button>
            </ActionForm>
        }
    });
    let cancel_label = if standing.has_started() { "Cancel the rest" } else { "Cancel" };
    let cancel = standing.can_cancel().then(|| {
        view! {
            <ActionForm action=actions.cancel>
                {hidden()}
                <Button
                    kind="submit"
                    busy=actions.cancel.pending()
                    on:click=actions.ask(Question::Cancel)
                >
                    {cancel_label}
                </Button>
            </ActionForm>
        }
    });
    let recall = standing.can_recall().then(|| {
        let question = if standing.is_reminder { Question::RecallAll } else { Question::Recall };
        view! {
            <ActionForm action=actions.recall>
                {hidden()}
                <Button
                    kind="submit"
                    busy=actions.recall.pending()
                    on:click=actions.ask(question)
                >
                    "Recall"
                </Button>
            </ActionForm>
        }
    });
    let can_reschedule = standing.can_reschedule(now);
    let (starts_at, hint) = (standing.starts_field.clone(), format!("In the time zone {}.", standing.time_zone));
    let reschedule = can_reschedule.then(move || {
        view! {
            <details class="campaign-time">
                <summary>"Change time"</summary>
                <ActionForm action=actions.reschedule attr:class="stack">
                    {hidden()}
                    <Field
                        name="starts_at"
                        label="Date and time"
                        kind="datetime-local"
                        value=starts_at
                        hint=hint
                        required=true
                    />
                    <Button kind="submit" busy=actions.reschedule.pending()>"Save time"</Button>
                </ActionForm>
            </details>
        }
    });
    view! {
        <section class="campaign-controls" aria-label="Controls">
            {line}
            <div class="campaign-buttons">{send_now}{pause}{resume}{retry}{cancel}{recall}</div>
            {reschedule}
        </section>
    }
}

/// What can be done for one person: taken out while something waits, decided while a text is in doubt.
#[component]
pub(super) fn RowControls(
    id: CampaignId,
    contact: ContactId,
    name: String,
    email: Option<DeliveryState>,
    sms: Option<DeliveryState>,
    /// The campaign goes on.
    is_open: bool,
    actions: Actions,
) -> impl IntoView {
    let is_waiting = [&email, &sms].into_iter().flatten().any(|delivery| delivery.is_waiting);
    let undecided = [(Channel::Email, &email), (Channel::Sms, &sms)]
        .into_iter()
        .find_map(|(channel, delivery)| delivery.as_ref()?.is_undecided().then_some(channel));
    let ids = StoredValue::new((id.to_string(), contact.to_string()));
    let hidden = move || {
        let (id, contact) = ids.get_value();
        view! {
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="contact" value=contact/>
            {undecided.map(|channel| view! { <input type="hidden" name="channel" value=channel.as_str()/> })}
        }
    };
    let who = StoredValue::new(name.clone());
    let whom = move || view! { <span class="visually-hidden">" "{who.get_value()}</span> };
    let take_out = is_waiting.then(|| {
        view! {
            <ActionForm action=actions.take_out>
                {hidden()}
                <Button kind="submit" small=true>"Take out"{whom()}</Button>
            </ActionForm>
        }
    });
    let arrived = undecided.map(|channel| {
        let ask = actions.ask(Question::Arrived(contact.clone(), channel, name.clone()));
        view! {
            <ActionForm action=actions.confirm>
                {hidden()}
                <Button kind="submit" small=true on:click=ask>"It arrived"{whom()}</Button>
            </ActionForm>
        }
    });
    let again = undecided.filter(|_| is_open).map(|channel| {
        let ask = actions.ask(Question::SendAgain(contact.clone(), channel, name.clone()));
        view! {
            <ActionForm action=actions.again>
                {hidden()}
                <Button kind="submit" small=true on:click=ask>"Send again"{whom()}</Button>
            </ActionForm>
        }
    });
    view! { <div class="campaign-buttons">{take_out}{arrived}{again}</div> }
}

/// Who did what to the campaign, newest first.
#[component]
pub(super) fn History(entries: Vec<HistoryEntry>, now: i64) -> impl IntoView {
    (!entries.is_empty()).then(|| {
        view! {
            <Card title="History">
                <ol class="timeline timeline-history">
                    {entries
                        .into_iter()
                        .map(|entry| {
                            let who = entry.who.unwrap_or_else(|| "Handbill".to_owned());
                            view! {
                                <li class="timeline-entry">
                                    <span>{entry.words}</span>
                                    <span class="timeline-at">{who}" · "<RelativeTime at=entry.at now/></span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ol>
            </Card>
        }
    })
}
