//! The editor's fields. Their ids are the names under which the server says what is wrong.

use leptos::prelude::*;

use super::{editing::Editing, items::Items};
use crate::{
    brand_color,
    money::Currency,
    payment_links::PaymentLinkForm,
    ui::{Card, Checkbox, Field, FieldRow, Select, TextArea},
};

/// All of them, showing this.
#[component]
pub fn Fields(editing: Editing, form: PaymentLinkForm) -> impl IntoView {
    let currencies: Vec<_> = Currency::all()
        .into_iter()
        .map(|(currency, name)| (currency.to_string(), format!("{currency} – {name}")))
        .collect();
    let (name, items, currency) = (form.name.clone(), form.items.clone(), form.currency.clone());
    view! {
        <Card title="Product">
            <Field
                name="form[name]"
                id="name"
                label="Name"
                value=name
                hint="Customers see it above the amount."
                maxlength=200
                required=true
                error=editing.problem("name")
            />
            <Items editing=editing items=items/>
            <Select
                name="form[currency]"
                id="currency"
                label="Currency"
                options=currencies
                value=currency
                error=editing.problem("currency")
            />
        </Card>
        <Options editing=editing form=form/>
    }
}

#[component]
fn Options(editing: Editing, form: PaymentLinkForm) -> impl IntoView {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(value, text)| ((*value).to_owned(), (*text).to_owned())).collect::<Vec<_>>()
    };
    let redirects = move || editing.draft.with(|draft| draft.after_payment == "redirect");
    let color_problem = Signal::derive(move || {
        let typed = editing.draft.with(|draft| draft.brand_color.trim().to_lowercase());
        let now = (!typed.is_empty()).then(|| brand_color::problem(&typed)).flatten();
        now.map(str::to_owned)
    });
    view! {
        <Card title="Checkout">
            <Checkbox
                name="form[require_phone]"
                id="require_phone"
                label="Require phone number"
                checked=form.require_phone
            />
            <Checkbox name="form[collect_address]" id="collect_address" label="Collect address" checked=form.collect_address/>
            <FieldRow>
                <Select
                    name="form[button_text]"
                    id="button_text"
                    label="Button text"
                    options=pairs(&[("pay", "Pay"), ("book", "Book"), ("donate", "Donate")])
                    value=form.button_text
                    error=editing.problem("button_text")
                />
                <Field
                    name="form[brand_color]"
                    id="brand_color"
                    label="Brand color"
                    value=form.brand_color
                    placeholder="#0b6e5f"
                    hint="White text must be readable on it."
                    maxlength=7
                    error=color_problem
                />
            </FieldRow>
        </Card>
        <Card title="Afterwards">
            <Select
                name="form[after_payment]"
                id="after_payment"
                label="After payment"
                options=pairs(&[("message", "Show a message"), ("redirect", "Redirect to an address")])
                value=form.after_payment
            />
            <div hidden=redirects>
                <TextArea
                    name="form[message]"
                    id="message"
                    label="Message"
                    value=form.message
                    rows=3
                    maxlength=1000
                    hint="Optional. It is shown on the receipt."
                    error=editing.problem("message")
                />
            </div>
            <div hidden=move || !redirects()>
                <Field
                    name="form[redirect]"
                    id="redirect"
                    label="Redirect address"
                    kind="url"
                    value=form.redirect
                    placeholder="https://"
                    error=editing.problem("redirect")
                />
            </div>
            <FieldRow>
                <Field
                    name="form[expires]"
                    id="expires"
                    label="Expires"
                    kind="date"
                    value=form.expires
                    hint="The last day, until midnight UTC. Empty means never."
                    error=editing.problem("expires")
                />
                <Field
                    name="form[personal_link_days]"
                    id="personal_link_days"
                    label="Link lifetime in days"
                    hint="How long a contact's own link works."
                    value=form.personal_link_days
                    inputmode="numeric"
                    error=editing.problem("personal_link_days")
                />
            </FieldRow>
            <Checkbox
                name="form[can_pay_again]"
                id="can_pay_again"
                label="Allow paying again"
                detail="A person who has paid with a personal link can pay with it again."
                checked=form.can_pay_again
            />
        </Card>
    }
}
