//! What is done to a campaign only after a question: the question, the call, and how an address says it.

use super::{
    CampaignReport,
    calls::{
        CancelCampaign, ConfirmArrival, RecallCampaign, RetryFailed, SendAgain, SendCampaignNow, TakeOutRecipient,
    },
};
use crate::{
    approval::calls::{ApproveCampaign, ReleaseCampaign},
    channel::Channel,
    deliveries::{DeliveryState, DeliveryStatus},
    id::{CampaignId, ContactId},
    reminders::{ReminderState, calls::CancelReminder},
    results::Recipient,
    ui::{Act, Question},
};
use leptos_router::params::ParamsMap;

/// Something that cannot be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Takes back what has not left.
    Cancel,
    /// Revokes the links.
    Recall,
    /// Takes one person out.
    TakeOut(ContactId),
    /// The same, where only reminders are still to come.
    NoMoreReminders(ContactId),
    /// Says that a message in doubt arrived.
    Arrived(ContactId, Channel),
    /// Sends a message in doubt once more.
    SendAgain(ContactId, Channel),
    /// Sends what nothing but quiet hours holds.
    QuietHours,
    /// Takes back a planned reminder.
    CancelReminder(u32),
    /// Sends once more what failed.
    RetryFailed,
    /// Lets another user's campaign leave that asks each person for this.
    Approve(String),
    /// Lets a campaign leave that needs no approval any more and asks each person for this.
    Release(String),
}

/// What a question names besides its step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// The person.
    pub(super) person: String,
    /// The campaign is a reminder of another one.
    pub(super) is_reminder: bool,
    /// The messages: "2 emails and 1 text to 2 people".
    pub(super) messages: String,
    /// What they ask for, as a sentence.
    pub(super) sum: String,
}

impl Named {
    /// A person.
    pub(super) fn person(name: impl Into<String>) -> Self {
        Self { person: name.into(), ..Self::default() }
    }

    /// These messages of a campaign.
    pub(super) fn messages(recipients: &[Recipient], are_meant: fn(&DeliveryState) -> bool) -> Self {
        let count = |is_counted: &dyn Fn(&Recipient) -> bool, one: &str, many: &str| {
            let count = recipients.iter().filter(|recipient| is_counted(recipient)).count();
            (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
        };
        let email = |recipient: &Recipient| recipient.email.as_ref().is_some_and(are_meant);
        let text = |recipient: &Recipient| recipient.sms.as_ref().is_some_and(are_meant);
        let what = [count(&email, "email", "emails"), count(&text, "text", "texts")];
        let what = what.into_iter().flatten().collect::<Vec<_>>().join(" and ");
        let people = count(&|recipient| email(recipient) || text(recipient), "person", "people");
        Self { messages: people.map(|people| format!("{what} to {people}")).unwrap_or_default(), ..Self::default() }
    }
}

/// It failed or came back.
pub(super) const fn has_failed(delivery: &DeliveryState) -> bool {
    matches!(delivery.status, DeliveryStatus::Failed | DeliveryStatus::Undelivered)
}

impl Step {
    /// What the page's address says of it.
    pub(super) fn fields(&self) -> Vec<(&'static str, String)> {
        let person = |contact: &ContactId| ("contact", contact.to_string());
        let message =
            |contact: &ContactId, channel: Channel| vec![person(contact), ("channel", channel.as_str().to_owned())];
        let (word, about) = match self {
            Self::Cancel => ("cancel", Vec::new()),
            Self::Recall => ("recall", Vec::new()),
            Self::TakeOut(contact) => ("take_out", vec![person(contact)]),
            Self::NoMoreReminders(contact) => ("no_more_reminders", vec![person(contact)]),
            Self::Arrived(contact, channel) => ("arrived", message(contact, *channel)),
            Self::SendAgain(contact, channel) => ("send_again", message(contact, *channel)),
            Self::QuietHours => ("quiet_hours", Vec::new()),
            Self::CancelReminder(number) => ("cancel_reminder", vec![("number", number.to_string())]),
            Self::RetryFailed => ("retry_failed", Vec::new()),
            Self::Approve(sum) => ("approve", vec![("sum", sum.clone())]),
            Self::Release(sum) => ("release", vec![("sum", sum.clone())]),
        };
        std::iter::once(("step", word.to_owned())).chain(about).collect()
    }

    /// Reads it from the page's address.
    pub(super) fn read(query: &ParamsMap) -> Option<Self> {
        let contact = || query.get("contact").and_then(|id| id.parse().ok());
        let channel = || query.get("channel").and_then(|channel| channel.parse().ok());
        Some(match query.get("step")?.as_str() {
            "cancel" => Self::Cancel,
            "recall" => Self::Recall,
            "take_out" => Self::TakeOut(contact()?),
            "no_more_reminders" => Self::NoMoreReminders(contact()?),
            "arrived" => Self::Arrived(contact()?, channel()?),
            "send_again" => Self::SendAgain(contact()?, channel()?),
            "quiet_hours" => Self::QuietHours,
            "cancel_reminder" => Self::CancelReminder(query.get("number")?.parse().ok()?),
            "retry_failed" => Self::RetryFailed,
            "approve" => Self::Approve(query.get("sum")?),
            "release" => Self::Release(query.get("sum")?),
            _ => return None,
        })
    }

    /// The call that does it.
    pub(super) fn act(&self, id: &CampaignId) -> Act {
        let campaign = ("id", id.to_string());
        let person = |contact: &ContactId| [campaign.clone(), ("contact", contact.to_string())];
        let message = |contact: &ContactId, channel: Channel| {
            person(contact).into_iter().chain([("channel", channel.as_str().to_owned())])
        };
        match self {
            Self::Cancel => Act::of::<CancelCampaign>([campaign]),
            Self::Recall => Act::of::<RecallCampaign>([campaign]),
            Self::TakeOut(contact) | Self::NoMoreReminders(contact) => Act::of::<TakeOutRecipient>(person(contact)),
            Self::Arrived(contact, channel) => Act::of::<ConfirmArrival>(message(contact, *channel)),
            Self::SendAgain(contact, channel) => Act::of::<SendAgain>(message(contact, *channel)),
            Self::QuietHours => Act::of::<SendCampaignNow>([campaign, ("in_quiet_hours", "true".to_owned())]),
            Self::CancelReminder(number) => {
                Act::of::<CancelReminder>([("campaign", id.to_string()), ("number", number.to_string())])
            }
            Self::RetryFailed => Act::of::<RetryFailed>([campaign]),
            Self::Approve(sum) => Act::of::<ApproveCampaign>([campaign, ("sum", sum.clone())]),
            Self::Release(sum) => Act::of::<ReleaseCampaign>([campaign, ("sum", sum.clone())]),
        }
    }

    /// The question about what is named.
    pub(super) fn question(&self, named: &Named) -> Question {
        const UNDO: &str = "You cannot undo this.";
        const STAYS: &str = "The standard link and other campaigns stay as they are.";
        const LINKS: &str = "stop working. People who open one see your recall message. Messages that have not been sent \
             are canceled, planned reminders included.";
        let Named { person: name, is_reminder, messages, sum } = named;
        let (title, text, confirm) = match self {
            Self::Cancel => (
                "Take back what has not left?".to_owned(),
                format!("These messages will not be sent. {UNDO} Messages that were sent stay valid."),
                "Take back",
            ),
            Self::Recall if *is_reminder => (
                "Recall this reminder and its campaign?".to_owned(),
                format!("The personal links of the whole campaign and all its reminders {LINKS} {STAYS} {UNDO}"),
                "Recall campaign",
            ),
            Self::Recall => (
                "Recall this campaign?".to_owned(),
                format!("The personal links of this campaign and its reminders {LINKS} {STAYS} {UNDO}"),
                "Recall campaign",
            ),
            Self::TakeOut(_) => (
                format!("Remove {name} from this campaign?"),
                format!("{name} gets no more messages of this campaign, reminders included. {UNDO}"),
                "Remove from campaign",
            ),
            Self::NoMoreReminders(_) => (
                format!("Send {name} no more reminders?"),
                format!("{name} is left out of all reminders of this campaign. {UNDO}"),
                "No more reminders",
            ),
            Self::Arrived(_, channel) => (
                format!("Did the {} to {name} arrive?", channel.noun()),
                format!("It then counts as delivered and is not sent again. {UNDO}"),
                "It arrived",
            ),
            Self::SendAgain(_, channel) => (
                format!("Send the {} to {name} again?", channel.noun()),
                format!("If the first one did arrive, {name} gets it twice. {UNDO}"),
                "Send again",
            ),
            Self::QuietHours => (
                "Send in quiet hours?".to_owned(),
                format!("It is quiet hours where these people are. They get the messages now. {UNDO}"),
                "Send now",
            ),
            Self::CancelReminder(number) => (
                format!("Cancel reminder {number}?"),
                "It will not be sent. You can add another reminder in its place.".to_owned(),
                "Cancel reminder",
            ),
            Self::RetryFailed => (
                "Send what failed again?".to_owned(),
                format!(
                    "{messages} failed. They are sent again, except to people who have paid or may not be written to. If one \
                     did arrive after all, that person gets it twice. {UNDO}"
                ),
                "Retry failed messages",
            ),
            Self::Approve(_) => (
                "Approve this campaign?".to_owned(),
                format!("{sum} Once you approve, {messages} can leave. {UNDO}"),
                "Approve campaign",
            ),
            Self::Release(_) => (
                "Release this campaign?".to_owned(),
                format!("{sum} Once you release it, {messages} can leave. {UNDO}"),
                "Release campaign",
            ),
        };
        Question { title, text, confirm: confirm.to_owned() }
    }

    /// The question as things stand, or none where this cannot be done any more.
    pub(super) fn question_in(&self, report: &CampaignReport) -> Option<Question> {
        let standing = &report.standing;
        let person = |contact: &ContactId, is_fit: fn(&DeliveryState) -> bool| {
            let recipient = report.recipients.iter().find(|recipient| recipient.contact == *contact)?;
            let fits = [&recipient.email, &recipient.sms].into_iter().flatten().any(is_fit);
            fits.then(|| Named::person(&recipient.name))
        };
        let named = match self {
            Self::Cancel => standing.can_cancel().then(Named::default),
            Self::Recall => {
                standing.can_recall().then(|| Named { is_reminder: standing.is_reminder, ..Named::default() })
            }
            Self::TakeOut(contact) => person(contact, |delivery| delivery.is_waiting),
            Self::Arrived(contact, _) => person(contact, DeliveryState::is_undecided),
            Self::SendAgain(contact, _) => {
                person(contact, DeliveryState::is_undecided).filter(|_| !standing.has_ended())
            }
            Self::QuietHours => (standing.can_send_now() && standing.is_quiet()).then(Named::default),
            Self::NoMoreReminders(contact) => {
                let mut people = report.reminders.people.iter();
                people.find(|person| person.contact == *contact).map(|person| Named::person(&person.name))
            }
            Self::CancelReminder(number) => {
                let mut reminders = report.reminders.reminders.iter();
                let is_planned = reminders.any(|one| one.number == *number && one.state == ReminderState::Planned);
                is_planned.then(Named::default)
            }
            Self::RetryFailed => standing.can_retry().then(|| Named::messages(&report.recipients, has_failed)),
            Self::Approve(sum) | Self::Release(sum) => {
                let is_release = matches!(self, Self::Release(_));
                let awaited = standing.awaited.as_ref().filter(|awaited| {
                    let may = if is_release { awaited.can_release } else { !awaited.is_yours };
                    may && awaited.each == *sum
                });
                awaited.map(|awaited| Named {
                    sum: awaited.sum(),
                    ..Named::messages(&report.recipients, |delivery| delivery.is_waiting)
                })
            }
        };
        named.map(|named| self.question(&named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_read_from_the_address_that_it_writes() {
        let ada = || "con_00000000000000000000000000000001".parse::<ContactId>().expect("an id");
        for step in [
            Step::Cancel,
            Step::Recall,
            Step::TakeOut(ada()),
            Step::NoMoreReminders(ada()),
            Step::Arrived(ada(), Channel::Email),
            Step::SendAgain(ada(), Channel::Sms),
            Step::QuietHours,
            Step::CancelReminder(2),
            Step::RetryFailed,
            Step::Approve("$90.00".to_owned()),
            Step::Release("90,00 €".to_owned()),
        ] {
            let mut query = ParamsMap::new();
            for (name, value) in step.fields() {
                query.insert(name, value);
            }
            assert_eq!(Step::read(&query), Some(step));
        }
        assert_eq!(Step::read(&ParamsMap::new()), None);
    }

    #[test]
    fn messages_are_counted_by_channel_and_people() {
        let delivery = |status| DeliveryState {
            status,
            in_outbox: false,
            attempts: 1,
            reasons: Vec::new(),
            words: None,
            at: 0,
            due_at: None,
            is_waiting: false,
        };
        let recipient = |email, sms| Recipient {
            contact: "con_00000000000000000000000000000001".parse().expect("an id"),
            name: "Ada".to_owned(),
            email: Some(delivery(email)),
            sms: Some(delivery(sms)),
            opened_at: None,
            paid: None,
        };
        let all = [
            recipient(DeliveryStatus::Failed, DeliveryStatus::Undelivered),
            recipient(DeliveryStatus::Failed, DeliveryStatus::Sent),
            recipient(DeliveryStatus::Sent, DeliveryStatus::Sent),
        ];
        let said = |recipients| Named::messages(recipients, has_failed).messages;
        assert_eq!(said(&all), "2 emails and 1 text to 2 people");
        assert_eq!(said(&all[1..]), "1 email to 1 person");
        assert_eq!(said(&all[2..]), "");
    }
}
