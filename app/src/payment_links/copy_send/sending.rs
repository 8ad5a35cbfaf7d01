//! What the tab "Send to contacts" knows. It outlives the closed dialog, so that no selection is lost.

use leptos::prelude::*;

use super::{fix::Fixing, paste::Pasting, people::Panel, select::Selecting, when::When};
use crate::{
    approval::calls::forecast_approval,
    campaigns::{
        MAX_CONTACTS, NewCampaign,
        calls::{create_campaign, new_campaign_key},
    },
    care::{CareForecast, calls::forecast_care},
    channel::Channel,
    contacts::{Contact, ContactQuery, ContactRow, calls::list_contact_rows},
    eligibility::{Asked, Reason, Verdict, review_with},
    error::Error,
    id::{CampaignId, ContactId, PaymentLinkId},
    preflight::{Warned, Warning, keeping_out},
    reminders::NewReminder,
    templates::{MessageTemplate, Wording, calls::list_templates},
    ui::Scope,
};

/// So many contacts are listed before "Show more" is pressed, and by each press: a whole campaign is found by scrolling.
const LISTED: usize = 100;

/// One channel's part of the wording.
#[derive(Clone, Copy)]
pub struct ChannelWording {
    /// Whether the channel is used.
    pub on: RwSignal<bool>,
    /// The templates to choose from.
    pub templates: RwSignal<Vec<MessageTemplate>>,
    /// The key of the chosen one; empty before they are there.
    pub chosen: RwSignal<String>,
}

impl ChannelWording {
    fn new() -> Self {
        Self { on: RwSignal::new(true), templates: RwSignal::new(Vec::new()), chosen: RwSignal::new(String::new()) }
    }

    /// The chosen template; the default while none was chosen.
    pub fn template(self) -> Option<MessageTemplate> {
        let key = self.chosen.get();
        self.templates.with(|all| all.iter().find(|template| template.key() == key).or_else(|| all.first()).cloned())
    }
}

/// Everything of one use of the tab.
#[derive(Clone, Copy)]
pub struct Sending {
    /// What is begun here ends with it.
    pub(super) scope: Scope,
    payment_link: StoredValue<PaymentLinkId>,
    key: RwSignal<Option<String>>,
    asked: StoredValue<u32>,
    /// What the list is searched for.
    pub search: RwSignal<String>,
    /// The contacts that are listed.
    pub rows: RwSignal<Vec<ContactRow>>,
    /// How many there are; none before the first answer.
    pub total: RwSignal<Option<u64>>,
    wanted: StoredValue<usize>,
    /// The selection, in the order in which it was made.
    pub chosen: RwSignal<Vec<Contact>>,
    /// One more than the limit was asked for.
    pub is_over: RwSignal<bool>,
    /// What is sent by email.
    pub email: ChannelWording,
    /// What is sent by SMS.
    pub sms: ChannelWording,
    /// The email's subject as it was typed, or the template's.
    pub subject: RwSignal<String>,
    /// What is sent again later to whoever has not paid.
    pub reminders: RwSignal<Vec<NewReminder>>,
    /// Quiet hours and the weekly cap, for the selection.
    pub care: RwSignal<CareForecast>,
    /// Why it will wait for another user, if it will.
    pub approval: RwSignal<Option<String>>,
    /// When it leaves.
    pub when: When,
    /// What speaks against sending this link to the selection.
    pub warned: RwSignal<Vec<Warned>>,
    /// The warnings that keep nobody out.
    pub send_anyway: RwSignal<Vec<Warning>>,
    /// How the selection was asked before.
    pub asked_before: Memo<Asked>,
    /// The contacts that are being repaired in their rows.
    pub fixing: Fixing,
    /// What is open below the search.
    pub panel: RwSignal<Option<Panel>>,
    /// The pasted list.
    pub pasting: Pasting,
    /// What is chosen at once.
    pub selecting: Selecting,
    /// The preview is shown.
    pub is_previewed: RwSignal<bool>,
    /// "Send" was pressed and not answered yet.
    pub is_pending: RwSignal<bool>,
    /// Why the last step did not work.
    pub error: RwSignal<Option<Error>>,
    /// What "Send" made.
    pub campaign: RwSignal<Option<CampaignId>>,
}

impl Sending {
    /// Nothing chosen yet.
    pub fn new(payment_link: PaymentLinkId) -> Self {
        let care = RwSignal::new(CareForecast::default());
        let (warned, send_anyway) = (RwSignal::new(Vec::new()), RwSignal::new(Vec::new()));
        let asked_before = Memo::new(move |_| {
            let warned = warned.with(|warned: &Vec<_>| send_anyway.with(|waived| keeping_out(warned, waived)));
            Asked { warned, ..care.with(|care| care.asked.clone()) }
        });
        Self {
            scope: Scope::here(),
            warned,
            send_anyway,
            asked_before,
            fixing: Fixing::new(),
            panel: RwSignal::new(None),
            pasting: Pasting::new(),
            selecting: Selecting::new(&payment_link),
            payment_link: StoredValue::new(payment_link),
            key: RwSignal::new(None),
            asked: StoredValue::new(0),
            search: RwSignal::new(String::new()),
            rows: RwSignal::new(Vec::new()),
            total: RwSignal::new(None),
            wanted: StoredValue::new(LISTED),
            chosen: RwSignal::new(Vec::new()),
            is_over: RwSignal::new(false),
            email: ChannelWording::new(),
            sms: ChannelWording::new(),
            subject: RwSignal::new(String::new()),
            reminders: RwSignal::new(Vec::new()),
            care,
            approval: RwSignal::new(None),
            when: When::new(),
            is_previewed: RwSignal::new(false),
            is_pending: RwSignal::new(false),
            error: RwSignal::new(None),
            campaign: RwSignal::new(None),
        }
    }

    /// The link that is sent.
    pub fn payment_link(self) -> PaymentLinkId {
        self.payment_link.get_value()
    }

    /// The dialog was opened: after a campaign everything begins anew, with a new key.
    pub fn begin(self) {
        if self.campaign.with_untracked(Option::is_some) {
            self.campaign.set(None);
            self.key.set(None);
            self.clear();
            self.search.set(String::new());
            self.reminders.set(Vec::new());
            self.when.reset();
            self.send_anyway.set(Vec::new());
            self.panel.set(None);
            self.is_previewed.set(false);
        }
        self.error.set(None);
        self.is_over.set(false);
        self.load();
        let needs_key = self.key.with_untracked(Option::is_none);
        self.scope.spawn(async move {
            if needs_key {
                match new_campaign_key().await {
                    Ok(key) => self.key.set(Some(key)),
                    Err(error) => self.error.set(Some(error)),
                }
            }
            for channel in Channel::ALL {
                match list_templates(channel).await {
                    Ok(templates) => self.take_templates(channel, templates),
                    Err(error) => self.error.set(Some(error)),
                }
            }
        });
    }

    fn take_templates(self, channel: Channel, templates: Vec<MessageTemplate>) {
        let wording = self.wording(channel);
        let is_first = wording.templates.with_untracked(Vec::is_empty);
        wording.templates.set(templates);
        if is_first {
            self.choose_template(channel, "");
        }
    }

    /// The wording of one channel.
    pub const fn wording(self, channel: Channel) -> ChannelWording {
        match channel {
            Channel::Email => self.email,
            Channel::Sms => self.sms,
        }
    }

    /// Takes a template; an email's subject comes with it.
    pub fn choose_template(self, channel: Channel, key: &str) {
        let wording = self.wording(channel);
        wording.chosen.set(key.to_owned());
        if let (Channel::Email, Some(template)) = (channel, untrack(|| wording.template())) {
            self.subject.set(template.wording.subject);
        }
    }

    /// What one channel says, with the subject as it stands in the field; an empty one is the template's.
    pub fn says(self, channel: Channel) -> Option<Wording> {
        let wording = self.wording(channel).template()?.wording;
        let typed = if channel == Channel::Email { self.subject.get() } else { String::new() };
        let subject = if typed.trim().is_empty() { wording.subject } else { typed };
        Some(Wording { subject, ..wording })
    }

    /// Shows what is found by this.
    pub fn find(self, search: String) {
        self.search.set(search);
        self.wanted.set_value(LISTED);
        self.load();
    }

    /// Shows the next ones too.
    pub fn load_more(self) {
        self.wanted.update_value(|wanted| *wanted += LISTED);
        self.load();
    }

    /// Reads the listed contacts, page by page.
    pub fn load(self) {
        self.asked.update_value(|count| *count += 1);
        let this = self.asked.get_value();
        // A later question makes the answers to this one worthless.
        let is_current = move || self.asked.get_value() == this;
        let search = self.search.get_untracked();
        self.scope.spawn(async move {
            let mut rows = Vec::new();
            for page in 1.. {
                let query = ContactQuery { search: search.clone(), page, ..ContactQuery::default() };
                let answer = list_contact_rows(query).await;
                if !is_current() {
                    return;
                }
                let found = match answer {
                    Ok(found) => found,
                    Err(error) => return self.error.set(Some(error)),
                };
                let is_last = page >= found.count();
                self.total.set(Some(found.total));
                rows.extend(found.rows);
                // What is seen now stays until there is as much of the new: a list that is read again does not jump.
                if is_last || rows.len() > self.rows.with_untracked(Vec::len) || page == 1 && self.is_other(&rows) {
                    self.take_facts(&rows);
                    self.rows.set(rows.clone());
                }
                if is_last || rows.len() >= self.wanted.get_value() {
                    return;
                }
            }
        });
    }

    /// Whether these are not the rows that the list begins with.
    fn is_other(self, rows: &[ContactRow]) -> bool {
        self.rows.with_untracked(|old| rows.iter().zip(old).any(|(new, old)| new.contact.id != old.contact.id))
    }

    /// One contact was changed: its row and the selection know.
    pub fn take_row(self, row: ContactRow) {
        self.take_facts(std::slice::from_ref(&row));
        self.rows.update(|rows| {
            if let Some(old) = rows.iter_mut().find(|old| old.contact.id == row.contact.id) {
                *old = row;
            }
        });
    }

    /// The newest facts of who is chosen.
    fn take_facts(self, rows: &[ContactRow]) {
        let newer = |contact: &Contact| {
            let row = rows.iter().find(|row| row.contact.id == contact.id)?;
            (row.contact != *contact).then(|| row.contact.clone())
        };
        let changed = self.chosen.with_untracked(|chosen| chosen.iter().any(|contact| newer(contact).is_some()));
        if changed {
            self.chosen.update(|chosen| {
                for contact in chosen {
                    if let Some(newer) = newer(contact) {
                        *contact = newer;
                    }
                }
            });
        }
    }

    /// The channels that are ticked.
    pub fn channels(self) -> Vec<Channel> {
        Channel::ALL.into_iter().filter(|channel| self.wording(*channel).on.get()).collect()
    }

    /// Whether there is no place for one more.
    pub fn is_full(self) -> bool {
        self.chosen.with(Vec::len) >= MAX_CONTACTS as usize
    }

    /// Whether the contact is chosen.
    pub fn has(self, id: &ContactId) -> bool {
        self.chosen.with(|chosen| chosen.iter().any(|contact| contact.id == *id))
    }

    /// Chooses a contact or lets it go; false when there is no place for one more.
    pub fn choose(self, contact: Contact, wanted: bool) -> bool {
        let is_over = wanted && untrack(|| self.is_full());
        self.is_over.set(is_over);
        if !is_over {
            self.chosen.update(|chosen| {
                chosen.retain(|other| other.id != contact.id);
                if wanted {
                    chosen.push(contact);
                }
            });
        }
        !is_over
    }

    /// Chooses these, too, as far as there is place: how many of them are chosen now, and how many did not fit.
    pub fn choose_all(self, contacts: Vec<Contact>) -> (usize, usize) {
        let total = contacts.len();
        let mut taken = 0;
        self.is_over.set(false);
        self.chosen.update(|chosen| {
            for contact in contacts {
                let has = chosen.iter().any(|other| other.id == contact.id);
                if !has && chosen.len() < MAX_CONTACTS as usize {
                    chosen.push(contact);
                    taken += 1;
                } else if has {
                    taken += 1;
                }
            }
        });
        (taken, total - taken)
    }

    /// Lets everybody go.
    pub fn clear(self) {
        self.chosen.set(Vec::new());
        self.is_over.set(false);
        self.pasting.forget();
        self.selecting.forget();
    }

    /// Who of the selection gets something, as things stand.
    pub fn sent_to(self) -> Vec<ContactId> {
        self.forecast().sent_to
    }

    /// What will happen when "Send" is pressed.
    pub fn forecast(self) -> Forecast {
        let channels = self.channels();
        self.chosen.with(|chosen| self.asked_before.with(|asked| Forecast::of(chosen, &channels, asked)))
    }

    /// Who is chosen.
    pub fn chosen_ids(self) -> Vec<ContactId> {
        self.chosen.with(|chosen| chosen.iter().map(|contact| contact.id.clone()).collect())
    }

    /// Asks the server who of the selection would wait when it leaves, and who was asked often enough by then.
    pub fn look_ahead(self, contacts: Vec<ContactId>, channels: Vec<Channel>, starts_at: Option<String>) {
        self.scope.spawn(async move {
            let answer = forecast_care(contacts.clone(), channels.clone(), starts_at.clone()).await;
            // Someone else, another channel or another time may have been chosen meanwhile.
            if self.chosen.with_untracked(|now| now.iter().map(|contact| &contact.id).eq(&contacts))
                && untrack(|| (self.channels(), self.when.starts_at())) == (channels, starts_at)
                && let Ok(forecast) = answer
            {
                self.care.set(forecast);
            }
        });
    }

    /// Asks the server whether so many people need another user's yes.
    pub fn ask_for_approval(self, people: u32) {
        self.scope.spawn(async move {
            let answer = if people == 0 { Ok(None) } else { forecast_approval(self.payment_link(), people).await };
            // Whether it is needed is asked once more by the press itself.
            self.approval.set(answer.unwrap_or_default());
        });
    }

    /// Sends. The same key again is the same campaign.
    pub fn send(self) {
        let Some(key) = self.key.get_untracked().filter(|_| !self.is_pending.get_untracked()) else {
            return;
        };
        let template = |channel| untrack(|| self.wording(channel).template()).and_then(|template| template.id);
        let campaign = NewCampaign {
            key,
            payment_link: self.payment_link(),
            contacts: self.chosen.with_untracked(|chosen| chosen.iter().map(|contact| contact.id.clone()).collect()),
            channels: untrack(|| self.channels()),
            email_template: template(Channel::Email),
            sms_template: template(Channel::Sms),
            subject: self.subject.get_untracked(),
            reminders: self.reminders.get_untracked(),
            starts_at: untrack(|| self.when.starts_at()),
            send_anyway: self.send_anyway.get_untracked(),
        };
        self.is_pending.set(true);
        self.error.set(None);
        self.scope.spawn(async move {
            let answer = create_campaign(campaign).await;
            self.is_pending.set(false);
            match answer {
                Ok(id) => self.campaign.set(Some(id)),
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// What will happen when "Send" is pressed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Forecast {
    /// People who get something.
    pub people: usize,
    /// The same, by name.
    pub sent_to: Vec<ContactId>,
    /// People who get nothing.
    pub skipped: usize,
    /// Why, with how many.
    pub reasons: Vec<(Reason, usize)>,
    /// One channel less than chosen, with why and how many.
    pub partly: Vec<(Reason, usize)>,
}

impl Forecast {
    /// By the rule that the server decides by, too.
    pub fn of(chosen: &[Contact], channels: &[Channel], asked: &Asked) -> Self {
        let verdicts = review_with(chosen, channels, asked);
        let is_sent_to = |(contact, verdict): (&Contact, &Verdict)| verdict.is_sent_to().then(|| contact.id.clone());
        let sent_to = chosen.iter().zip(&verdicts).filter_map(is_sent_to).collect();
        let (sent, skipped): (Vec<_>, Vec<_>) = verdicts.iter().partition(|verdict| verdict.is_sent_to());
        Self { people: sent.len(), sent_to, skipped: skipped.len(), reasons: counted(&skipped), partly: counted(&sent) }
    }
}

fn counted(verdicts: &[&Verdict]) -> Vec<(Reason, usize)> {
    let count = |reason| verdicts.iter().filter(|verdict| verdict.reasons.contains(&reason)).count();
    Reason::ALL.into_iter().map(|reason| (reason, count(reason))).filter(|(_, count)| *count > 0).collect()
}
