//! The page of what a business can set, and of what the server was started with.

use leptos::prelude::*;

use super::{
    approval::ApprovalSection,
    calls::{SaveBusiness, SaveOptOutWords, SaveSending, SendTestEmail, SendTestSms, current_settings},
    current::CurrentBusiness,
    fields::currency_options,
    you::YouSection,
};
use crate::{
    account::{MAX_HOLD_MINUTES, Role, Settings},
    care::{Care, MAX_WEEKLY_CAP, QuietHours, calls::SaveCare, time_of_day},
    channel::Channel,
    countries,
    form::{Done, Failed, action, problem_with, problems, refusal, times_done},
    ledger::section::RecordSection,
    single_messages::{SingleMessage, SingleOutcome, SinglePurpose},
    team::section::TeamSection,
    ui::{
        Button, Card, Cell, Checkbox, Column, ErrorSummary, Field, FieldRow, FormActions, Loaded, Notice, PageHead,
        RelativeTime, Row, Select, Status, Table, TextArea, Tone, WarnUnsaved,
    },
};

/// `/settings`.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let found = Resource::new_blocking(|| (), |()| current_settings());
    view! {
        <PageHead title="Settings"/>
        <div class="stack settings">
            <Loaded from=found let:settings><Sections settings/></Loaded>
            <TeamSection/>
            <YouSection/>
        </div>
    }
}

#[component]
fn Sections(settings: Settings) -> impl IntoView {
    let owned = settings.clone();
    let (single_messages, now) = (settings.single_messages.clone(), settings.now);
    view! {
        <OwnersOnly may_change=settings.role == Role::Owner>
            <BusinessSection settings=owned.clone()/>
            <SendingSection settings=owned.clone()/>
            <CareSection care=owned.care/>
            <RepliesSection words=owned.opt_out_words/>
            <ApprovalSection rule=owned.approval currency=owned.business.currency.code()/>
        </OwnersOnly>
        <EmailSection settings=settings.clone()/>
        <SmsSection settings=settings.clone()/>
        <SingleMessagesSection entries=single_messages now/>
        <PaymentsSection settings=settings/>
        <RecordSection/>
    }
}

#[component]
fn BusinessSection(settings: Settings) -> impl IntoView {
    let save = action::<SaveBusiness>();
    let error = refusal(save);
    let business = settings.business;
    let current = use_context::<CurrentBusiness>();
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(current)) = (save.value().get(), current) {
            current.refetch();
        }
    });
    view! {
        <Card title="Business" text="Your customers see the name. The country says how phone numbers without a country code are read.">
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="the section “Business”" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="The business is saved."/>
                <Field
                    name="form[name]"
                    id="name"
                    label="Business name"
                    value=business.name
                    autocomplete="organization"
                    error=problem_with(error, "name")
                    maxlength=100
                    required=true
                />
                <FieldRow>
                    <Select
                        name="form[country]"
                        id="country"
                        label="Country"
                        options=countries::options()
                        value=business.country
                        autocomplete="country"
                        error=problem_with(error, "country")
                    />
                    <Select
                        name="form[currency]"
                        id="currency"
                        label="Currency"
                        options=currency_options()
                        value=business.currency.code()
                        hint="What new payment links ask in."
                        error=problem_with(error, "currency")
                    />
                </FieldRow>
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Save business"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}

/// The forms of an owner: a member sees them and cannot use them.
#[component]
fn OwnersOnly(may_change: bool, children: Children) -> impl IntoView {
    view! {
        {(!may_change).then(|| view! { <Notice>"Only an owner can change these settings."</Notice> })}
        <fieldset class="stack" disabled=!may_change>{children()}</fieldset>
    }
}

#[component]
fn SendingSection(settings: Settings) -> impl IntoView {
    let save = action::<SaveSending>();
    let error = refusal(save);
    let sending = settings.sending;
    let zones: Vec<_> = settings.time_zones.into_iter().map(|name| (name.clone(), name)).collect();
    let current = use_context::<CurrentBusiness>();
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(current)) = (save.value().get(), current) {
            current.refetch();
        }
    });
    view! {
        <Card title="Sending" text="You can look at held messages and take them back before they are sent.">
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="the section “Sending”" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="Saved. It holds for what is sent from now on."/>
                <FieldRow>
                    <Field
                        name="form[hold_minutes]"
                        id="hold_minutes"
                        label="Hold before sending (minutes)"
                        kind="number"
                        inputmode="numeric"
                        min=0
                        max=i64::from(MAX_HOLD_MINUTES)
                        value=sending.hold_minutes
                        hint="0 sends at once; at most 60."
                        error=problem_with(error, "hold_minutes")
                        required=true
                    />
                    <Select
                        name="form[time_zone]"
                        id="time_zone"
                        label="Time zone"
                        options=zones
                        value=sending.time_zone
                        hint="Campaigns are scheduled in it."
                        error=problem_with(error, "time_zone")
                    />
                </FieldRow>
                <TextArea
                    name="form[recall_text]"
                    id="recall_text"
                    label="What people read when a link was recalled"
                    value=sending.recall_text
                    rows=3
                    maxlength=500
                    error=problem_with(error, "recall_text")
                />
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Save sending"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}

#[component]
fn CareSection(care: Care) -> impl IntoView {
    let save = action::<SaveCare>();
    let error = refusal(save);
    let quiet = care.quiet.unwrap_or(QuietHours::USUAL);
    view! {
        <Card title="Contact care" text="Nothing is sent in quiet hours, by each contact's own clock. The limit says how often one contact is asked to pay.">
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="the section “Contact care”" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="Contact care is saved."/>
                <Checkbox
                    name="form[keep_quiet_hours]"
                    id="keep_quiet_hours"
                    label="Keep quiet hours"
                    checked=care.quiet.is_some()
                    detail="Emails and texts wait until it is day where the contact's phone number is from."
                />
                <FieldRow>
                    <Field
                        name="form[quiet_from]"
                        id="quiet_from"
                        label="Quiet hours from"
                        kind="time"
                        value=time_of_day(quiet.from_minute())
                        error=problem_with(error, "quiet_from")
                    />
                    <Field
                        name="form[quiet_until]"
                        id="quiet_until"
                        label="until"
                        kind="time"
                        value=time_of_day(quiet.until_minute())
                        error=problem_with(error, "quiet_until")
                    />
                </FieldRow>
                <Field
                    name="form[weekly_cap]"
                    id="weekly_cap"
                    label="Most requests per contact per week"
                    kind="number"
                    min=1
                    max=i64::from(MAX_WEEKLY_CAP)
                    value=care.weekly_cap.map(|cap| cap.to_string()).unwrap_or_default()
                    hint="Over all payment links, reminders included. Empty for no limit."
                    error=problem_with(error, "weekly_cap")
                />
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Save contact care"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}

#[component]
fn RepliesSection(words: String) -> impl IntoView {
    let save = action::<SaveOptOutWords>();
    let error = refusal(save);
    view! {
        <Card
            title="Replies to texts"
            text="Anyone who answers STOP, or says so in usual words of their own language, gets no more texts. \
                An answer that is not understood is shown on the contact's page."
        >
            <ActionForm action=save attr:class="stack">
                <WarnUnsaved what="the section “Replies to texts”" saved=times_done(save)/>
                <ErrorSummary errors=problems(error)/>
                <Done action=save text="Your words are saved."/>
                <TextArea
                    name="words"
                    id="opt_out_words"
                    label="Your own words for \u{201c}no more texts\u{201d}"
                    value=words
                    rows=3
                    maxlength=2_100
                    hint="One word or short phrase on each line, at most 50. An answer of only this word stops your texts."
                    error=problem_with(error, "words")
                />
                <FormActions>
                    <Button kind="submit" busy=save.pending()>"Save words"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}

#[component]
fn EmailSection(settings: Settings) -> impl IntoView {
    let test = action::<SendTestEmail>();
    let is_set = settings.smtp_server.is_some();
    let sent = format!("A test email is on its way to {}.", settings.user_email);
    view! {
        <Card title="Email">
            <dl class="facts">
                <dt>"Sender"</dt>
                <dd>{settings.mail_from}</dd>
                <dt>"Server"</dt>
                <dd>{settings.smtp_server.unwrap_or_else(|| "None is set: emails go to the Outbox. Set SMTP_URL.".to_owned())}</dd>
            </dl>
            {is_set.then(|| view! {
                <ActionForm action=test attr:class="stack">
                    <Failed action=test/>
                    <Done action=test text=sent/>
                    <FormActions>
                        <Button kind="submit" busy=test.pending()>"Send a test to me"</Button>
                    </FormActions>
                </ActionForm>
            })}
        </Card>
    }
}

#[component]
fn SmsSection(settings: Settings) -> impl IntoView {
    let is_set = settings.sms_from.is_some();
    let test = action::<SendTestSms>();
    let error = refusal(test);
    view! {
        <Card title="SMS">
            <dl class="facts">
                <dt>"Sender"</dt>
                <dd>
                    {settings
                        .sms_from
                        .unwrap_or_else(|| "No provider is set: texts go to the Outbox. Set TWILIO_ACCOUNT_SID.".to_owned())}
                </dd>
            </dl>
            {is_set.then(|| view! {
                <ActionForm action=test attr:class="stack">
                    <ErrorSummary errors=problems(error)/>
                    <Done action=test text="A test SMS is on its way."/>
                    <Field
                        name="phone"
                        label="Phone"
                        kind="tel"
                        autocomplete="tel"
                        hint="Where the test goes."
                        error=problem_with(error, "phone")
                        required=true
                    />
                    <FormActions>
                        <Button kind="submit" busy=test.pending()>"Send a test SMS"</Button>
                    </FormActions>
                </ActionForm>
            })}
        </Card>
    }
}

/// Tests and invitations: who sent what to whom, and what came of it.
#[component]
fn SingleMessagesSection(entries: Vec<SingleMessage>, now: i64) -> impl IntoView {
    if entries.is_empty() {
        return ().into_any();
    }
    let line = move |entry: SingleMessage| {
        let what = match (entry.purpose, entry.channel) {
            (SinglePurpose::Invite, _) => "Invitation",
            (SinglePurpose::Test, Channel::Email) => "Test email",
            (SinglePurpose::Test, Channel::Sms) => "Test SMS",
        };
        let (tone, outcome) = match entry.outcome {
            Some(SingleOutcome::Sent) => (Tone::Good, "Sent"),
            Some(SingleOutcome::Kept) => (Tone::Neutral, "In the Outbox"),
            Some(SingleOutcome::Failed) => (Tone::Bad, "Not sent"),
            None => (Tone::Warn, "Unknown"),
        };
        view! {
            <Row>
                <Cell head=true label="What">{what}</Cell>
                <Cell label="To"><bdi>{entry.address}</bdi></Cell>
                <Cell label="Status">
                    <Status tone=tone label=outcome/>
                    {(!entry.said.is_empty()).then(|| view! { <p class="muted">{entry.said}</p> })}
                </Cell>
                <Cell label="Who"><bdi>{entry.user}</bdi></Cell>
                <Cell label="When"><RelativeTime at=entry.at now=now/></Cell>
            </Row>
        }
    };
    let columns = ["What", "To", "Status", "Who", "When"].map(Column::new).to_vec();
    view! {
        <Card title="Tests and invitations" text="The last messages that were sent outside of a campaign.">
            <Table caption="Tests and invitations" columns=columns>
                {entries.into_iter().map(line).collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

#[component]
fn PaymentsSection(settings: Settings) -> impl IntoView {
    view! {
        <Card title="Payments">
            <dl class="facts">
                <dt>"Gateway"</dt>
                <dd>{settings.gateway}</dd>
            </dl>
        </Card>
    }
}
