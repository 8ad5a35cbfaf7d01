//! All that is foretold of the selection: warnings, quiet hours, the weekly limit, approval, and how the messages come out.

use leptos::prelude::*;

use super::{
    forecast::Forecast,
    foretold::{Answer, Foretold},
    plan::Plan,
    selection::Selection,
    wording::Wordings,
};
use crate::{
    approval::calls::forecast_approval,
    care::{CareForecast, calls::forecast_care},
    channel::Channel,
    contacts::Contact,
    eligibility::{Asked, Verdict, Warning, judge},
    id::{ContactId, PaymentLinkId},
    preflight::{Warned, by_contact, calls::list_warnings},
    templates::{WordingReport, WordingReportRequest, calls::report_wording},
};

/// The server's answers about what is chosen, and the warnings that the user waived.
#[derive(Clone, Copy)]
pub struct Outlook {
    selection: Selection,
    wording: Wordings,
    /// How often all of it was asked for; nothing is asked before the dialog is opened.
    again: RwSignal<u32>,
    /// What speaks against sending this link to the selection.
    pub warnings: Foretold<Vec<Warned>>,
    /// Quiet hours and the weekly limit.
    pub care: Foretold<CareForecast>,
    /// Why it will wait for another user, if it will.
    pub approval: Foretold<Option<String>>,
    /// How long the SMS becomes, and for whom a field is empty.
    pub report: Foretold<WordingReport>,
    /// The warnings that keep nobody out.
    pub send_anyway: RwSignal<Vec<Warning>>,
    asked_before: Memo<Asked>,
    /// What will happen when "Send" is pressed.
    pub forecast: Memo<Forecast>,
}

impl Outlook {
    /// Follows who is chosen, by which channels, in which words and for when.
    pub fn new(payment_link: PaymentLinkId, selection: Selection, wording: Wordings, plan: Plan) -> Self {
        let (again, send_anyway) = (RwSignal::new(0_u32), RwSignal::new(Vec::new()));
        let link = StoredValue::new(payment_link);
        let is_begun = move || again.get() > 0;
        let warnings = Foretold::new(
            again,
            move || {
                let contacts = selection.ids();
                (is_begun() && !contacts.is_empty()).then(|| (link.get_value(), contacts))
            },
            |(link, contacts)| list_warnings(link, contacts),
        );
        // Without a selection, too: the rows of the list tell who was asked enough this week.
        let care = Foretold::new(
            again,
            move || is_begun().then(|| (selection.ids(), wording.channels(), plan.starts_at())),
            |(contacts, channels, starts_at)| forecast_care(contacts, channels, starts_at),
        );
        let asked_before = Memo::new(move |_| Asked {
            warned: warnings.known(|warned: &Vec<_>| by_contact(warned)),
            waived: send_anyway.get(),
            ..care.known(|care: &CareForecast| care.asked.clone())
        });
        let forecast = Memo::new(move |_| {
            let channels = wording.channels();
            selection.chosen.with(|chosen| asked_before.with(|asked| Forecast::of(chosen, &channels, asked)))
        });
        let approval = Foretold::new(
            again,
            move || {
                let people = forecast.with(Forecast::people);
                (is_begun() && people > 0).then(|| (link.get_value(), u32::try_from(people).unwrap_or(u32::MAX)))
            },
            |(link, people)| forecast_approval(link, people),
        );
        let report = Foretold::new(
            again,
            move || {
                is_begun().then(|| WordingReportRequest {
                    payment_link: link.get_value(),
                    // Who is skipped costs nothing, and an empty field of theirs is seen by nobody.
                    contacts: forecast.with(|forecast| forecast.sent_to.clone()),
                    email: wording.sends(Channel::Email),
                    sms: wording.sends(Channel::Sms),
                })
            },
            report_wording,
        );
        // What was waived for nobody is not waived for people who are chosen later.
        Effect::new(move |_| {
            let is_about = |warned: &Vec<Warned>, warning| warned.iter().any(|one| one.warning == warning);
            warnings.with(|answer| {
                if let Answer::Known(warned) = answer {
                    send_anyway.update(|waived| waived.retain(|warning| is_about(warned, *warning)));
                }
            });
        });
        Self { selection, wording, again, warnings, care, approval, report, send_anyway, asked_before, forecast }
    }

    /// Asks for all of it, also where nothing was changed here: somebody else may have changed something.
    pub fn ask_again(self) {
        self.again.update(|times| *times += 1);
    }

    /// The verdict on a contact: among the selection if it is chosen, else alone.
    pub fn verdict(self, contact: Contact, requests_this_week: u32) -> Memo<Verdict> {
        Memo::new(move |_| {
            let channels = self.wording.channels();
            let among_the_chosen = self.selection.chosen.with(|chosen| {
                let at = chosen.iter().position(|other| other.id == contact.id)?;
                self.asked_before.with(|asked| asked.review(chosen, &channels).into_iter().nth(at))
            });
            among_the_chosen.unwrap_or_else(|| {
                let weekly_cap = self.care.known(|care| care.asked.weekly_cap);
                let requests = [(contact.id.clone(), requests_this_week)].into();
                let asked = Asked { weekly_cap, requests, ..Asked::default() };
                judge(&asked.facts(&contact), &channels)
            })
        })
    }

    /// The warnings about a chosen contact, in words.
    pub fn warnings_about(self, contact: ContactId) -> Memo<Vec<String>> {
        Memo::new(move |_| {
            let is_of = |other: &ContactId| *other == contact && self.selection.has(other);
            let words = |all: &Vec<Warned>| {
                all.iter().filter(|one| is_of(&one.contact)).map(|one| one.words.clone()).collect::<Vec<_>>()
            };
            self.warnings.known(words)
        })
    }

    /// What could not be foretold, in words. The report of the wording says so itself.
    pub fn unknown(self) -> Vec<&'static str> {
        [
            (self.warnings.failure(), "It is not known who already paid this link or was sent it before."),
            (self.care.failure(), "It is not known who has quiet hours or was asked enough this week."),
            (self.approval.failure(), "It is not known whether another user has to approve it."),
        ]
        .into_iter()
        .filter_map(|(failure, words)| failure.map(|_| words))
        .collect()
    }
}
