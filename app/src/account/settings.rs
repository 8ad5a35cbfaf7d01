//! The page of what a business can set, and of what the server was started with.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    fields::{country_options, currency_options, problem_with, problems},
    team::TeamSection,
    you::YouSection,
};
use crate::{
    account::{Role, SaveBusiness, SendTestEmail, SendTestSms, Settings, current_settings},
    error::Error,
    layout::CurrentBusiness,
    ui::{Button, Card, ErrorSummary, Field, FieldRow, FormActions, Notice, PageHead, Select, Skeleton, Tone},
};

/// `/settings`.
#[component]
pub fn SettingsPage() -> impl IntoView {
    let found = Resource::new_blocking(|| (), |()| current_settings());
    view! {
        <PageHead title="Settings"/>
        <div class="stack settings">
            <Transition fallback=|| view! { <Skeleton lines=6/> }>
                {move || Suspend::new(async move {
                    match found.await {
                        Ok(settings) => view! { <Sections settings=settings/> }.into_any(),
                        Err(error) => view! { <Notice tone=Tone::Bad>{error.to_string()}</Notice> }.into_any(),
                    }
                })}
            </Transition>
            <TeamSection/>
            <YouSection/>
        </div>
    }
}

#[component]
fn Sections(settings: Settings) -> impl IntoView {
    view! {
        {if settings.role == Role::Owner {
            view! { <BusinessSection settings=settings.clone()/> }.into_any()
        } else {
            view! { <BusinessFacts settings=settings.clone()/> }.into_any()
        }}
        <EmailSection settings=settings.clone()/>
        <SmsSection settings=settings.clone()/>
        <PaymentsSection settings=settings/>
    }
}

#[component]
fn BusinessSection(settings: Settings) -> impl IntoView {
    let save = ServerAction::<SaveBusiness>::new();
    let error = Signal::derive(move || save.value().get().and_then(Result::err));
    let business = settings.business;
    let current = use_context::<CurrentBusiness>();
    Effect::new(move |_| {
        if let (Some(Ok(())), Some(current)) = (save.value().get(), current) {
            current.refetch();
        }
    });
    view! {
        <Card title="Business" text="Your customers see the name; national phone numbers are read with the country.">
            <ActionForm action=save attr:class="stack">
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
                        options=country_options()
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

/// The business as a member sees it.
#[component]
fn BusinessFacts(settings: Settings) -> impl IntoView {
    let business = settings.business;
    let country = country_options().into_iter().find(|(code, _)| *code == business.country);
    view! {
        <Card title="Business" text="Only an owner can change this.">
            <dl class="facts">
                <dt>"Business name"</dt>
                <dd>{business.name}</dd>
                <dt>"Country"</dt>
                <dd>{country.map_or(business.country, |(_, name)| name)}</dd>
                <dt>"Currency"</dt>
                <dd>{business.currency.code().to_owned()}</dd>
            </dl>
        </Card>
    }
}

#[component]
fn EmailSection(settings: Settings) -> impl IntoView {
    let test = ServerAction::<SendTestEmail>::new();
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
    let test = ServerAction::<SendTestSms>::new();
    let error = Signal::derive(move || test.value().get().and_then(Result::err));
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

/// Says that an action went well.
#[component]
pub(super) fn Done<S>(action: ServerAction<S>, #[prop(into)] text: String) -> impl IntoView
where
    S: ServerFn<Output = (), Error = Error> + Clone + Send + Sync + 'static,
{
    move || {
        let text = text.clone();
        matches!(action.value().get(), Some(Ok(()))).then(|| view! { <Notice tone=Tone::Good>{text}</Notice> })
    }
}

/// Says why an action did not go well.
#[component]
fn Failed<S>(action: ServerAction<S>) -> impl IntoView
where
    S: ServerFn<Output = (), Error = Error> + Clone + Send + Sync + 'static,
{
    move || match action.value().get() {
        Some(Err(error)) => Some(view! { <Notice tone=Tone::Bad>{error.to_string()}</Notice> }),
        _ => None,
    }
}
