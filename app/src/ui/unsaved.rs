//! What was typed and is not saved: who leaves the page is told first, and can stay.

use js_sys::Reflect;
use leptos::{
    html,
    leptos_dom::helpers::{WindowListenerHandle, window_event_listener_untyped},
    prelude::*,
};
use leptos_router::hooks::use_location;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use super::{
    Scope,
    button::{Button, Variant},
    dialog::Dialog,
};

/// One form with what it is called in a sentence: "the contact Ada".
#[derive(Clone)]
struct Form {
    id: u32,
    what: Signal<String>,
    is_dirty: Signal<bool>,
}

/// The forms of the page that are shown; the frame around all pages provides it.
#[derive(Clone, Copy)]
pub struct Unsaved {
    forms: RwSignal<Vec<Form>>,
    next: StoredValue<u32>,
}

impl Unsaved {
    /// No form yet.
    pub fn provide() -> Self {
        let unsaved = Self { forms: RwSignal::new(Vec::new()), next: StoredValue::new(0) };
        provide_context(unsaved);
        unsaved
    }

    /// What would be lost now, by name.
    fn what(self) -> Vec<String> {
        let named = self.forms.try_with_untracked(|forms| {
            let dirty = forms.iter().filter(|form| form.is_dirty.try_get_untracked().unwrap_or_default());
            dirty.filter_map(|form| form.what.try_get_untracked()).collect()
        });
        named.unwrap_or_default()
    }
}

/// Warns a person who leaves the page while this form is not saved.
pub fn warn_of_unsaved(what: impl Into<Signal<String>>, is_dirty: impl Into<Signal<bool>>) {
    let Some(unsaved) = use_context::<Unsaved>() else { return };
    let (what, is_dirty) = (what.into(), is_dirty.into());
    // A page that nobody waits for any more may still be made: its frame is gone then.
    let Some(id) = unsaved.next.try_get_value() else { return };
    unsaved.next.try_set_value(id + 1);
    let _ = unsaved.forms.try_update_untracked(|forms| forms.push(Form { id, what, is_dirty }));
    on_cleanup(move || {
        // Gone already where the whole frame is.
        let _ = unsaved.forms.try_update_untracked(|forms| forms.retain(|form| form.id != id));
    });
}

/// In a form: warns who leaves it while its fields hold something that is not saved.
#[component]
pub fn WarnUnsaved(
    /// What is edited, as a sentence names it: "the contact Ada".
    #[prop(into)]
    what: Signal<String>,
    /// Rises with each save.
    #[prop(into)]
    saved: Signal<u32>,
) -> impl IntoView {
    let here = NodeRef::<html::Span>::new();
    let form = move || here.get_untracked()?.closest("form").ok()??.dyn_into::<web_sys::HtmlFormElement>().ok();
    let is_dirty = RwSignal::new(false);
    // The fields as they were last sent, and as they were last saved; before that, the server's values count.
    let (sent, kept) = (StoredValue::new(None::<String>), StoredValue::new(None::<String>));
    let read = move |form: &web_sys::HtmlFormElement| {
        is_dirty.set(kept.with_value(|kept| match kept {
            Some(kept) => *kept != fields(form),
            None => differs(form),
        }));
    };
    // What was typed before the scripts arrived counts, and what was typed after the last save.
    Effect::new(move |before: Option<u32>| {
        let now = saved.get();
        if before.is_some_and(|before| before != now) {
            kept.set_value(sent.get_value());
        }
        if let Some(form) = form() {
            read(&form);
        }
        now
    });
    Effect::new(move |_| {
        let listeners = ["input", "change", "submit"].map(|name| {
            window_event_listener_untyped(name, move |event| {
                let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
                let Some(form) = form().filter(|form| form.contains(target.as_ref())) else { return };
                if name == "submit" {
                    sent.set_value(Some(fields(&form)));
                } else {
                    read(&form);
                }
            })
        });
        on_cleanup(move || listeners.into_iter().for_each(WindowListenerHandle::remove));
    });
    warn_of_unsaved(what, is_dirty);
    view! { <span node_ref=here hidden></span> }
}

/// All fields as one text.
fn fields(form: &web_sys::HtmlFormElement) -> String {
    let data = web_sys::FormData::new_with_form(form).map(|data| js_sys::Array::from(data.as_ref()));
    data.map_or_else(|_| String::new(), |pairs| pairs.join("\n").into())
}

/// Whether a field holds something else than the server wrote into it.
fn differs(form: &web_sys::HtmlFormElement) -> bool {
    let elements = form.elements();
    (0..elements.length()).filter_map(|at| elements.item(at)).any(|element| {
        if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
            match input.type_().as_str() {
                "checkbox" | "radio" => input.checked() != input.default_checked(),
                "hidden" => false,
                _ => input.value() != input.default_value(),
            }
        } else if let Some(area) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
            area.default_value().is_ok_and(|before| area.value() != before)
        } else if let Some(select) = element.dyn_ref::<web_sys::HtmlSelectElement>() {
            let options = select.options();
            let option = |at| options.item(at)?.dyn_into::<web_sys::HtmlOptionElement>().ok();
            let all: Vec<_> = (0..options.length()).filter_map(option).collect();
            // Where the server chose nothing, the browser shows the first line.
            all.iter().any(web_sys::HtmlOptionElement::default_selected)
                && all.iter().any(|option| option.selected() != option.default_selected())
        } else {
            false
        }
    })
}

/// Where somebody wanted to go.
#[derive(Clone)]
enum Way {
    /// To the address of a link on the page.
    To(String),
    /// So many steps along the browser's history: "Back" is one less.
    Along(i32),
}

/// Asks before a link or "Back" leaves what is not saved; the browser itself asks when the tab is closed.
#[component]
pub fn LeaveGuard(unsaved: Unsaved) -> impl IntoView {
    let open = RwSignal::new(false);
    let what = RwSignal::new(Vec::<String>::new());
    let way = StoredValue::new(None::<Way>);
    let is_leaving = StoredValue::new(false);
    let here = use_location();
    let scope = Scope::here();
    Effect::new(move |_| {
        here.pathname.track();
        is_leaving.set_value(false);
    });
    let asks = move |to: Way| {
        let lost = if is_leaving.try_get_value() == Some(false) { unsaved.what() } else { Vec::new() };
        let asks = !lost.is_empty();
        if asks {
            what.set(lost);
            way.set_value(Some(to));
            open.set(true);
        }
        asks
    };
    // They are there for as long as the page is: nothing takes them away again.
    Effect::new(move |_| {
        listen(&window(), "click", move |event| {
            if let Some(address) = leaving_address(&event)
                && asks(Way::To(address))
            {
                event.prevent_default();
                event.stop_immediate_propagation();
            }
        });
        let path_here = move || here.pathname.try_get_untracked().unwrap_or_default();
        if let Some(navigation) = navigation() {
            listen(&navigation, "navigate", move |event| {
                if travel(&event).is_some_and(|(path, steps)| path != path_here() && asks(Way::Along(steps))) {
                    event.prevent_default();
                }
            });
        }
        // Where the browser cannot be held it has moved already.
        listen(&window(), "popstate", move |event| {
            let path = path_here();
            let has_left = location().pathname().is_ok_and(|now| now != path);
            if has_left && asks(Way::Along(-1)) {
                // Back where we are, before the router hears of it. A browser that refuses has left.
                event.stop_immediate_propagation();
                let address = path
                    + &here
                        .search
                        .try_get_untracked()
                        .filter(|search| !search.is_empty())
                        .map(|search| format!("?{search}"))
                        .unwrap_or_default();
                if let Ok(history) = window().history() {
                    let _ = history.push_state_with_url(&JsValue::NULL, "", Some(&address));
                }
            }
        });
        listen(&window(), "beforeunload", move |event| {
            if is_leaving.try_get_value() == Some(false) && !unsaved.what().is_empty() {
                event.prevent_default();
            }
        });
    });
    let leave = move |_| {
        open.set(false);
        is_leaving.set_value(true);
        let way = way.get_value();
        // Once the dialog has given the focus back.
        scope.next_frame(move || match way {
            // Read anew: nothing of what was typed stays.
            Some(Way::To(address)) => drop(location().set_href(&address)),
            Some(Way::Along(steps)) => drop(window().history().and_then(|history| history.go_with_delta(steps))),
            None => {}
        });
    };
    view! {
        <Dialog
            id="leave"
            title=Signal::derive(|| "Leave without saving?".to_owned())
            open=open
            footer=move || {
                view! {
                    <Button variant=Variant::Danger on:click=leave>"Leave without saving"</Button>
                    <Button variant=Variant::Primary on:click=move |_| open.set(false)>"Stay"</Button>
                }
            }
        >
            <p>{move || what.with(|what| lost(what))}</p>
        </Dialog>
    }
}

/// Hears before everyone else, for as long as the page is there.
fn listen(target: &web_sys::EventTarget, name: &str, heard: impl FnMut(web_sys::Event) + 'static) {
    let heard = Closure::<dyn FnMut(web_sys::Event)>::new(heard).into_js_value();
    // Refused for no event that there is.
    let _ = target.add_event_listener_with_callback_and_bool(name, heard.unchecked_ref(), true);
}

/// The browser's Navigation API: it says where "Back" leads before it goes there.
fn navigation() -> Option<web_sys::EventTarget> {
    Reflect::get(&window(), &"navigation".into()).ok()?.dyn_into().ok()
}

/// Where a step along the history leads, and how many steps it is; none for all else, and where it cannot be held.
fn travel(event: &web_sys::Event) -> Option<(String, i32)> {
    let part = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
    let destination = part(event, "destination")?;
    let is_travel = part(event, "navigationType")? == "traverse" && part(&destination, "sameDocument")?.is_truthy();
    if !is_travel || !event.cancelable() {
        return None;
    }
    let address = part(&destination, "url")?.as_string()?;
    let path = address.strip_prefix(&location().origin().ok()?)?.split(['?', '#']).next()?.to_owned();
    let entry = part(navigation()?.as_ref(), "currentEntry")?;
    let index = |of: &JsValue| part(of, "index")?.as_f64();
    #[expect(clippy::cast_possible_truncation, reason = "a history has some dozen entries")]
    let steps = (index(&destination)? - index(&entry)?) as i32;
    Some((path, steps))
}

/// The address of the link that was clicked, where it leads away from this page in this tab.
fn leaving_address(event: &web_sys::Event) -> Option<String> {
    let mouse = event.dyn_ref::<web_sys::MouseEvent>()?;
    if mouse.button() != 0 || mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key() || mouse.alt_key() {
        return None;
    }
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok().flatten()?.dyn_into::<web_sys::HtmlAnchorElement>().ok()?;
    let stays = link.get_attribute("href").is_some_and(|href| href.starts_with('#'));
    let is_elsewhere = link.has_attribute("download") || link.target() == "_blank";
    (!stays && !is_elsewhere).then(|| link.href())
}

/// "If you leave, your changes to the contact Ada are lost."
fn lost(what: &[String]) -> String {
    let all = match what {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => what.concat(),
    };
    format!("If you leave, your changes to {all} are lost.")
}

#[cfg(test)]
mod tests {
    use super::lost;

    #[test]
    fn what_would_be_lost_is_named() {
        let what = |names: &[&str]| lost(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(what(&["the contact Ada"]), "If you leave, your changes to the contact Ada are lost.");
        assert_eq!(
            what(&["Business", "Sending", "Approval"]),
            "If you leave, your changes to Business, Sending and Approval are lost."
        );
    }
}
