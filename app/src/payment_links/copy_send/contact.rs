//! The tab "One contact": a contact's personal link, to be copied.

use leptos::prelude::*;

use crate::{
    contacts::{Contact, ContactQuery, calls::list_contacts},
    error::Error,
    id::PaymentLinkId,
    payment_links::{PersonalLinkAddress, calls::copy_personal_link},
    ui::{Choice, Choices, Combobox, CopyField, Failure, Notice, Scope, Tone, exact_time},
};

/// The combobox, and the link of whoever was chosen.
#[component]
pub fn OneContact(payment_link: PaymentLinkId) -> impl IntoView {
    let chosen = RwSignal::new(None::<Choice>);
    let found = RwSignal::new(Vec::<Contact>::new());
    let link = RwSignal::new(None::<Result<PersonalLinkAddress, Error>>);
    let contact = move || {
        let id = chosen.with(|choice| choice.as_ref().map(|choice| choice.value.clone()))?;
        found.with_untracked(|found| found.iter().find(|contact| contact.id.as_str() == id).cloned())
    };
    let load = move |search: String| async move {
        let page =
            list_contacts(ContactQuery { search, ..ContactQuery::default() }).await.map_err(|e| e.to_string())?;
        let choices =
            Choices { more: page.total > page.rows.len() as u64, found: page.rows.iter().map(choice).collect() };
        found.update(|found| remember(found, page.rows));
        Ok(choices)
    };
    Effect::new(move |_| {
        link.set(None);
        let Some(contact) = contact() else { return };
        let payment_link = payment_link.clone();
        // That of this choice alone: the next one ends it.
        Scope::here().spawn(async move { link.set(Some(copy_personal_link(payment_link, contact.id).await)) });
    });
    view! {
        <div class="stack">
            <Combobox
                id="personal-contact"
                label="Contact"
                placeholder="Search name, email or phone"
                load=load
                chosen=chosen
            />
            {move || contact().and_then(|contact| warning(&contact)).map(|text| view! {
                <Notice tone=Tone::Warn>{text}</Notice>
            })}
            {move || link.get().map(|link| match link {
                Ok(link) => view! {
                    <CopyField
                        id="personal-link"
                        label="Personal link"
                        value=link.url
                        hint=format!("Opens with this contact's details filled in. Works until {}.", exact_time(link.expires_at))
                    />
                }
                .into_any(),
                Err(error) => view! { <Failure error/> }.into_any(),
            })}
        </div>
    }
}

fn choice(contact: &Contact) -> Choice {
    let quiet = contact.dnd.all.then(|| "Do not disturb".to_owned());
    let detail = [contact.email.to_string(), contact.phone.to_string()].into_iter().chain(quiet);
    let detail = detail.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ");
    Choice { value: contact.id.to_string(), label: contact.name(), detail }
}

/// The newest facts of each contact that was found so far.
fn remember(found: &mut Vec<Contact>, rows: Vec<Contact>) {
    found.retain(|old| rows.iter().all(|new| new.id != old.id));
    found.extend(rows);
}

fn warning(contact: &Contact) -> Option<String> {
    let what = match contact.dnd {
        dnd if dnd.all => "Do not disturb is on",
        dnd if dnd.email && dnd.sms => "No email and no SMS are on",
        dnd if dnd.email => "No email is on",
        dnd if dnd.sms => "No SMS is on",
        _ => return None,
    };
    Some(format!(
        "{what} for {}. You can copy the link, but nothing is sent to this contact against that wish.",
        contact.name()
    ))
}
