//! One contact: the form, what is known of the addresses and of the person's wishes, and what happened. What is not valid is
//! saved, and marked.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::{
    Contact, ContactDetails, ContactForm, Dnd, Undeliverable,
    calls::{ArchiveContact, ConfirmAddress, CreateContact, DecideReplies, UpdateContact, read_contact},
};
use crate::{
    channel::Channel,
    error::Error,
    form::{action, plain_answer, problem_with, problems, refusal, tell_next_page, times_done},
    history::{AddressEntry, ConsentEntry, HistoryItem, HistoryKind, ReplyDecision, ReplyEntry},
    id::ContactId,
    paths,
    ui::{
        Button, Card, Cell, Column, ErrorSummary, Failure, Field, FieldRow, FormActions, LinkButton, Loaded, Notice,
        PageHead, RelativeTime, Row, Status, Switch, Table, Told, Tone, Variant, WarnUnsaved,
    },
};

const SAVED: &str = "Saved.";

/// `/contacts/new`
#[component]
pub fn NewContactPage() -> impl IntoView {
    let save = action::<CreateContact>();
    let error = refusal(save);
    tell_next_page(save, SAVED);
    view! {
        <PageHead title="New contact" parent=(paths::CONTACTS, "Contacts")/>
        <ActionForm action=save attr:class="form" attr:novalidate=true>
            <WarnUnsaved what="the new contact" saved=times_done(save)/>
            <ErrorSummary errors=problems(error)/>
            <ContactFields
                form=ContactForm::default()
                error=error
                email_problem=None
                phone_problem=None
                asked_for=Dnd::default()
            />
            <FormActions>
                <LinkButton href=paths::CONTACTS>"Cancel"</LinkButton>
                <Button kind="submit" variant=Variant::Primary busy=save.pending()>"Save"</Button>
            </FormActions>
        </ActionForm>
    }
}

/// `/contacts/{id}`
#[component]
pub fn ContactPage() -> impl IntoView {
    let params = use_params_map();
    let save = action::<UpdateContact>();
    let archive = action::<ArchiveContact>();
    let confirm = action::<ConfirmAddress>();
    let decide = action::<DecideReplies>();
    let (saved, archived, confirmed) = (times_done(save), times_done(archive), times_done(confirm));
    let decided = times_done(decide);
    let details = Resource::new_blocking(
        move || {
            let id = params.with(|params| params.get("id").unwrap_or_default());
            (id, saved.get(), archived.get(), confirmed.get(), decided.get())
        },
        |(id, ..)| read_contact(id),
    );
    view! {
        <Loaded from=details page=("Contact", (paths::CONTACTS, "Contacts")) let:details>
            <Details details save archive confirm decide/>
        </Loaded>
    }
}

#[component]
fn Details(
    details: ContactDetails,
    save: ServerAction<UpdateContact>,
    archive: ServerAction<ArchiveContact>,
    confirm: ServerAction<ConfirmAddress>,
    decide: ServerAction<DecideReplies>,
) -> impl IntoView {
    let ContactDetails {
        contact,
        email_problem,
        phone_problem,
        phone,
        now,
        asked_for,
        consents,
        address_reports,
        replies,
        history,
    } = details;
    let error = refusal(save);
    let is_saved = move || matches!(save.value().get(), Some(Ok(()))) && !save.pending().get();
    let is_made = plain_answer::<CreateContact>().is_some();
    let said = Signal::derive(move || (is_made || is_saved()).then(|| (Tone::Good, SAVED.to_owned())));
    let form = typed(&contact, phone.clone());
    let (name, id, version, archived) = (contact.name(), contact.id.clone(), contact.version, contact.archived);
    let (id_field, confirmed) = (id.to_string(), id.clone());
    let repair = to_repair(email_problem.is_some(), phone_problem.is_some());
    let what = format!("the contact {name}");
    let unreached = [
        (Channel::Email, contact.email.to_string(), contact.email_undeliverable),
        (Channel::Sms, phone, contact.phone_undeliverable),
    ];
    let not_confirmed = refusal(confirm);
    let not_decided = refusal(decide);
    let answering = id.clone();
    view! {
        <PageHead title=name parent=(paths::CONTACTS, "Contacts")>
            <ArchiveButton id=id archived=archived action=archive/>
        </PageHead>
        {archived.then(|| view! {
            <Notice>"This contact is archived: it is kept for its history and gets no messages."</Notice>
        })}
        {move || not_confirmed.get().map(|error| view! { <Failure error/> })}
        {unreached
            .into_iter()
            .filter_map(|(channel, address, undeliverable)| {
                let contact = confirmed.clone();
                undeliverable.map(|undeliverable| view! {
                    <Unreached contact channel address undeliverable confirm now/>
                })
            })
            .collect_view()}
        <Told said/>
        {repair.map(|text| view! { <Notice tone=Tone::Warn>{text}</Notice> })}
        {move || not_decided.get().map(|error| view! { <Failure error/> })}
        <Replies contact=answering entries=replies decide now/>
        <ActionForm action=save attr:class="form" attr:novalidate=true>
            <ErrorSummary errors=problems(error)/>
            <WarnUnsaved what saved=times_done(save)/>
            <input type="hidden" name="id" value=id_field/>
            <input type="hidden" name="form[version]" value=version.to_string()/>
            <ContactFields
                form=form
                error=error
                email_problem=email_problem.map(|problem| problem.to_string())
                phone_problem=phone_problem.map(|problem| problem.to_string())
                asked_for=asked_for
            />
            <FormActions>
                <Button kind="submit" variant=Variant::Primary busy=save.pending()>"Save"</Button>
            </FormActions>
        </ActionForm>
        <div class="history">
            <Consents entries=consents now=now/>
            <AddressReports entries=address_reports now=now/>
            <History items=history now=now/>
        </div>
    }
}

/// What keeps every message from a contact whose addresses were saved as they were typed.
fn to_repair(email: bool, phone: bool) -> Option<&'static str> {
    match (email, phone) {
        (true, true) => Some("Messages cannot be sent to this contact yet. Correct the email and the phone below."),
        (true, false) => Some("Messages cannot be sent to this contact yet. Correct the email below."),
        (false, true) => Some("Messages cannot be sent to this contact yet. Correct the phone below."),
        (false, false) => None,
    }
}

/// An address that is written right and takes no messages: why, and the way to say that it does.
#[component]
fn Unreached(
    contact: ContactId,
    channel: Channel,
    address: String,
    undeliverable: Undeliverable,
    confirm: ServerAction<ConfirmAddress>,
    now: i64,
) -> impl IntoView {
    let title = match channel {
        Channel::Email => "Email to this contact comes back",
        Channel::Sms => "Texts to this contact do not arrive",
    };
    view! {
        <div class="unreached">
            <Notice tone=Tone::Warn title=title>
                <p>
                    <bdi>{address.clone()}</bdi> ": " {undeliverable.words} " · "
                    <RelativeTime at=undeliverable.at now=now/>
                </p>
                <p>"Nothing is sent to this contact until you correct the address below or say that it works."</p>
                <ActionForm action=confirm>
                    <input type="hidden" name="id" value=contact.to_string()/>
                    <input type="hidden" name="channel" value=channel.as_str()/>
                    <Button kind="submit" small=true busy=confirm.pending()>
                        "This address works"<span class="visually-hidden">": "{address}</span>
                    </Button>
                </ActionForm>
            </Notice>
        </div>
    }
}

/// What was answered from the contact's number and no rule understood, and the buttons with which a person decides.
#[component]
fn Replies(
    contact: ContactId,
    entries: Vec<ReplyEntry>,
    decide: ServerAction<DecideReplies>,
    now: i64,
) -> impl IntoView {
    if entries.is_empty() {
        return ().into_any();
    }
    let newest_open = entries.iter().filter(|entry| entry.decision.is_none()).map(|entry| entry.at).max();
    let question = newest_open.map(|until| {
        let button = move |decision: ReplyDecision, label: &'static str| {
            let contact = contact.to_string();
            view! {
                <ActionForm action=decide>
                    <input type="hidden" name="id" value=contact/>
                    <input type="hidden" name="until" value=until.to_string()/>
                    <input type="hidden" name="decision" value=decision.as_str()/>
                    <Button kind="submit" small=true busy=decide.pending()>{label}</Button>
                </ActionForm>
            }
        };
        view! {
            <p>"Does this contact want no more texts? Read the answer and decide."</p>
            <div class="reply-choices">
                {button(ReplyDecision::Stop, "Stop texting")}
                {button(ReplyDecision::Leave, "Keep texting")}
            </div>
        }
    });
    let line = move |entry: ReplyEntry| {
        let (tone, decided) = match entry.decision {
            None => (Tone::Warn, "Not decided"),
            Some(ReplyDecision::Stop) => (Tone::Neutral, "Texts stopped"),
            Some(ReplyDecision::Leave) => (Tone::Neutral, "Texts go on"),
        };
        view! {
            <Row>
                <Cell head=true label="Reply"><span class="reply-words" dir="auto">{entry.words}</span></Cell>
                <Cell label="Decision"><Status tone=tone label=decided/></Cell>
                <Cell label="Who"><bdi>{entry.who}</bdi></Cell>
                <Cell label="When"><RelativeTime at=entry.at now=now/></Cell>
            </Row>
        }
    };
    let columns = ["Reply", "Decision", "Who", "When"].map(Column::new).to_vec();
    view! {
        <div class="replies">
            <Card title="Replies" text="Answers to your texts that are neither STOP nor START. They are kept for 90 days.">
                <Table caption="Replies" columns=columns>{entries.into_iter().map(line).collect_view()}</Table>
                {question}
            </Card>
        </div>
    }
    .into_any()
}

/// Who switched do-not-disturb, when and how.
#[component]
fn Consents(entries: Vec<ConsentEntry>, now: i64) -> impl IntoView {
    if entries.is_empty() {
        return ().into_any();
    }
    let columns = ["Do not disturb", "How", "Who", "When"].map(Column::new).to_vec();
    view! {
        <Card title="Do not disturb: record">
            <Table caption="Switches of do not disturb" columns=columns>
                {entries.into_iter().map(|entry| view! { <ConsentLine entry=entry now=now/> }).collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn ConsentLine(entry: ConsentEntry, now: i64) -> impl IntoView {
    let what = match entry.channel {
        None => "All messages",
        Some(Channel::Email) => "Email",
        Some(Channel::Sms) => "SMS",
    };
    let (tone, switched) = if entry.is_on { (Tone::Warn, "stopped") } else { (Tone::Good, "allowed again") };
    let reason = (!entry.reason.is_empty()).then_some(entry.reason);
    view! {
        <Row>
            <Cell head=true label="Do not disturb"><Status tone=tone label=format!("{what} {switched}")/></Cell>
            <Cell label="How">
                {entry.how}
                {reason.map(|reason| view! { <p class="muted">"Reason: " {reason}</p> })}
            </Cell>
            <Cell label="Who"><bdi>{entry.who}</bdi></Cell>
            <Cell label="When"><RelativeTime at=entry.at now=now/></Cell>
        </Row>
    }
}

/// What was found out about the contact's addresses.
#[component]
fn AddressReports(entries: Vec<AddressEntry>, now: i64) -> impl IntoView {
    if entries.is_empty() {
        return ().into_any();
    }
    let columns = ["Address", "What", "Who", "When"].map(Column::new).to_vec();
    let line = move |entry: AddressEntry| {
        let (tone, what) =
            if entry.works { (Tone::Good, "This address works".to_owned()) } else { (Tone::Bad, entry.words) };
        view! {
            <Row>
                <Cell head=true label="Address"><bdi>{entry.address}</bdi></Cell>
                <Cell label="What"><Status tone=tone label=what/></Cell>
                <Cell label="Who"><bdi>{entry.who}</bdi></Cell>
                <Cell label="When"><RelativeTime at=entry.at now=now/></Cell>
            </Row>
        }
    };
    view! {
        <Card title="Addresses: record">
            <Table caption="What is known of the addresses" columns=columns>
                {entries.into_iter().map(line).collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

/// The contact as its form shows it.
fn typed(contact: &Contact, phone: String) -> ContactForm {
    ContactForm {
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        email: contact.email.to_string(),
        phone,
        tags: contact.tags.join(", "),
        do_not_disturb: contact.dnd.all,
        no_email: contact.dnd.email,
        no_sms: contact.dnd.sms,
        reason: String::new(),
        version: contact.version,
    }
}

#[component]
fn ContactFields(
    form: ContactForm,
    error: Signal<Option<Error>>,
    #[prop(optional_no_strip)] email_problem: Option<String>,
    #[prop(optional_no_strip)] phone_problem: Option<String>,
    asked_for: Dnd,
) -> impl IntoView {
    let refused = move |field: &'static str, standing: Option<String>| {
        let refused = problem_with(error, field);
        Signal::derive(move || refused.get().or_else(|| standing.clone()))
    };
    view! {
        <Card>
            <FieldRow>
                <Field
                    name="form[first_name]"
                    id="first_name"
                    label="First name"
                    value=form.first_name
                    error=refused("first_name", None)
                />
                <Field name="form[last_name]" id="last_name" label="Last name" value=form.last_name/>
            </FieldRow>
            <FieldRow>
                <Field
                    name="form[email]"
                    id="email"
                    label="Email"
                    kind="email"
                    value=form.email
                    error=refused("email", email_problem)
                />
                <Field
                    name="form[phone]"
                    id="phone"
                    label="Phone"
                    kind="tel"
                    value=form.phone
                    error=refused("phone", phone_problem)
                />
            </FieldRow>
            <Field name="form[tags]" id="tags" label="Tags" value=form.tags hint="Separate them with commas."/>
        </Card>
        <Card title="Messages">
            <Switch
                name="form[do_not_disturb]"
                id="do_not_disturb"
                label="Do not disturb"
                checked=form.do_not_disturb
                detail="No message of any kind is sent to this contact."
            />
            <Switch name="form[no_email]" id="no_email" label="No email" checked=form.no_email/>
            <Switch name="form[no_sms]" id="no_sms" label="No SMS" checked=form.no_sms/>
            {asked_for.label().map(|label| view! {
                <Field
                    name="form[reason]"
                    id="reason"
                    label="Reason"
                    value=form.reason
                    hint=format!("This contact asked for it: {label}. To switch it off, write down why.")
                    error=refused("reason", None)
                    maxlength=500
                />
            })}
        </Card>
    }
}

#[component]
fn ArchiveButton(id: ContactId, archived: bool, action: ServerAction<ArchiveContact>) -> impl IntoView {
    view! {
        <ActionForm action=action>
            <input type="hidden" name="id" value=id.to_string()/>
            <input type="hidden" name="archived" value=(!archived).to_string()/>
            <Button kind="submit" busy=action.pending()>{if archived { "Restore" } else { "Archive" }}</Button>
        </ActionForm>
    }
}

#[component]
fn History(items: Vec<HistoryItem>, now: i64) -> impl IntoView {
    if items.is_empty() {
        return view! {
            <Card title="Links, messages and payments">
                <p class="muted">"Nothing yet. Open a payment link and press Copy / Send to write to this contact."</p>
            </Card>
        }
        .into_any();
    }
    let columns = ["What", "Payment link", "Status", "When"].map(Column::new).to_vec();
    view! {
        <Card title="Links, messages and payments">
            <Table caption="Links, messages and payments" columns=columns>
                {items.into_iter().map(|item| view! { <HistoryLine item=item now=now/> }).collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn HistoryLine(item: HistoryItem, now: i64) -> impl IntoView {
    let (what, address) = match item.kind {
        HistoryKind::Link(link) => ("Personal link".to_owned(), Some(paths::payment_link(&link))),
        HistoryKind::Message(campaign, channel) => (channel.label().to_owned(), Some(paths::campaign(&campaign))),
        HistoryKind::Payment(_, amount) => (format!("Payment of {amount}"), None),
        HistoryKind::Opening(link, times) => {
            let what = if times == 1 { "Opened".to_owned() } else { format!("Opened {times} times within a day") };
            (what, Some(paths::payment_link(&link)))
        }
    };
    view! {
        <Row>
            <Cell head=true label="What">
                {match address {
                    Some(address) => view! { <a href=address>{what}</a> }.into_any(),
                    None => what.into_any(),
                }}
            </Cell>
            <Cell label="Payment link">{item.payment_link}</Cell>
            <Cell label="Status"><Status tone=tone_of(&item.status) label=sentence_case(&item.status)/></Cell>
            <Cell label="When"><RelativeTime at=item.at now=now/></Cell>
        </Row>
    }
}

/// The colour of a stored status.
fn tone_of(status: &str) -> Tone {
    match status {
        "active" | "delivered" | "succeeded" => Tone::Good,
        "unknown" | "suppressed" => Tone::Warn,
        "failed" | "undelivered" => Tone::Bad,
        _ => Tone::Neutral,
    }
}

fn sentence_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
