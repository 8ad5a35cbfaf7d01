//! What is done to a campaign only after a question: the question, the call, and how an address says it.

use super::{
    CampaignReport,
    calls::{CancelCampaign, ConfirmArrival, RecallCampaign, SendAgain, SendCampaignNow, TakeOutRecipient},
};
use crate::{
    channel::Channel,
    deliveries::DeliveryState,
    id::{CampaignId, ContactId},
    reminders::{ReminderState, calls::CancelReminder},
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
        }
    }

    /// The question about this person, in a campaign or in one of its reminders.
    pub(super) fn question(&self, name: &str, is_reminder: bool) -> Question {
        const UNDO: &str = "You cannot undo this.";
        const STAYS: &str = "The standard link and other campaigns stay as they are.";
        const LINKS: &str = "stop working. People who open one see your recall message. Messages that have not been sent \
             are canceled, planned reminders included.";
        let (title, text, confirm) = match self {
            Self::Cancel => (
                "Take back what has not left?".to_owned(),
                format!("These messages will not be sent. {UNDO} Messages that were sent stay valid."),
                "Take back",
            ),
            Self::Recall if is_reminder => (
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
                format!("Take {name} out of this campaign?"),
                format!("{name} gets no more messages of this campaign, reminders included. {UNDO}"),
                "Take out",
            ),
            Self::NoMoreReminders(_) => (
                format!("Send {name} no more reminders?"),
                format!("{name} is left out of all reminders of this campaign. {UNDO}"),
                "No more reminders",
            ),
            Self::Arrived(_, channel) => (
                format!("Did the {} to {name} arrive?", noun(*channel)),
                format!("It then counts as delivered and is not sent again. {UNDO}"),
                "It arrived",
            ),
            Self::SendAgain(_, channel) => (
                format!("Send the {} to {name} again?", noun(*channel)),
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
        };
        Question { title, text, confirm: confirm.to_owned() }
    }

    /// The question as things stand, or none where this cannot be done any more.
    pub(super) fn question_in(&self, report: &CampaignReport) -> Option<Question> {
        let standing = &report.standing;
        let person = |contact: &ContactId, is_fit: fn(&DeliveryState) -> bool| {
            let recipient = report.recipients.iter().find(|recipient| recipient.contact == *contact)?;
            let fits = [&recipient.email, &recipient.sms].into_iter().flatten().any(is_fit);
            fits.then(|| recipient.name.clone())
        };
        let name = match self {
            Self::Cancel => standing.can_cancel().then(String::new),
            Self::Recall => standing.can_recall().then(String::new),
            Self::TakeOut(contact) => person(contact, |delivery| delivery.is_waiting),
            Self::Arrived(contact, _) => person(contact, DeliveryState::is_undecided),
            Self::SendAgain(contact, _) => {
                person(contact, DeliveryState::is_undecided).filter(|_| !standing.has_ended())
            }
            Self::QuietHours => (standing.can_send_now() && standing.is_quiet()).then(String::new),
            Self::NoMoreReminders(contact) => {
                let mut people = report.reminders.people.iter();
                people.find(|person| person.contact == *contact).map(|person| person.name.clone())
            }
            Self::CancelReminder(number) => {
                let mut reminders = report.reminders.reminders.iter();
                let is_planned = reminders.any(|one| one.number == *number && one.state == ReminderState::Planned);
                is_planned.then(String::new)
            }
        };
        name.map(|name| self.question(&name, standing.is_reminder))
    }
}

const fn noun(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "text",
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
        ] {
            let mut query = ParamsMap::new();
            for (name, value) in step.fields() {
                query.insert(name, value);
            }
            assert_eq!(Step::read(&query), Some(step));
        }
        assert_eq!(Step::read(&ParamsMap::new()), None);
    }
}
