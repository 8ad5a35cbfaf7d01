//! What is said of a wording before it is sent: how long it becomes, and for whom a field is empty.

use super::{EmptyField, LongestSms, WordingReport};
use crate::{
    error::Error,
    ui::{Button, Notice, Tone},
};
use leptos::prelude::*;

/// The longest text of the selection, and a warning for each empty field with the names.
#[component]
pub(crate) fn ReportNotes(
    /// What was found.
    #[prop(into)]
    report: Signal<WordingReport>,
) -> impl IntoView {
    let length = move || report.with(|report| report.longest_sms.as_ref().map(length_of));
    let foreign =
        move || report.with(|report| report.longest_sms.as_ref()?.segments.foreign.map(|foreign| foreign.to_string()));
    let warnings = move || {
        report.with(|report| {
            let warning = |empty: &EmptyField| {
                let names: Vec<_> = empty.contacts.iter().map(|contact| contact.name.clone()).collect();
                view! { <Notice tone=Tone::Warn title=empty_for(empty)><p>{names.join(", ")}</p></Notice> }
            };
            report.empty_fields.iter().map(warning).collect_view()
        })
    };
    view! {
        <div class="wording-report" role="status">
            {move || length().map(|text| view! { <p class="muted">{text}</p> })}
            {move || foreign().map(|text| view! { <p class="segments-warning">{text}</p> })}
            {warnings}
        </div>
    }
}

/// What is said when there is no report, unless one of the fields above says it.
#[component]
pub(crate) fn ReportFault(
    /// Why there is none.
    #[prop(into)]
    fault: Signal<Option<Error>>,
    /// The fields that say what is wrong with them.
    fields: &'static [&'static str],
    /// Asks for it once more.
    #[prop(into)]
    on_again: Callback<()>,
) -> impl IntoView {
    move || {
        let fault = fault.get().filter(|fault| is_unsaid(fault, fields))?;
        Some(view! {
            <Notice tone=Tone::Warn title="The wording could not be checked">
                <div class="stack">
                    {cause(&fault).map(|cause| view! { <p>{cause}</p> })}
                    <p>{WITHOUT_REPORT}</p>
                    <div><Button small=true on:click=move |_| on_again.run(())>"Check again"</Button></div>
                </div>
            </Notice>
        })
    }
}

/// What to do without a report.
const WITHOUT_REPORT: &str = "How long the SMS becomes, and for whom a field is empty, is not known for now. Check again, \
    or send without it: what cannot be sent is refused as a whole when you press Send, and nothing leaves.";

fn is_unsaid(fault: &Error, fields: &[&str]) -> bool {
    fields.iter().all(|field| fault.message_for(field).is_none())
}

/// Why, unless all that is known is that the answer was none of ours: reloading the page would lose the selection.
fn cause(fault: &Error) -> Option<String> {
    (*fault != Error::Malformed).then(|| fault.to_string())
}

/// "Up to 2 segments for each of 12 people. The longest SMS is for Zoë O'Neil."
fn length_of(longest: &LongestSms) -> String {
    let LongestSms { segments, contact, people } = longest;
    let plural = if segments.segments == 1 { "" } else { "s" };
    let count = segments.segments;
    match people {
        1 => format!("{count} SMS segment{plural} for {}.", contact.name),
        _ if count == 1 => format!("1 SMS segment for each of {people} people."),
        _ => format!("Up to {count} SMS segments for each of {people} people. The longest is for {}.", contact.name),
    }
}

/// "2 people have no first name: “Hi ,”"
fn empty_for(empty: &EmptyField) -> String {
    let people = match empty.contacts.len() {
        1 => "1 person has".to_owned(),
        count => format!("{count} people have"),
    };
    format!("{people} no {}: “{}”", empty.field.label().to_lowercase(), empty.reads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{ContactId, Id},
        merge_field::MergeField,
        sms::Segments,
        templates::NamedContact,
    };

    fn named(name: &str) -> NamedContact {
        NamedContact { id: ContactId::from_bits(1), name: name.to_owned() }
    }

    #[test]
    fn lengths_read_as_sentences() {
        let longest =
            |length, people| LongestSms { segments: Segments::of(&"a".repeat(length)), contact: named("Zoë"), people };
        assert_eq!(length_of(&longest(10, 1)), "1 SMS segment for Zoë.");
        assert_eq!(length_of(&longest(200, 1)), "2 SMS segments for Zoë.");
        assert_eq!(length_of(&longest(10, 3)), "1 SMS segment for each of 3 people.");
        assert_eq!(length_of(&longest(200, 12)), "Up to 2 SMS segments for each of 12 people. The longest is for Zoë.");
    }

    #[test]
    fn a_report_that_is_missing_is_told_unless_a_field_tells_it() {
        let fields = ["subject", "sms_template"];
        assert!(is_unsaid(&Error::Unavailable, &fields));
        assert!(!is_unsaid(&Error::invalid("sms_template", "Too long."), &fields));
        assert!(is_unsaid(&Error::invalid("contacts", "Too many."), &fields));
        assert_eq!(cause(&Error::Unavailable), Some(Error::Unavailable.to_string()));
        assert_eq!(cause(&Error::Malformed), None);
    }

    #[test]
    fn an_empty_field_is_told_with_how_it_reads() {
        let empty = |people: &[&str]| EmptyField {
            field: MergeField::ContactFirstName,
            reads: "Hi ,".to_owned(),
            contacts: people.iter().map(|name| named(name)).collect(),
        };
        assert_eq!(empty_for(&empty(&["Lee"])), "1 person has no first name: “Hi ,”");
        assert_eq!(empty_for(&empty(&["Lee", "Kim"])), "2 people have no first name: “Hi ,”");
    }
}
