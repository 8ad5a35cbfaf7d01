//! A field that finds one of many while typing, after the WAI-ARIA pattern of an editable combobox with a listbox.

use std::{future::Future, time::Duration};

use leptos::{ev::KeyboardEvent, html::Input, prelude::*};

use super::scope::Scope;

/// One thing to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the page works with.
    pub value: String,
    /// What the field shows once it is chosen.
    pub label: String,
    /// What tells it apart from others of that name.
    pub detail: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The first ones.
    pub found: Vec<Choice>,
    /// There are others.
    pub more: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Answer {
    Waiting,
    Found(Choices),
    Failed(String),
}

impl Answer {
    fn found(&self) -> &[Choice] {
        if let Self::Found(choices) = self { &choices.found } else { &[] }
    }

    /// What is seen below the options and heard while the focus stays in the field.
    fn sentence(&self) -> String {
        match self {
            Self::Waiting => "Searching…".to_owned(),
            Self::Failed(reason) => reason.clone(),
            Self::Found(choices) => match (choices.found.len(), choices.more) {
                (0, _) => "Nothing found".to_owned(),
                (count, true) => format!("{count} shown, type more to narrow it down"),
                (1, false) => "1 found".to_owned(),
                (count, false) => format!("{count} found"),
            },
        }
    }
}

/// The field. `load` answers a query (also the empty one); `chosen` is set by choosing and cleared by typing on.
#[component]
pub fn Combobox<F, Fut>(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] placeholder: Option<String>,
    load: F,
    chosen: RwSignal<Option<Choice>>,
) -> impl IntoView
where
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Choices, String>> + Send + 'static,
{
    let input = NodeRef::<Input>::new();
    let open = RwSignal::new(false);
    let active = RwSignal::new(None::<usize>);
    let answer = RwSignal::new(Answer::Waiting);
    let scope = Scope::here();
    let asked = StoredValue::new(0_u32);
    let load = StoredValue::new(load);
    let list_id = format!("{id}-list");
    let option_id = {
        let id = id.clone();
        move |index: usize| format!("{id}-option-{index}")
    };

    // A later question makes the answers to earlier ones worthless.
    let ask = move |delay_ms: u64| {
        asked.update_value(|count| *count += 1);
        let this = asked.get_value();
        let is_current = move || asked.get_value() == this;
        open.set(true);
        active.set(None);
        scope.after(Duration::from_millis(delay_ms), move || {
            let Some(query) = input.get_untracked().map(|input| input.value()).filter(|_| is_current()) else {
                return;
            };
            answer.set(Answer::Waiting);
            scope.spawn(async move {
                let reply = load.with_value(|load| load(query)).await.map_or_else(Answer::Failed, Answer::Found);
                if is_current() {
                    answer.set(reply);
                }
            });
        });
    };
    let close = move || {
        asked.update_value(|count| *count += 1);
        open.set(false);
        active.set(None);
    };
    let choose = move |choice: Choice| {
        close();
        chosen.set(Some(choice));
    };
    let on_key = move |event: KeyboardEvent| {
        let is_open = open.get_untracked();
        let count = answer.with_untracked(|answer| answer.found().len());
        let step = move_active(active.get_untracked(), count, &event.key());
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if !is_open => ask(0),
            "Enter" if is_open => {
                let choice =
                    active.get_untracked().and_then(|at| answer.with_untracked(|a| a.found().get(at).cloned()));
                if let Some(choice) = choice {
                    choose(choice);
                }
            }
            "Escape" if is_open => close(),
            // What was typed and found nobody is what there is to leave.
            "Escape"
                if chosen.with_untracked(Option::is_none)
                    && input.get_untracked().is_some_and(|input| !input.value().is_empty()) =>
            {
                if let Some(input) = input.get_untracked() {
                    input.set_value("");
                }
            }
            "Tab" => return close(),
            _ if is_open && step.is_some() => active.set(step),
            _ => return,
        }
        event.prevent_default();
    };
    Effect::new(move |before: Option<bool>| {
        let choice = chosen.get();
        let has_choice = choice.is_some();
        if let Some(input) = input.get_untracked() {
            match choice {
                Some(choice) => input.set_value(&choice.label),
                // Cleared by typing the field already holds what was typed.
                None if before == Some(true) && !open.get_untracked() => input.set_value(""),
                None => {}
            }
        }
        has_choice
    });
    let scrolled_id = option_id.clone();
    Effect::new(move |_| {
        if let Some(option) = active.get().and_then(|at| document().get_element_by_id(&scrolled_id(at))) {
            let nearest = web_sys::ScrollIntoViewOptions::new();
            nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
            option.scroll_into_view_with_scroll_into_view_options(&nearest);
        }
    });
    let active_id = option_id.clone();
    let options = move || {
        let option_id = option_id.clone();
        let found = answer.with(|answer| answer.found().to_vec());
        found
            .into_iter()
            .enumerate()
            .map(move |(index, choice)| {
                let picked = choice.clone();
                view! {
                    <li
                        class="combobox-option"
                        role="option"
                        id=option_id(index)
                        aria-selected=move || if active.get() == Some(index) { "true" } else { "false" }
                        on:click=move |_| choose(picked.clone())
                    >
                        <span class="combobox-label">{choice.label}</span>
                        <span class="combobox-detail">{choice.detail}</span>
                    </li>
                }
            })
            .collect_view()
    };
    let sentence = move || open.get().then(|| answer.with(Answer::sentence));
    view! {
        <div class="field combobox">
            <label class="field-label" for=id.clone()>{label.clone()}</label>
            <input
                node_ref=input
                class="input select"
                id=id
                type="text"
                role="combobox"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                aria-autocomplete="list"
                aria-controls=list_id.clone()
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-activedescendant=move || active.get().map(&active_id)
                on:keydown=on_key
                on:click=move |_| {
                    if !open.get_untracked() {
                        ask(0);
                    }
                }
                on:input=move |_| {
                    ask(120);
                    chosen.set(None);
                }
                on:blur=move |_| close()
            />
            // Pressing in the list must not take the focus from the field.
            <div class="combobox-popup" hidden=move || !open.get() on:mousedown=|event| event.prevent_default()>
                <ul class="combobox-list" role="listbox" id=list_id aria-label=label>
                    {options}
                </ul>
                <p class="combobox-note" aria-hidden="true">{sentence}</p>
            </div>
            <p class="visually-hidden" role="status">{sentence}</p>
        </div>
    }
}

/// The option the key leads to; `None` when it leads to none. Home and End stay with the text until an option is active.
fn move_active(at: Option<usize>, count: usize, key: &str) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match (key, at) {
        ("ArrowDown", None) => Some(0),
        ("ArrowDown", Some(at)) => Some(if at >= last { 0 } else { at + 1 }),
        ("ArrowUp", None | Some(0)) => Some(last),
        ("ArrowUp", Some(at)) => Some(at - 1),
        ("Home", Some(_)) => Some(0),
        ("End", Some(_)) => Some(last),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::move_active;

    #[test]
    fn arrows_walk_through_the_options_and_wrap_around() {
        assert_eq!(move_active(None, 3, "ArrowDown"), Some(0));
        assert_eq!(move_active(Some(2), 3, "ArrowDown"), Some(0));
        assert_eq!(move_active(None, 3, "ArrowUp"), Some(2));
        assert_eq!(move_active(Some(1), 3, "ArrowUp"), Some(0));
        assert_eq!(move_active(None, 0, "ArrowDown"), None);
    }

    #[test]
    fn home_and_end_belong_to_the_text_until_an_option_is_active() {
        assert_eq!(move_active(None, 3, "Home"), None);
        assert_eq!(move_active(Some(1), 3, "Home"), Some(0));
        assert_eq!(move_active(Some(1), 3, "End"), Some(2));
    }
}
