//! One rule, five doors: choosing, pressing "Send", "Retry failed", the last look before a message leaves, and reminders obey every
//! reason, and say which it is.

use crate::{
    both_engines,
    fakes::{smtp::Answer as Mail, twilio::Answer as Sms},
    world::{World, address, payment_link, phone, run, send_anyway},
};
use app::{
    backend::{Campaigns as _, Care as _, Contacts as _, PaymentLinks as _, Preflight as _, Reminders as _},
    campaigns::NewCampaign,
    care::CareForm,
    channel::Channel,
    deliveries::{DeliveryState, DeliveryStatus},
    eligibility::{Reason, Warning},
    error::Error,
    id::{CampaignId, ContactId, PaymentLinkId},
    payment_links::LinkStatus,
    preflight::{Group, ToSelect},
    reminders::{NewReminder, ReminderSkip},
};

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What a door does once a reason has come up.
#[derive(Clone, Copy, PartialEq)]
enum Door {
    /// Nothing leaves, and the reason is shown.
    Shut,
    /// The reason is none for this door: the message leaves.
    Open,
    /// The reason cannot come up before this door.
    Never,
}
use Door::{Never, Open, Shut};

const PICK: usize = 0;
const PRESS: usize = 1;
const RETRY: usize = 2;
const LEAVE: usize = 3;
const REMIND: usize = 4;

/// Every reason at picking, pressing, retrying, leaving and reminding.
const TABLE: [(Reason, [Door; 5]); 17] = [
    // What is written leaves for the address that it was written for …
    (Reason::EmailMissing, [Shut, Shut, Shut, Open, Shut]),
    // … unless that one takes no messages.
    (Reason::EmailInvalid, [Shut, Shut, Shut, Shut, Shut]),
    (Reason::PhoneMissing, [Shut, Shut, Shut, Open, Shut]),
    (Reason::PhoneInvalid, [Shut, Shut, Shut, Open, Shut]),
    (Reason::DoNotDisturb, [Shut, Shut, Shut, Shut, Shut]),
    (Reason::EmailDoNotDisturb, [Shut, Shut, Shut, Shut, Shut]),
    (Reason::SmsDoNotDisturb, [Shut, Shut, Shut, Shut, Shut]),
    (Reason::Archived, [Shut, Shut, Shut, Shut, Shut]),
    (Reason::Duplicate, [Shut, Shut, Shut, Open, Open]),
    (Reason::WeeklyCap, [Shut, Shut, Shut, Open, Shut]),
    (Reason::AlreadyPaid, [Shut, Shut, Shut, Shut, Shut]),
    // What is said once more was sent before.
    (Reason::SentRecently, [Shut, Shut, Open, Open, Open]),
    (Reason::BeingSent, [Shut, Shut, Open, Open, Open]),
    (Reason::LinkClosed, [Shut, Shut, Shut, Shut, Shut]),
    // A press of "Send" makes new ones.
    (Reason::PersonalLinkClosed, [Never, Never, Shut, Shut, Shut]),
    (Reason::LeftOut, [Never, Never, Never, Never, Shut]),
    (Reason::TakenBack, [Never, Never, Never, Shut, Never]),
];

/// One reason before one door.
struct Case {
    reason: Reason,
    row: usize,
    at: usize,
    door: Door,
    link: PaymentLinkId,
    /// Stands earlier in every selection.
    other: ContactId,
    person: ContactId,
    campaign: Option<CampaignId>,
    /// What the person had got when the reason had come up.
    before: usize,
}

impl Case {
    fn channel(&self) -> Channel {
        self.reason.concerns().unwrap_or(Channel::Email)
    }

    fn number(&self) -> usize {
        self.row * 10 + self.at * 2 + 1
    }

    /// What its door must show.
    fn expected(&self) -> String {
        let (reason, label) = (self.reason, self.reason.label());
        match (self.door, self.at) {
            (Open | Never, _) => SENT.to_owned(),
            (Shut, PICK) => (if Warning::is(reason) { reason.as_str() } else { "not chosen" }).to_owned(),
            (Shut, PRESS) if reason == Reason::LinkClosed => {
                "This payment link is inactive. Activate it, then send it.".to_owned()
            }
            (Shut, RETRY) if reason == Reason::LinkClosed => {
                "The payment link takes no payments any more, so nothing is sent again.".to_owned()
            }
            (Shut, RETRY) => {
                let label = match reason {
                    Reason::AlreadyPaid => "already paid",
                    Reason::PersonalLinkClosed => "the personal link has expired",
                    _ => label,
                };
                format!("Nothing is sent again. 1 left out: {}{} 1.", label[..1].to_lowercase(), &label[1..])
            }
            (Shut, LEAVE) if reason.ends_request() => format!("Canceled: {label}."),
            (Shut, LEAVE) => format!("Skipped: {label}"),
            (Shut, _) => reason.as_str().to_owned(),
        }
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{} at {}",
            self.reason.as_str(),
            ["picking", "pressing", "retrying", "leaving", "reminding"][self.at]
        )
    }
}

fn name(row: usize, at: usize) -> String {
    format!("Row{row:02}{at}")
}

const SENT: &str = "sent";

fn codes(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>().join(" ")
}

impl World {
    async fn case(&self, row: usize, at: usize) -> Case {
        let (reason, doors) = TABLE[row];
        let first = row * 10 + at * 2;
        let mut case = Case {
            reason,
            row,
            at,
            door: doors[at],
            link: payment_link(&self.app.service, &self.access).await,
            other: self.named(first, &format!("{}a", name(row, at))).await,
            person: self.named(first + 1, &format!("{}b", name(row, at))).await,
            campaign: None,
            before: 0,
        };
        let both = [case.other.clone(), case.person.clone()];
        let wanted = NewCampaign { payment_link: case.link.clone(), ..self.wanted(&both, &[case.channel()]) };
        let wanted = match at {
            RETRY => {
                let n = case.number();
                self.smtp.script(&address(n), [Mail::Rcpt("554 5.7.1 refused by policy")]);
                self.twilio.script(&phone(n), [Sms::Refuse(400, 21_612)]);
                wanted
            }
            LEAVE => NewCampaign { starts_at: Some("2026-03-05T05:00".to_owned()), ..wanted },
            REMIND => {
                let reminder = NewReminder { after_days: 3, email_template: None, sms_template: None };
                NewCampaign { reminders: vec![reminder], ..wanted }
            }
            _ => return case,
        };
        case.campaign = Some(self.app.service.create_campaign(&self.access, wanted).await.unwrap());
        case
    }

    /// Lets a reason come up.
    async fn hinder(&self, case: &Case) {
        let (service, person, n) = (&self.app.service, std::slice::from_ref(&case.person), case.number());
        match case.reason {
            Reason::EmailMissing => self.switch(&case.person, |form| form.email.clear()).await,
            Reason::EmailInvalid => {
                self.smtp.script(&address(n), [Mail::Rcpt("550 5.1.1 no such user")]);
                send_anyway(service, &self.access, &case.link, person, &[Channel::Email]).await;
                self.send_what_is_due().await;
            }
            Reason::PhoneMissing => self.switch(&case.person, |form| form.phone.clear()).await,
            Reason::PhoneInvalid => self.switch(&case.person, |form| "12".clone_into(&mut form.phone)).await,
            Reason::DoNotDisturb => self.switch(&case.person, |form| form.do_not_disturb = true).await,
            Reason::EmailDoNotDisturb => self.switch(&case.person, |form| form.no_email = true).await,
            Reason::SmsDoNotDisturb => self.switch(&case.person, |form| form.no_sms = true).await,
            Reason::Archived => service.archive_contact(&self.access, case.person.clone(), true).await.unwrap(),
            Reason::Duplicate => self.switch(&case.other, |form| form.email = address(n)).await,
            Reason::WeeklyCap => {
                for _ in 0..3 {
                    let another = payment_link(service, &self.access).await;
                    send_anyway(service, &self.access, &another, person, &[Channel::Email]).await;
                }
                self.send_what_is_due().await;
            }
            Reason::AlreadyPaid => {
                let typed = [("name", "P"), ("email", &*address(n)), ("phone", "")];
                self.pay(&self.standard_link(), &typed).await;
            }
            Reason::SentRecently => {
                send_anyway(service, &self.access, &case.link, person, &[Channel::Email]).await;
                self.send_what_is_due().await;
            }
            Reason::BeingSent => {
                let wanted = NewCampaign {
                    payment_link: case.link.clone(),
                    starts_at: Some("2026-03-20T05:00".to_owned()),
                    send_anyway: Warning::ALL.to_vec(),
                    ..self.wanted(person, &[Channel::Email])
                };
                service.create_campaign(&self.access, wanted).await.unwrap();
            }
            Reason::LinkClosed => {
                let (id, status) = (case.link.clone(), LinkStatus::Inactive);
                service.set_payment_link_status(&self.access, id, status).await.unwrap();
            }
            Reason::PersonalLinkClosed => {
                let sql = "update personal_links set revoked_at = created_at where contact_id";
                assert_eq!(run(&self.app, &format!("{sql} = '{}'", case.person)).await, 1);
            }
            Reason::LeftOut => {
                let (campaign, contact) = (case.campaign.clone().unwrap(), case.person.clone());
                let skip = ReminderSkip { campaign, number: 1, contact, skipped: true };
                service.skip_reminder(&self.access, skip).await.unwrap();
            }
            Reason::TakenBack => {
                let campaign = case.campaign.clone().unwrap();
                service.take_out_recipient(&self.access, campaign, case.person.clone()).await.unwrap();
            }
        }
    }

    fn got_of(&self, case: &Case) -> usize {
        match case.channel() {
            Channel::Email => self.smtp.mails_to(&address(case.number())).len(),
            Channel::Sms => self.twilio.texts_to(&phone(case.number())).len(),
        }
    }

    async fn message(&self, case: &Case, campaign: &CampaignId) -> DeliveryState {
        let recipients = self.report(campaign).await.recipients;
        let theirs = recipients.into_iter().find(|recipient| recipient.contact == case.person).unwrap();
        match case.channel() {
            Channel::Email => theirs.email.unwrap(),
            Channel::Sms => theirs.sms.unwrap(),
        }
    }

    /// What a door shows.
    async fn shown(&self, case: &Case) -> String {
        match case.at {
            PICK => self.pick(case).await,
            PRESS => self.press(case).await,
            RETRY => self.retry(case).await,
            LEAVE => self.leave(case).await,
            _ => self.remind(case).await,
        }
    }

    async fn pick(&self, case: &Case) -> String {
        let (group, channels) = (Group::Shown(name(case.row, case.at)), vec![case.channel()]);
        let wanted = ToSelect { group, payment_link: case.link.clone(), channels };
        let chosen = self.app.service.find_contacts_to_select(&self.access, wanted).await.unwrap().contacts;
        let warned = self.app.service.list_warnings(&self.access, case.link.clone(), vec![case.person.clone()]).await;
        if chosen.iter().any(|contact| contact.id == case.person) {
            return SENT.to_owned();
        }
        warned.unwrap().first().map_or("not chosen", |warned| warned.warning.reason().as_str()).to_owned()
    }

    async fn press(&self, case: &Case) -> String {
        let both = [case.other.clone(), case.person.clone()];
        let wanted = NewCampaign { payment_link: case.link.clone(), ..self.wanted(&both, &[case.channel()]) };
        match self.app.service.create_campaign(&self.access, wanted).await {
            Ok(id) => {
                let message = self.message(case, &id).await;
                if message.status == DeliveryStatus::Suppressed { codes(&message.reasons) } else { SENT.to_owned() }
            }
            Err(Error::Conflict(said)) => said,
            Err(error) => panic!("{error}"),
        }
    }

    async fn retry(&self, case: &Case) -> String {
        let answer = self.app.service.retry_failed(&self.access, case.campaign.clone().unwrap()).await;
        match answer.map(|change| change.to_string()) {
            Ok(said) if said == "1 message is queued again." => SENT.to_owned(),
            Ok(said) | Err(Error::Conflict(said)) => said,
            Err(error) => panic!("{error}"),
        }
    }

    async fn leave(&self, case: &Case) -> String {
        let message = self.message(case, case.campaign.as_ref().unwrap()).await;
        if message.status == DeliveryStatus::Sent { SENT.to_owned() } else { message.label() }
    }

    /// What the ledger says of the person's reminder.
    async fn remind(&self, case: &Case) -> String {
        let (campaign, person) = (case.campaign.as_ref().unwrap().as_str(), case.person.as_str());
        let bodies = self.bodies("reminder").await;
        let body = bodies.iter().find(|body| body["reminder_of"] == campaign).unwrap();
        let theirs = body["people"].as_array().unwrap().iter().find(|theirs| theirs["contact"] == person).unwrap();
        if theirs["allowed"].as_array().unwrap().len() == 1 {
            return SENT.to_owned();
        }
        if theirs["skipped"] == true {
            return Reason::LeftOut.as_str().to_owned();
        }
        let reasons = theirs["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap());
        reasons.collect::<Vec<_>>().join(" ")
    }
}

both_engines! {
    async fn every_reason_is_obeyed_at_every_door(store: TestStore) {
        assert!(TABLE.map(|(reason, _)| reason) == Reason::ALL, "each reason has its row");
        let mut world = World::start(store).await;
        let mut cases = Vec::new();
        for (row, (_, doors)) in TABLE.iter().enumerate() {
            for at in (0..5).filter(|at| doors[*at] != Never) {
                cases.push(world.case(row, at).await);
            }
        }
        world.send_what_is_due().await;
        world.app.clock.advance(2 * MINUTE);
        for case in &mut cases {
            world.link = case.link.clone();
            world.hinder(case).await;
            case.before = world.got_of(case);
        }
        let care = CareForm { weekly_cap: "3".to_owned(), ..CareForm::default() };
        world.app.service.save_care(&world.access, care).await.unwrap();

        let mut wrong = Vec::new();
        for at in 0..5 {
            match at {
                LEAVE => world.after(DAY).await,
                REMIND => world.after(2 * DAY).await,
                _ => {}
            }
            for case in cases.iter().filter(|case| case.at == at) {
                let (shown, expected) = (world.shown(case).await, case.expected());
                if shown != expected {
                    wrong.push(format!("{case}: {shown:?} instead of {expected:?}"));
                }
            }
            world.send_what_is_due().await;
        }
        // The other one with the same address is written to at that address.
        for case in cases.iter().filter(|case| case.at != PICK && case.reason != Reason::Duplicate) {
            let (left, expected) = (world.got_of(case) - case.before, usize::from(case.door == Open));
            if left != expected {
                wrong.push(format!("{case}: {left} messages left instead of {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
