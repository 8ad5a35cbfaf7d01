//! The tab "Send to contacts": who, by which channel, in which words, and when.

use leptos::prelude::*;

use super::{
    fix::Fixing, listing::Listing, outlook::Outlook, paste::Pasting, people::People, pick::Picking, plan::Plan,
    press::Press, previews::Previews, reminders::RemindersFields, selection::Selection, ways::Ways, when::WhenFields,
    wording::Wordings, wording_fields::WordingFields,
};
use crate::id::PaymentLinkId;

/// The parts of one use of the tab. They outlive the closed dialog, so that no selection is lost.
#[derive(Clone, Copy)]
pub struct Sending {
    payment_link: StoredValue<PaymentLinkId>,
    /// Who is chosen.
    pub selection: Selection,
    /// Who can be chosen.
    pub listing: Listing,
    /// Other ways to choose.
    pub ways: Ways,
    /// The contacts that are being repaired in their rows.
    pub fixing: Fixing,
    /// By which channels, and in which words.
    pub wording: Wordings,
    /// When it leaves, and what is sent again.
    pub plan: Plan,
    /// What is foretold of it.
    pub outlook: Outlook,
    /// The press of "Send".
    pub press: Press,
}

impl Sending {
    /// Nothing chosen yet.
    pub fn new(payment_link: PaymentLinkId) -> Self {
        let (selection, wording, plan) = (Selection::new(), Wordings::new(), Plan::new());
        let listing = Listing::new(selection);
        let picking = Picking::new(payment_link.clone(), listing, selection, wording);
        let outlook = Outlook::new(payment_link.clone(), selection, wording, plan);
        Self {
            selection,
            listing,
            ways: Ways::new(Pasting::new(selection), picking),
            fixing: Fixing::new(listing),
            wording,
            plan,
            outlook,
            press: Press::new(payment_link.clone(), selection, wording, plan, outlook),
            payment_link: StoredValue::new(payment_link),
        }
    }

    /// The dialog was opened: after a campaign everything begins anew, with a new key.
    pub fn begin(self) {
        if self.press.campaign.with_untracked(Option::is_some) {
            self.press.clear();
            self.selection.clear();
            self.listing.search.set(String::new());
            self.ways.forget();
            self.ways.close();
            self.plan.clear();
            self.outlook.send_anyway.set(Vec::new());
            self.wording.is_previewed.set(false);
        }
        self.press.refusal.set(None);
        self.selection.is_over.set(false);
        self.wording.load();
        self.read_again();
    }

    /// Somebody may have changed contacts or settings in another window.
    pub fn read_again(self) {
        self.listing.load();
        self.outlook.ask_again();
    }
}

/// All of the tab but its foot.
#[component]
pub fn SendToContacts(sending: Sending) -> impl IntoView {
    let Sending { payment_link, selection, listing, ways, fixing, wording, plan, outlook, .. } = sending;
    view! {
        <div class="stack">
            <People listing=listing selection=selection outlook=outlook ways=ways fixing=fixing/>
            <WordingFields wording=wording outlook=outlook/>
            <WhenFields plan=plan/>
            <RemindersFields plan=plan wording=wording/>
            <Show when=move || wording.is_previewed.get()>
                <Previews payment_link=payment_link.get_value() selection=selection wording=wording/>
            </Show>
        </div>
    }
}
