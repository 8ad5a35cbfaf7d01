//! Lists of things with several facts each.

use leptos::prelude::*;

/// One column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    label: String,
    number: bool,
    hidden: bool,
}

impl Column {
    /// A column of words.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), number: false, hidden: false }
    }

    /// A column of numbers, aligned at their end.
    pub fn number(label: impl Into<String>) -> Self {
        Self { number: true, ..Self::new(label) }
    }

    /// A column whose head is only heard, for the buttons of each row.
    pub fn hidden(label: impl Into<String>) -> Self {
        Self { hidden: true, ..Self::new(label) }
    }
}

/// A table that turns into stacked rows on a phone. The roles are written out because that change of `display` takes
/// them away otherwise.
#[component]
pub fn Table(
    /// What the table lists; heard, not seen.
    #[prop(into)]
    caption: String,
    columns: Vec<Column>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="table-box">
            <table class="table" role="table">
                <caption class="visually-hidden">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        {columns
                            .into_iter()
                            .map(|column| {
                                view! {
                                    <th role="columnheader" scope="col" class:number=column.number>
                                        <span class:visually-hidden=column.hidden>{column.label}</span>
                                    </th>
                                }
                            })
                            .collect_view()}
                    </tr>
                </thead>
                <tbody role="rowgroup">{children()}</tbody>
            </table>
        </div>
    }
}

/// One row; `quiet` for a thing that is out of use.
#[component]
pub fn Row(#[prop(optional, into)] quiet: Signal<bool>, children: Children) -> impl IntoView {
    view! { <tr role="row" class:quiet=move || quiet.get()>{children()}</tr> }
}

/// One cell. The `head` cell names its row; `label` is the column's name, shown beside the value on a phone.
#[component]
pub fn Cell(
    #[prop(optional, into)] label: String,
    #[prop(optional)] head: bool,
    #[prop(optional)] number: bool,
    /// The buttons at the end of the row.
    #[prop(optional)]
    actions: bool,
    children: Children,
) -> impl IntoView {
    if head {
        view! { <th role="rowheader" scope="row" class="table-head">{children()}</th> }.into_any()
    } else {
        view! {
            <td role="cell" class:number=number class:table-actions=actions data-label=label>
                {children()}
            </td>
        }
        .into_any()
    }
}
