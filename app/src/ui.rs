//! The parts every screen is made of; nothing here knows a domain word.
//!
//! All of them render whole on the server, work as plain HTML where that makes sense, and take plain data or
//! signals. An attribute or `on:` listener written on a component lands on its outermost element; events bubble, so
//! `on:input` on a [`Field`] hears its input. Ids come from `name` (or `id`), never from a counter, so that the server
//! and the browser agree.
//!
//! A page with a form is put together like this:
//!
//! ```ignore
//! let save = action::<SaveThing>();
//! let problem = move |field: &'static str| Signal::derive(move || sentence_for(save.value().get(), field));
//! view! {
//!     <PageHead title="Thing" parent=("/things", "Things")>
//!         <LinkButton href="/things/new" variant=Variant::Primary>"New thing"</LinkButton>
//!     </PageHead>
//!     <ActionForm action=save attr:class="form" attr:novalidate=true>
//!         <ErrorSummary errors=problems/>                       // Vec<(field id, sentence)>; empty shows nothing
//!         <Card title="About">
//!             <Field name="name" label="Name" value=thing.name error=problem("name") required=true/>
//!             <FieldRow>
//!                 <Field name="email" label="Email" kind="email" autocomplete="email" value=thing.email error=problem("email")/>
//!                 <MoneyField name="price" label="Price" currency="USD" value="90.00"/>
//!             </FieldRow>
//!             <Switch name="quiet" label="Do not disturb" checked=thing.quiet/>
//!         </Card>
//!         <FormActions>
//!             <LinkButton href="/things">"Cancel"</LinkButton>
//!             <Button kind="submit" variant=Variant::Primary busy=save.pending()>"Save"</Button>
//!         </FormActions>
//!     </ActionForm>
//! }
//! ```
//!
//! and a page with a list like this:
//!
//! ```ignore
//! <Table caption="Things" columns=vec![Column::new("Name"), Column::number("Price"), Column::hidden("Actions")]>
//!     {things.into_iter().map(|thing| view! {
//!         <Row>
//!             <Cell head=true label="Name"><a href=..>{thing.name}</a></Cell>
//!             <Cell number=true label="Price">{thing.price}</Cell>
//!             <Cell actions=true>
//!                 <Menu id=thing.id label=format!("Actions for {}", thing.name)>
//!                     <MenuLink href=..>"Edit"</MenuLink>
//!                     <MenuItem on:click=..>"Delete"</MenuItem>
//!                 </Menu>
//!             </Cell>
//!         </Row>
//!     }).collect_view()}
//! </Table>
//! <Pagination summary="1 to 20 of 412" next="/things?page=2"/>
//! ```
//!
//! Values are written by the server with `value=` and read from the form or from events; never `bind:value` or
//! `prop:value`, which overwrite what was typed before the scripts arrived.

mod ask;
mod button;
mod card;
mod checkbox;
mod combobox;
mod copy_field;
mod dialog;
mod empty_state;
mod error_summary;
mod failure;
mod field;
mod icon;
mod loaded;
mod mail_frame;
mod menu;
mod money_field;
mod notice;
mod page_head;
mod pagination;
mod progress;
mod relative_time;
mod save_bar;
mod scope;
mod search_field;
mod select;
mod skeleton;
mod status;
mod switch;
mod table;
mod tabs;
mod text_area;
mod told;
mod unsaved;

pub use ask::{Act, AskFirst, Asking, ConfirmDialog, ConfirmPage, Question};
pub use button::{Button, LinkButton, Variant};
pub use card::{Card, FieldRow, FormActions, Toolbar};
pub use checkbox::Checkbox;
pub use combobox::{Choice, Choices, Combobox};
pub use copy_field::{CopyButton, CopyField};
pub use dialog::{Dialog, on_escape};
pub use empty_state::EmptyState;
pub use error_summary::ErrorSummary;
pub use failure::Failure;
pub use field::Field;
pub use icon::{Glyph, Icon};
pub use loaded::Loaded;
pub use mail_frame::MailFrame;
pub use menu::{Menu, MenuItem, MenuLink};
pub use money_field::MoneyField;
pub use notice::Notice;
pub use page_head::PageHead;
pub use pagination::Pagination;
pub use progress::Progress;
pub use relative_time::{RelativeTime, exact_time, relative_time};
pub use save_bar::SaveBar;
pub use scope::Scope;
pub use search_field::SearchField;
pub use select::Select;
pub use skeleton::Skeleton;
pub use status::{Status, Tone};
pub use switch::Switch;
pub use table::{Cell, Column, Row, Table};
pub use tabs::{TabPanel, Tabs};
pub use text_area::TextArea;
pub use told::{InView, NextPage, Told};
pub use unsaved::{LeaveGuard, Unsaved, WarnUnsaved, warn_of_unsaved};
