//! The lines of what is sold: added, changed and taken out.

use leptos::prelude::*;

use super::editing::Editing;
use crate::{
    payment_links::LineItemForm,
    ui::{Button, Checkbox, Field, FieldRow, MoneyField, Variant},
};

/// The most lines; the server says the same.
const MAX_ITEMS: usize = 20;

/// All lines, and the button that adds one.
#[component]
pub fn Items(editing: Editing, items: Vec<LineItemForm>) -> impl IntoView {
    let rows = RwSignal::new(items);
    let add = move |_| {
        let row = rows.with_untracked(|rows| rows.iter().map(|item| item.row + 1).max().unwrap_or(0));
        let (quantity, minimum, maximum) = ("1".to_owned(), "1".to_owned(), "10".to_owned());
        rows.update(|rows| rows.push(LineItemForm { row, quantity, minimum, maximum, ..LineItemForm::default() }));
        editing.read_soon();
        focus_soon(row);
    };
    let remove = move |row: u32| {
        rows.update(|rows| rows.retain(|item| item.row != row));
        editing.read_soon();
        if let Some(first) = rows.with_untracked(|rows| rows.first().map(|item| item.row)) {
            focus_soon(first);
        }
    };
    let cannot_add = Signal::derive(move || !editing.is_alive.get() || rows.with(Vec::len) >= MAX_ITEMS);
    view! {
        <div class="line-items">
            <For each=move || rows.get() key=|item| item.row let:item>
                <Item editing=editing rows=rows item=item on_remove=remove/>
            </For>
            <div>
                <Button on:click=add disabled=cannot_add>"Add item"</Button>
            </div>
        </div>
    }
}

/// Moves to the line once it is there.
fn focus_soon(row: u32) {
    request_animation_frame(move || {
        use wasm_bindgen::JsCast as _;
        let field = document().get_element_by_id(&format!("item-{row}-item"));
        if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
            // A field that cannot take the focus is only less handy.
            let _ = field.focus();
        }
    });
}

#[component]
fn Item(
    editing: Editing,
    rows: RwSignal<Vec<LineItemForm>>,
    item: LineItemForm,
    #[prop(into)] on_remove: Callback<u32>,
) -> impl IntoView {
    let row = item.row;
    let name = move |field: &str| format!("form[items][{row}][{field}]");
    let id = move |field: &str| format!("item-{row}-{field}");
    let problem = move |field: &str| editing.problem(format!("item-{row}-{field}"));
    let number = move || rows.with(|rows| rows.iter().position(|item| item.row == row).unwrap_or(0) + 1);
    let can_remove = move || rows.with(Vec::len) > 1;
    let currency = Signal::derive(move || editing.draft.with(|draft| draft.currency.clone()));
    let has_range =
        move || editing.draft.with(|draft| draft.items.iter().any(|item| item.row == row && item.changeable));
    view! {
        <fieldset class="line-item">
            <legend class="line-item-title">"Line "{number}</legend>
            <input type="hidden" name=name("row") value=row.to_string()/>
            <Field
                name=name("item")
                id=id("item")
                label="Item"
                value=item.item
                maxlength=200
                required=true
                error=problem("item")
            />
            <Field
                name=name("description")
                id=id("description")
                label="Description"
                value=item.description
                maxlength=1000
                error=problem("description")
            />
            <FieldRow>
                <MoneyField
                    name=name("price")
                    id=id("price")
                    label="Price"
                    currency=currency
                    value=item.price
                    required=true
                    error=problem("price")
                />
                <Field
                    name=name("quantity")
                    id=id("quantity")
                    label="Quantity"
                    value=item.quantity
                    inputmode="numeric"
                    error=problem("quantity")
                />
            </FieldRow>
            <Checkbox
                name=name("changeable")
                id=id("changeable")
                label="Customer can change quantity"
                checked=item.changeable
            />
            <div hidden=move || !has_range()>
                <FieldRow>
                    <Field
                        name=name("minimum")
                        id=id("minimum")
                        label="Minimum"
                        value=item.minimum
                        inputmode="numeric"
                        error=problem("minimum")
                    />
                    <Field
                        name=name("maximum")
                        id=id("maximum")
                        label="Maximum"
                        value=item.maximum
                        inputmode="numeric"
                        error=problem("maximum")
                    />
                </FieldRow>
            </div>
            <Show when=can_remove>
                <div class="line-item-end">
                    <Button variant=Variant::Quiet small=true on:click=move |_| on_remove.run(row)>
                        "Remove"<span class="visually-hidden">" line "{number}</span>
                    </Button>
                </div>
            </Show>
        </fieldset>
    }
}
