//! Asks before something that cannot be undone: in a dialog, or on a page of its own while no script is there to open one.

use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    PageHead,
    button::{Button, LinkButton, Variant},
    card::{Card, FormActions},
    dialog::Dialog,
};

/// What is asked before it is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Question {
    /// The question: "Recall this campaign?"
    pub title: String,
    /// What will happen, and that it cannot be undone.
    pub text: String,
    /// The answer that does it: "Recall campaign".
    pub confirm: String,
}

/// The question that is open on a page, and what it is about.
pub struct Asking<T: 'static> {
    open: RwSignal<bool>,
    about: RwSignal<Option<(Question, T)>>,
}

impl<T> Clone for Asking<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asking<T> {}

impl<T: Send + Sync> Default for Asking<T> {
    fn default() -> Self {
        Self { open: RwSignal::new(false), about: RwSignal::new(None) }
    }
}

impl<T: Clone + Send + Sync> Asking<T> {
    fn ask(self, question: Question, about: T) {
        self.about.set(Some((question, about)));
        self.open.set(true);
    }

    fn question(self, part: fn(&Question) -> &String) -> Signal<String> {
        Signal::derive(move || {
            self.about.with(|about| about.as_ref().map(|(question, _)| part(question).clone())).unwrap_or_default()
        })
    }
}

/// A form whose button, the child, asks first: it leads to the page that asks, and opens the dialog in its place once scripts are there.
#[component]
pub fn AskFirst<T>(
    asking: Asking<T>,
    question: Question,
    /// What it is about, for the dialog.
    about: T,
    /// The page that asks where no script does.
    #[prop(into)]
    page: String,
    /// What it is about, for the page.
    fields: Vec<(&'static str, String)>,
    children: Children,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let ask = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        asking.ask(question.clone(), about.clone());
    };
    view! {
        <form method="get" action=page on:submit=ask>
            <Hidden fields/>
            {children()}
        </form>
    }
}

/// The dialog that asks: "Cancel", and the one answer, which runs `on_confirm` with what the question is about.
#[component]
pub fn ConfirmDialog<T>(
    #[prop(into)] id: String,
    asking: Asking<T>,
    #[prop(into)] on_confirm: Callback<T>,
) -> impl IntoView
where
    T: Clone + Send + Sync + 'static,
{
    let answer = move |_| {
        asking.open.set(false);
        if let Some((_, about)) = asking.about.get_untracked() {
            on_confirm.run(about);
        }
    };
    let confirm = asking.question(|question| &question.confirm);
    let text = asking.question(|question| &question.text);
    view! {
        <Dialog
            id=id
            title=asking.question(|question| &question.title)
            open=asking.open
            footer=move || {
                view! {
                    <Button on:click=move |_| asking.open.set(false)>"Cancel"</Button>
                    <Button variant=Variant::Danger on:click=answer>{move || confirm.get()}</Button>
                }
            }
        >
            <p>{move || text.get()}</p>
        </Dialog>
    }
}

/// The page that asks: the same words, a way back, and a form that does it.
#[component]
pub fn ConfirmPage(
    question: Question,
    /// Address and name of the page above, where the answer leads to.
    parent: (String, &'static str),
    /// What does it.
    act: Act,
) -> impl IntoView {
    let (above, name) = parent;
    let back = above.clone();
    view! {
        <PageHead title=question.title parent=(above, name)/>
        <Card>
            <p>{question.text}</p>
            <form method="post" action=act.action>
                <Hidden fields=act.fields/>
                <FormActions>
                    <LinkButton href=back>"Cancel"</LinkButton>
                    <Button kind="submit" variant=Variant::Danger>{question.confirm}</Button>
                </FormActions>
            </form>
        </Card>
    }
}

/// A server function and the fields of its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    action: &'static str,
    fields: Vec<(&'static str, String)>,
}

impl Act {
    /// A call of this function.
    pub fn of<S: ServerFn>(fields: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        Self { action: S::url(), fields: fields.into_iter().collect() }
    }
}

#[component]
fn Hidden(fields: Vec<(&'static str, String)>) -> impl IntoView {
    fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view()
}
