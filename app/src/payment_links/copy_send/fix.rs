//! "Fix": an email or a phone is repaired below the row that it is missing in. What was typed outlives the row's renewal.

use std::collections::HashMap;

use leptos::{html::Form, prelude::*};
use wasm_bindgen::JsCast;

use super::listing::Listing;
use crate::{
    contacts::{AddressForm, Contact, calls::fix_addresses},
    eligibility::{Reason, Verdict},
    error::Error,
    form::problem_with,
    id::ContactId,
    ui::{Button, Failure, Field, Scope, Variant, on_escape},
};

/// What is wrong with an email.
pub const EMAIL: [Reason; 2] = [Reason::EmailMissing, Reason::EmailInvalid];
/// What is wrong with a phone.
pub const PHONE: [Reason; 2] = [Reason::PhoneMissing, Reason::PhoneInvalid];

/// What is being typed for one contact: only the addresses that are wrong.
#[derive(Clone, Debug, Default)]
struct Draft {
    email: Option<String>,
    phone: Option<String>,
    error: Option<Error>,
    is_pending: bool,
}

/// The contacts that are being repaired.
#[derive(Clone, Copy)]
pub struct Fixing {
    scope: Scope,
    listing: Listing,
    drafts: RwSignal<HashMap<ContactId, Draft>>,
}

impl Fixing {
    /// Nobody yet. The list hears of what is saved.
    pub fn new(listing: Listing) -> Self {
        Self { scope: Scope::here(), listing, drafts: RwSignal::new(HashMap::new()) }
    }

    fn is_open(self, id: &ContactId) -> bool {
        self.drafts.with(|drafts| drafts.contains_key(id))
    }

    fn error(self, id: &ContactId) -> Option<Error> {
        self.drafts.with(|drafts| drafts.get(id)?.error.clone())
    }

    fn change(self, id: &ContactId, change: impl FnOnce(&mut Draft)) {
        self.drafts.update(|drafts| {
            if let Some(draft) = drafts.get_mut(id) {
                change(draft);
            }
        });
    }

    fn open(self, contact: &Contact, verdict: &Verdict) {
        let has = |reasons: &[Reason]| reasons.iter().any(|reason| verdict.reasons.contains(reason));
        let draft = Draft {
            email: has(&EMAIL).then(|| contact.email.to_string()),
            phone: has(&PHONE).then(|| contact.phone.to_string()),
            ..Draft::default()
        };
        self.drafts.update(|drafts| drop(drafts.insert(contact.id.clone(), draft)));
    }

    fn close(self, id: &ContactId) {
        self.drafts.update(|drafts| drop(drafts.remove(id)));
        focus(id);
    }

    /// Saves what was typed for a contact; what is refused stays as it was typed.
    fn save(self, id: ContactId, version: i64) {
        let Some(draft) =
            self.drafts.with_untracked(|drafts| drafts.get(&id).cloned()).filter(|draft| !draft.is_pending)
        else {
            return;
        };
        self.change(&id, |draft| draft.is_pending = true);
        let form = AddressForm { email: draft.email, phone: draft.phone, version };
        self.scope.spawn(async move {
            match fix_addresses(id.clone(), form).await {
                Ok(row) => {
                    self.listing.take_row(row);
                    self.close(&id);
                }
                Err(error) => {
                    if matches!(error, Error::Conflict(_)) {
                        self.listing.load();
                    }
                    self.change(&id, |draft| {
                        draft.is_pending = false;
                        draft.error = Some(error);
                    });
                }
            }
        });
    }
}

/// Puts the focus on the row's checkbox, once the row is there.
fn focus(id: &ContactId) {
    let id = id.clone();
    request_animation_frame(move || {
        let found = document().get_element_by_id(id.as_str());
        if let Some(checkbox) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = checkbox.focus();
        }
    });
}

/// Whether a reason is one that only the contact's own page can change.
pub const fn is_for_the_page(reason: Reason) -> bool {
    matches!(
        reason,
        Reason::DoNotDisturb
            | Reason::EmailDoNotDisturb
            | Reason::SmsDoNotDisturb
            | Reason::Archived
            | Reason::Duplicate
    )
}

/// Opens the fields below the row.
#[component]
pub fn FixButton(fixing: Fixing, contact: Contact, reasons: Memo<Verdict>) -> impl IntoView {
    let name = contact.name();
    let id = contact.id.clone();
    let toggle = move |_| {
        if untrack(|| fixing.is_open(&contact.id)) {
            fixing.close(&contact.id);
        } else {
            reasons.with_untracked(|verdict| fixing.open(&contact, verdict));
        }
    };
    view! {
        <Button small=true attr:aria-expanded=move || fixing.is_open(&id).to_string() on:click=toggle>
            "Fix"<span class="visually-hidden">" "{name}</span>
        </Button>
    }
}

/// The fields for what is wrong, while the contact is being repaired.
#[component]
pub fn FixPanel(fixing: Fixing, contact: Contact) -> impl IntoView {
    let id = contact.id.clone();
    let contact = StoredValue::new(contact);
    view! {
        <Show when=move || fixing.is_open(&id)>
            <Fields fixing=fixing contact=contact.get_value()/>
        </Show>
    }
}

#[component]
fn Fields(fixing: Fixing, contact: Contact) -> impl IntoView {
    let (version, id) = (contact.version, contact.id.clone());
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        let first = form.get().and_then(|form| form.query_selector("input").ok().flatten());
        if let Some(input) = first.and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = input.focus();
        }
    });
    let draft = fixing.drafts.with_untracked(|drafts| drafts.get(&id).cloned()).unwrap_or_default();
    let error = Memo::new({
        let id = id.clone();
        move |_| fixing.error(&id)
    });
    let other = move || error.get().filter(|error| !matches!(error, Error::Invalid(_)));
    let is_pending = Signal::derive({
        let id = id.clone();
        move || fixing.drafts.with(|drafts| drafts.get(&id).is_some_and(|draft| draft.is_pending))
    });
    let typed = |field: fn(&mut Draft) -> &mut Option<String>| {
        let id = id.clone();
        move |event: web_sys::Event| {
            if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                fixing.change(&id, |draft| *field(draft) = Some(input.value()));
            }
        }
    };
    let (save, leave, cancel) = (id.clone(), id.clone(), id.clone());
    let on_key = on_escape(move || {
        fixing.close(&leave);
        true
    });
    view! {
        <form
            node_ref=form
            class="fix"
            novalidate=true
            aria-label=format!("Fix {}", contact.name())
            on:keydown=on_key
            on:submit=move |event| {
                event.prevent_default();
                fixing.save(save.clone(), version);
            }
        >
            {move || other().map(|error| view! { <Failure error/> })}
            {draft.email.map(|value| view! {
                <Field
                    name=format!("fix-{id}-email")
                    label="Email"
                    kind="email"
                    value=value
                    error=problem_with(error, "email")
                    on:input=typed(|draft| &mut draft.email)
                />
            })}
            {draft.phone.map(|value| view! {
                <Field
                    name=format!("fix-{id}-phone")
                    label="Phone"
                    kind="tel"
                    value=value
                    error=problem_with(error, "phone")
                    on:input=typed(|draft| &mut draft.phone)
                />
            })}
            <div class="fix-actions">
                <Button kind="submit" variant=Variant::Primary small=true busy=is_pending>"Save"</Button>
                <Button small=true on:click=move |_| fixing.close(&cancel)>"Cancel"</Button>
            </div>
        </form>
    }
}
