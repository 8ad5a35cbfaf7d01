//! What the editor knows of the link, of what was typed and of what was saved.

use leptos::{form::FromFormData, html, prelude::*};

use crate::{
    error::Error,
    form::{action, problem_with, refusal},
    payment_links::{
        PaymentLink, PaymentLinkEditor, PaymentLinkForm,
        calls::{SavePaymentLink, edit_payment_link, find_payment_link},
    },
    ui::Scope,
};

/// What the editor knows. The fields themselves are the truth of what was typed; `draft` follows them.
#[derive(Clone, Copy)]
pub(super) struct Editing {
    pub(super) element: NodeRef<html::Form>,
    pub(super) save: ServerAction<SavePaymentLink>,
    /// What is begun here ends with it.
    scope: Scope,
    /// The link as it was last saved here.
    pub(super) saved: RwSignal<Option<PaymentLink>>,
    /// The fields as they were last saved or loaded.
    pub(super) baseline: RwSignal<PaymentLinkForm>,
    /// The fields as they are now.
    pub(super) draft: RwSignal<PaymentLinkForm>,
    /// Rises when the fields are to show the baseline again.
    pub(super) round: RwSignal<u32>,
    /// The version that a save is based on.
    pub(super) version: RwSignal<i64>,
    /// The scripts are in charge: what needs them can be pressed.
    pub(super) is_alive: RwSignal<bool>,
    /// What kept the other version from being loaded.
    pub(super) trouble: RwSignal<Option<String>>,
}

impl Editing {
    pub(super) fn new(editor: &PaymentLinkEditor) -> Self {
        Self {
            element: NodeRef::new(),
            save: action(),
            scope: Scope::here(),
            saved: RwSignal::new(editor.saved.clone()),
            baseline: RwSignal::new(editor.form.clone()),
            draft: RwSignal::new(editor.typed.as_ref().unwrap_or(&editor.form).clone()),
            round: RwSignal::new(0),
            version: RwSignal::new(editor.form.version),
            is_alive: RwSignal::new(false),
            trouble: RwSignal::new(None),
        }
    }

    /// Whether something was typed that is not saved.
    pub(super) fn is_dirty(self) -> bool {
        let version = |form: &PaymentLinkForm| PaymentLinkForm { version: 0, ..form.clone() };
        self.draft.with(version) != self.baseline.with(version)
    }

    /// Takes what the fields hold now.
    pub(super) fn read(self) {
        if let Some(form) = self.element.get_untracked().and_then(|form| read_form(&form)) {
            self.draft.set(form);
        }
    }

    /// Takes it once the page has changed its fields.
    pub(super) fn read_soon(self) {
        self.scope.next_frame(move || self.read());
    }

    /// Lets the fields show this, as saved.
    pub(super) fn show(self, form: PaymentLinkForm) {
        self.version.set(form.version);
        self.baseline.set(form.clone());
        self.draft.set(form);
        self.round.update(|round| *round += 1);
        self.save.clear();
        self.trouble.set(None);
    }

    /// What is wrong with one field.
    pub(super) fn problem(self, field: impl Into<String>) -> Signal<Option<String>> {
        problem_with(refusal(self.save), field)
    }

    /// The sentence about what someone else saved meanwhile, if that is why it was refused.
    pub(super) fn conflict(self) -> Option<String> {
        match refusal(self.save).get()? {
            Error::Conflict(text) => Some(text),
            _ => None,
        }
    }

    /// After a save: what was sent is the new baseline, whatever was typed since.
    pub(super) fn adopt(self, link: PaymentLink, sent: PaymentLinkForm) {
        self.version.set(link.version);
        self.baseline.set(PaymentLinkForm { version: link.version, ..sent });
        self.saved.set(Some(link));
        self.trouble.set(None);
    }

    /// Gives up what was typed for what someone else saved.
    pub(super) fn load_other(self) {
        let id = self.baseline.with_untracked(|form| form.id.clone());
        self.scope.spawn(async move {
            match edit_payment_link(id).await {
                Ok(editor) => {
                    self.saved.set(editor.saved);
                    self.show(editor.form);
                }
                Err(error) => self.trouble.set(Some(error.to_string())),
            }
        });
    }

    /// Saves what was typed over what someone else saved.
    pub(super) fn save_over(self) {
        let Some(id) = self.saved.with_untracked(|saved| saved.as_ref().map(|link| link.id.clone())) else {
            return;
        };
        self.scope.spawn(async move {
            match find_payment_link(id).await {
                Ok(link) => {
                    self.version.set(link.version);
                    self.scope.next_frame(move || {
                        if let Some(form) = self.element.get_untracked() {
                            // Refused only where the form is gone.
                            let _ = form.request_submit();
                        }
                    });
                }
                Err(error) => self.trouble.set(Some(error.to_string())),
            }
        });
    }
}

/// The fields as the browser would send them.
fn read_form(form: &web_sys::HtmlFormElement) -> Option<PaymentLinkForm> {
    let data = web_sys::FormData::new_with_form(form).ok()?;
    let mut form = SavePaymentLink::from_form_data(&data).ok()?.form;
    // Forms are sent with the line ends of networks, and compared with those of the store.
    form.message = form.message.replace("\r\n", "\n");
    Some(form)
}
