//! A wording looked through for a whole selection before it is sent. Nothing is written.

use super::check_syntax;
use crate::{
    care,
    db::{self, deliveries::Recipient},
    eligibility::Question,
    render::{self, Offer},
    service::Service,
};
use app::{
    account::Access,
    campaigns::MAX_CONTACTS,
    channel::Channel,
    eligibility::{Facts, Warning, review},
    error::{Error, FieldErrors, Result},
    sms::Segments,
    templates::{EmptyField, LongestSms, NamedContact, Wording, WordingReport, WordingReportRequest},
};
use std::collections::HashSet;

/// What the wording becomes for everyone who may be sent to; what cannot be said at all is told by the dialog's fields.
pub(super) async fn report(
    service: &Service,
    access: &Access,
    mut request: WordingReportRequest,
) -> Result<WordingReport> {
    let mut seen = HashSet::new();
    request.contacts.retain(|contact| seen.insert(contact.clone()));
    if request.contacts.len() > MAX_CONTACTS as usize {
        return Err(Error::Malformed);
    }
    let (business, now) = (access.business(), service.clock.now());
    let mut connection = service.db.read().await?;
    let link = db::checkouts::find_by_id(&mut connection, business, &request.payment_link).await?;
    let link = link.ok_or(Error::NotFound)?;
    let stored = care::of_business(&mut connection, business).await?;
    let (messengers, user) = (&service.messengers, Some(access.user()));
    let question = Question { link: &link, care: &stored, messengers, user, at: now, now, again: None };
    let people = question.look(&mut connection, &request.contacts).await?;
    drop(connection);

    let wordings = [(Channel::Email, request.email), (Channel::Sms, request.sms)];
    let wordings: Vec<_> =
        wordings.into_iter().filter_map(|(channel, wording)| wording.map(|wording| (channel, wording))).collect();
    let mut errors = FieldErrors::default();
    for (channel, wording) in &wordings {
        check(*channel, wording, &mut errors);
    }
    errors.check()?;

    let channels: Vec<_> = wordings.iter().map(|(channel, _)| *channel).collect();
    let offer = Offer::example(service.config.http.public_url.as_str(), &link.business_name, &link.details)?;
    let mut report = WordingReport::default();
    // People with a warning may be sent to anyway, and no link is too old to look at its words.
    let facts =
        question.all_facts(&people, &Warning::ALL).into_iter().map(|facts| Facts { link_closed: false, ..facts });
    let facts: Vec<_> = facts.collect();
    for (Facts { contact, .. }, verdict) in facts.iter().zip(review(&facts, &channels)) {
        let recipient = Recipient::of(contact);
        let values = offer.values(&recipient);
        let named = NamedContact { id: contact.id.clone(), name: contact.name() };
        for (channel, wording) in wordings.iter().filter(|(channel, _)| verdict.channels.contains(channel)) {
            let refused = |error: render::Error| Error::invalid(field(*channel), error.to_string());
            for gap in render::gaps(wording.into(), &values).map_err(refused)? {
                note(&mut report.empty_fields, gap, &named);
            }
            match channel {
                Channel::Email => {
                    render::email(wording.into(), &values, &offer.layout()).map_err(refused)?;
                }
                Channel::Sms => {
                    let segments = Segments::of(&render::sms(wording.into(), &values).map_err(refused)?);
                    measure(&mut report.longest_sms, segments, &named);
                }
            }
        }
    }
    Ok(report)
}

/// The dialog's field that a channel's body comes from.
const fn field(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email_template",
        Channel::Sms => "sms_template",
    }
}

fn check(channel: Channel, wording: &Wording, errors: &mut FieldErrors) {
    let mut found = FieldErrors::default();
    check_syntax(channel, wording, &mut found);
    if let Err(Error::Invalid(found)) = found.check() {
        for error in found {
            let name = if error.field == "body" { field(channel).to_owned() } else { error.field };
            errors.push(name, error.message);
        }
    }
}

/// One more contact for whom a field is empty, counted once for both channels.
fn note(empty: &mut Vec<EmptyField>, gap: render::Gap, named: &NamedContact) {
    match empty.iter_mut().find(|known| known.field == gap.field) {
        Some(known) if known.contacts.last() == Some(named) => {}
        Some(known) => known.contacts.push(named.clone()),
        None => empty.push(EmptyField { field: gap.field, reads: gap.reads, contacts: vec![named.clone()] }),
    }
}

/// One more text; the first of several that are equally long stays.
fn measure(longest: &mut Option<LongestSms>, segments: Segments, named: &NamedContact) {
    let length = |segments: &Segments| (segments.segments, segments.characters);
    match longest {
        None => *longest = Some(LongestSms { segments, contact: named.clone(), people: 1 }),
        Some(known) => {
            known.people += 1;
            if length(&segments) > length(&known.segments) {
                known.segments = segments;
                known.contact = named.clone();
            }
        }
    }
}
