//! The page that makes the first business and its owner.

use leptos::prelude::*;

use super::{calls::CreateAccount, fields::currency_options};
use crate::{
    account::MIN_PASSWORD,
    countries,
    form::{problem_with, problems, refusal},
    layout::Gate,
    ui::{Button, ErrorSummary, Field, FieldRow, PageHead, Select, Variant},
};

/// What the list of countries begins with.
const FIRST_COUNTRY: &str = "US";

/// `/setup`, while no user exists.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let create = ServerAction::<CreateAccount>::new();
    let error = refusal(create);
    let country = RwSignal::new(FIRST_COUNTRY.to_owned());
    let currencies = Signal::derive(move || {
        let own = countries::currency_of(&country.get()).map_or_else(String::new, |currency| format!(": {currency}"));
        let mut currencies = vec![(String::new(), format!("The country’s currency{own}"))];
        currencies.extend(currency_options());
        currencies
    });
    view! {
        <Gate>
            <PageHead title="Set up your business"/>
            <ActionForm action=create attr:class="form">
                <ErrorSummary errors=problems(error)/>
                <Field
                    name="form[business_name]"
                    id="business_name"
                    label="Business name"
                    autocomplete="organization"
                    hint="Your customers see it on every page where they pay."
                    error=problem_with(error, "business_name")
                    maxlength=100
                    required=true
                    autofocus=true
                />
                <FieldRow>
                    <Select
                        name="form[country]"
                        id="country"
                        label="Country"
                        options=countries::options()
                        value=FIRST_COUNTRY
                        autocomplete="country"
                        error=problem_with(error, "country")
                        required=true
                        on:change=move |event| country.set(event_target_value(&event))
                    />
                    <Select
                        name="form[currency]"
                        id="currency"
                        label="Currency"
                        options=currencies
                        error=problem_with(error, "currency")
                    />
                </FieldRow>
                <Field
                    name="form[email]"
                    id="email"
                    label="Email"
                    kind="email"
                    autocomplete="username"
                    error=problem_with(error, "email")
                    maxlength=254
                    required=true
                />
                <Field
                    name="form[password]"
                    id="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint=format!("At least {MIN_PASSWORD} characters. A few words in a row are good.")
                    error=problem_with(error, "password")
                    minlength=MIN_PASSWORD
                    required=true
                />
                <Button kind="submit" variant=Variant::Primary busy=create.pending()>"Create account"</Button>
            </ActionForm>
        </Gate>
    }
}
