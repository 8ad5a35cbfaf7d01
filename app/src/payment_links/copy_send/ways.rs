//! Other ways to choose, opened below the search: from a pasted list, or many at once.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    paste::{PastePanel, Pasting},
    pick::{PickPanel, Picking},
};
use crate::ui::{Button, on_escape};

/// Another way to choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From a pasted list.
    Paste,
    /// Many at once.
    Pick,
}

impl Way {
    /// The id of the button that opens it.
    const fn button(self) -> &'static str {
        match self {
            Self::Paste => "people-paste",
            Self::Pick => "people-select",
        }
    }
}

/// What is open, and what was typed and chosen there.
#[derive(Clone, Copy)]
pub struct Ways {
    open: RwSignal<Option<Way>>,
    pasting: Pasting,
    picking: Picking,
}

impl Ways {
    /// None is open.
    pub fn new(pasting: Pasting, picking: Picking) -> Self {
        Self { open: RwSignal::new(None), pasting, picking }
    }

    /// What was chosen by them is chosen no more.
    pub fn forget(self) {
        self.pasting.forget();
        self.picking.forget();
    }

    /// Closes what is open.
    pub fn close(self) {
        self.open.set(None);
    }
}

/// Opens a way, or closes it again.
#[component]
pub fn WayButton(ways: Ways, way: Way, label: &'static str) -> impl IntoView {
    let is_open = move || ways.open.get() == Some(way);
    let toggle = move |_| ways.open.update(|open| *open = if *open == Some(way) { None } else { Some(way) });
    view! {
        <Button small=true attr:id=way.button() attr:aria-expanded=move || is_open().to_string() on:click=toggle>
            {label}
        </Button>
    }
}

/// The panel of the way that is open. Escape closes it and gives the focus back to its button.
#[component]
pub fn OpenWay(ways: Ways) -> impl IntoView {
    let leave = on_escape(move || {
        let button = ways.open.get_untracked().and_then(|way| document().get_element_by_id(way.button()));
        ways.close();
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
        true
    });
    move || {
        let leave = leave.clone();
        ways.open.get().map(|way| {
            view! {
                <div on:keydown=leave>
                    {match way {
                        Way::Paste => view! { <PastePanel pasting=ways.pasting/> }.into_any(),
                        Way::Pick => view! { <PickPanel picking=ways.picking/> }.into_any(),
                    }}
                </div>
            }
        })
    }
}
