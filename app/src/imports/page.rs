//! A CSV file on its way in: upload, columns, report, import.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{
    Import, ImportColumn, ImportField, ImportReport, ImportSample, ImportStatus, LeftOut,
    calls::{MapImport, StartImport, read_import},
};
use crate::{
    address::Typed,
    error::Error,
    form::{action, refusal},
    id::ImportId,
    paths,
    text_encoding::TextEncoding,
    ui::{
        Button, Card, Cell, Checkbox, Column, ErrorSummary, Failure, FieldRow, FormActions, LinkButton, Notice,
        PageHead, Progress, Row, Scope, Select, Skeleton, Table, Tone, Variant,
    },
};

/// How often a page that is alive asks how far it is.
const PAUSE: Duration = Duration::from_millis(700);

/// `/contacts/import`
#[component]
pub fn ImportPage() -> impl IntoView {
    let params = use_query_map();
    let map = action::<MapImport>();
    let start = action::<StartImport>();
    let tick = RwSignal::new(0_u32);
    let import = Resource::new_blocking(
        move || (params.with(|params| params.get("id")), map.version().get(), start.version().get(), tick.get()),
        |(id, ..)| async move {
            match id {
                Some(id) => read_import(id).await.map(Some),
                None => Ok::<_, Error>(None),
            }
        },
    );
    Effect::new(move || {
        let is_moving = matches!(import.get(), Some(Ok(Some(import))) if import.status.is_moving());
        if is_moving {
            Scope::here().after(PAUSE, move || tick.update(|tick| *tick += 1));
        }
    });
    let refused = move || params.with(|params| params.get("error")).map(|word| not_taken(&word));
    view! {
        <PageHead title="Import contacts" parent=(paths::CONTACTS, "Contacts")/>
        {move || refused().map(|text| view! { <Notice tone=Tone::Bad title="This file was not taken">{text}</Notice> })}
        <Transition fallback=|| view! { <Skeleton/> }>
            {move || Suspend::new(async move {
                match import.await {
                    Ok(None) => view! { <Upload/> }.into_any(),
                    Ok(Some(import)) => view! { <Steps import=import map=map start=start/> }.into_any(),
                    Err(error) => view! { <Failure error/><Upload/> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The sentence for a word in the address: the upload is a plain form that comes back here.
fn not_taken(word: &str) -> &'static str {
    match word {
        "archive" => "It is a spreadsheet or a zip file. Open it, save it as CSV, and choose that file.",
        "binary" => "It is not a text file. Save your contacts as CSV and choose that file.",
        "empty" => "It is empty.",
        "header" => "Its first row cannot be read. Save your contacts as CSV and choose that file.",
        "none" => "No file was chosen.",
        "large" => "It is larger than 50 MB. Split it and import the parts one after the other.",
        _ => "It could not be stored just now. Try again in a moment.",
    }
}

#[component]
fn Upload() -> impl IntoView {
    view! {
        <form class="form" method="post" enctype="multipart/form-data" action=paths::UPLOAD>
            <Card text="Nothing is changed yet: you see what would happen first.">
                <div class="field">
                    <label class="field-label" for="file">"CSV file"</label>
                    <input
                        class="input"
                        type="file"
                        id="file"
                        name="file"
                        accept=".csv,.tsv,.txt,text/csv"
                        required=true
                        aria-describedby="file-hint"
                    />
                    <p class="field-hint" id="file-hint">
                        "Up to 50 MB, as your spreadsheet or another program exports it."
                    </p>
                </div>
            </Card>
            <FormActions>
                <LinkButton href=paths::CONTACTS>"Cancel"</LinkButton>
                <Button kind="submit" variant=Variant::Primary>"Upload"</Button>
            </FormActions>
        </form>
    }
}

#[component]
fn Steps(import: Import, map: ServerAction<MapImport>, start: ServerAction<StartImport>) -> impl IntoView {
    let (not_mapped, not_started) = (refusal(map), refusal(start));
    let problems = Signal::derive(move || {
        let refused = not_mapped.get().or_else(|| not_started.get());
        refused.map(|error| (String::new(), error.to_string())).into_iter().collect::<Vec<_>>()
    });
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let step = match import.status {
        ImportStatus::Checking => view! {
            <Progress
                label=format!("Checking {}: {} rows read", import.file_name, import.found.rows)
                done=0
                total=0
            />
            <Again id=import.id.clone()/>
        }
        .into_any(),
        ImportStatus::Importing => view! {
            <Progress
                label=format!("Importing: {} of {} rows", import.done.rows, import.found.rows)
                done=count(import.done.rows)
                total=count(import.found.rows)
            />
            <Again id=import.id.clone()/>
        }
        .into_any(),
        ImportStatus::Done => view! { <Finished report=import.done left_out=LeftOut::of(&import.columns)/> }.into_any(),
        ImportStatus::Stopped if import.found.complete => view! {
            <Notice tone=Tone::Warn title="The import stopped">
                {format!("{} rows are in. Go on, and nothing is written twice.", import.done.rows)}
            </Notice>
            <Start id=import.id.clone() label="Go on".to_owned() action=start/>
        }
        .into_any(),
        ImportStatus::Checked | ImportStatus::Stopped => view! {
            <Columns import=import.clone() action=map/>
            <Report import=import start=start/>
        }
        .into_any(),
    };
    view! {
        <div class="stack import">
            <ErrorSummary errors=problems/>
            {step}
        </div>
    }
}

/// A look at the same page, for browsers without scripts.
#[component]
fn Again(id: ImportId) -> impl IntoView {
    view! { <p><a href=paths::import(&id) rel="external">"Look again"</a></p> }
}

#[component]
fn Columns(import: Import, action: ServerAction<MapImport>) -> impl IntoView {
    let left_out = LeftOut::of(&import.columns);
    let encodings = TextEncoding::ALL
        .iter()
        .map(|encoding| (encoding.as_str().to_owned(), encoding.label().to_owned()))
        .collect::<Vec<_>>();
    view! {
        <LeftOutColumns left_out=left_out/>
        <ActionForm action=action attr:class="form">
            <input type="hidden" name="id" value=import.id.to_string()/>
            <Card title="Columns" text=format!("What each column of {} holds.", import.file_name)>
                <FieldRow>
                    {import
                        .columns
                        .into_iter()
                        .enumerate()
                        .map(|(index, column)| view! { <ColumnChoice index=index column=column/> })
                        .collect_view()}
                </FieldRow>
                <Checkbox name="has_header" label="The first row names the columns" checked=import.has_header/>
                <Select
                    name="encoding"
                    label="Text encoding"
                    options=encodings
                    value=import.encoding.as_str()
                    hint="Choose another one if letters such as é, ł or я look wrong below, then check again."
                />
            </Card>
            <FormActions>
                <Button kind="submit" busy=action.pending()>"Check again"</Button>
            </FormActions>
        </ActionForm>
    }
}

/// Every column of which nothing comes in, those about consent first.
#[component]
fn LeftOutColumns(left_out: LeftOut) -> impl IntoView {
    let LeftOut { speaking_of_consent, others } = left_out;
    view! {
        {(!speaking_of_consent.is_empty()).then(|| view! {
            <Notice tone=Tone::Warn title="Left out, although the name speaks of consent">
                {format!(
                    "{}. If such a column says who must not be written to, choose what it holds.",
                    LeftOut::quoted(&speaking_of_consent),
                )}
            </Notice>
        })}
        {(!others.is_empty()).then(|| view! {
            <p class="muted">{format!("Left out: {}.", LeftOut::quoted(&others))}</p>
        })}
    }
}

#[component]
fn ColumnChoice(index: usize, column: ImportColumn) -> impl IntoView {
    let options = std::iter::once(("none".to_owned(), "Leave out".to_owned()))
        .chain(ImportField::ALL.map(|field| (field.as_str().to_owned(), field.label().to_owned())))
        .collect::<Vec<_>>();
    let examples = column.examples.join(" · ");
    view! {
        <Select
            name=format!("columns[{index}]")
            id=format!("column-{index}")
            label=column.name
            options=options
            value=column.field.map_or("none", ImportField::as_str)
            hint=if examples.is_empty() { "Empty in the first rows".to_owned() } else { examples }
        />
    }
}

#[component]
fn Report(import: Import, start: ServerAction<StartImport>) -> impl IntoView {
    if !import.has_address() {
        return view! {
            <Notice tone=Tone::Bad title="No email and no phone was found">
                "Choose above which column holds the email and which the phone, then press Check again."
            </Notice>
        }
        .into_any();
    }
    let changes = import.found.new + import.found.updated;
    let label = if changes == 1 { "Import 1 contact".to_owned() } else { format!("Import {changes} contacts") };
    let complete = import.found.complete;
    let nobody = complete && import.found.has_nobody();
    view! {
        <Samples samples=import.found.samples.clone()/>
        <Card title="What would happen">
            <Counts report=import.found.clone()/>
            <Problems report=import.found/>
        </Card>
        {if changes > 0 && complete {
            view! { <Start id=import.id label=label action=start/> }.into_any()
        } else if nobody {
            view! {
                <Notice tone=Tone::Bad title="No row names anybody">
                    "Check above that each column holds what the file has there, then press Check again."
                </Notice>
            }
            .into_any()
        } else if complete {
            view! { <Notice>"There is nothing to import: every contact in this file is there already."</Notice> }.into_any()
        } else {
            view! { <Notice tone=Tone::Warn>"The check stopped half-way. Press Check again."</Notice> }.into_any()
        }}
    }
    .into_any()
}

/// Some contacts as they will be, so that a wrong column or encoding is seen before anything is written.
#[component]
fn Samples(samples: Vec<ImportSample>) -> impl IntoView {
    if samples.is_empty() {
        return ().into_any();
    }
    let facts = ["First name", "Last name", "Email", "Phone", "Do not disturb"];
    let columns = std::iter::once(Column::number("Line")).chain(facts.map(Column::new)).collect::<Vec<_>>();
    view! {
        <Card title="How contacts will look" text="If a name, a letter or a column is wrong, change it above and check again.">
            <Table caption="How contacts will look" columns=columns>
                {samples
                    .into_iter()
                    .map(|sample| view! {
                        <Row>
                            <Cell number=true label="Line">{sample.line}</Cell>
                            <Cell label="First name">{or_dash(sample.first_name)}</Cell>
                            <Cell label="Last name">{or_dash(sample.last_name)}</Cell>
                            <Cell label="Email">{shown(&sample.email)}</Cell>
                            <Cell label="Phone">{shown(&sample.phone)}</Cell>
                            <Cell label="Do not disturb">{sample.dnd.label().unwrap_or("Off")}</Cell>
                        </Row>
                    })
                    .collect_view()}
            </Table>
        </Card>
    }
    .into_any()
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "\u{2014}".to_owned() } else { text }
}

/// An address, and whether it can be used.
fn shown<T: std::fmt::Display>(address: &Typed<T>) -> String {
    match address {
        Typed::Missing => "\u{2014}".to_owned(),
        Typed::Valid(address) => address.to_string(),
        Typed::Invalid(typed) => format!("{typed} (not valid)"),
    }
}

#[component]
fn Start(id: ImportId, label: String, action: ServerAction<StartImport>) -> impl IntoView {
    view! {
        <ActionForm action=action attr:class="form">
            <input type="hidden" name="id" value=id.to_string()/>
            <FormActions>
                <LinkButton href=paths::IMPORTS>"Choose another file"</LinkButton>
                <Button kind="submit" variant=Variant::Primary busy=action.pending()>{label}</Button>
            </FormActions>
        </ActionForm>
    }
}

#[component]
fn Finished(report: ImportReport, left_out: LeftOut) -> impl IntoView {
    view! {
        <Notice tone=Tone::Good title="The import is done">
            {format!("{} new contacts, {} updated.", report.new, report.updated)}
        </Notice>
        <Card title="What was done">
            <Counts report=report.clone()/>
            <Problems report=report/>
        </Card>
        <LeftOutColumns left_out=left_out/>
        <FormActions>
            <LinkButton href=paths::IMPORTS>"Import another file"</LinkButton>
            <LinkButton href=paths::CONTACTS variant=Variant::Primary>"Show contacts"</LinkButton>
        </FormActions>
    }
}

#[component]
fn Counts(report: ImportReport) -> impl IntoView {
    let counts = [
        ("New", report.new),
        ("Updated", report.updated),
        ("Unchanged", report.unchanged),
        ("Invalid email", report.invalid_email),
        ("Invalid phone", report.invalid_phone),
        ("Unclear do-not-disturb", report.unclear_consent),
        ("Repeated in the file", report.repeated),
        ("Unreadable", report.unreadable),
        ("Blank", report.blank),
    ];
    view! {
        <dl class="counts">
            {counts
                .into_iter()
                .map(|(name, count)| view! {
                    <div class="count">
                        <dt>{name}</dt>
                        <dd>{count}</dd>
                    </div>
                })
                .collect_view()}
        </dl>
        {report.unreachable_in_words().map(|words| view! { <p>{words}</p> })}
        <p class="muted">"Contacts with an invalid email or phone are kept and marked, so that they can be repaired."</p>
    }
}

#[component]
fn Problems(report: ImportReport) -> impl IntoView {
    if report.problems.is_empty() {
        return ().into_any();
    }
    let all =
        report.invalid_email + report.invalid_phone + report.unclear_consent + report.repeated + report.unreadable;
    let more = all.saturating_sub(report.problems.len() as u64);
    view! {
        <Table caption="Rows to look at" columns=vec![Column::number("Line"), Column::new("What is wrong")]>
            {report
                .problems
                .into_iter()
                .map(|problem| view! {
                    <Row>
                        <Cell number=true label="Line">{problem.line}</Cell>
                        <Cell label="What is wrong">{problem.message}</Cell>
                    </Row>
                })
                .collect_view()}
        </Table>
        {(more > 0).then(|| view! { <p class="muted">{format!("And {more} more.")}</p> })}
    }
    .into_any()
}
