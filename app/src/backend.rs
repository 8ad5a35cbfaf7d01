//! The contract: everything the product can do, as one small trait for each noun. The server implements them all on one
//! struct; pages and server functions reach it through `backend()`.

use crate::{
    account::{Access, Business, BusinessForm, LogIn, PasswordForm, Role, SendingForm, SessionCookie, SetUp, Settings},
    approval::ApprovalForm,
    campaigns::{CampaignList, CampaignReport, NewCampaign, Progress},
    care::{CareForecast, CareForm},
    change::Change,
    channel::Channel,
    contacts::{AddressForm, Contact, ContactDetails, ContactForm, ContactQuery, ContactRow},
    deliveries::Doubt,
    error::{Error, Result},
    halt::Halt,
    history::ReplyDecision,
    id::{CampaignId, ContactId, ImportId, InviteId, OutboxMessageId, PaymentLinkId, TemplateId, UserId},
    imports::Import,
    ledger::LedgerCheck,
    outbox::{OutboxList, OutboxMessage},
    page::Page,
    payment_links::{
        LinkStatus, PaymentLink, PaymentLinkEditor, PaymentLinkForm, PaymentLinkList, PaymentLinkQuery,
        PersonalLinkAddress, QrCode,
    },
    preflight::{Matches, Selected, ToSelect, Warned},
    reminders::{ReminderForm, ReminderSkip},
    team::{InviteLink, Join, OpenInvite, TeamList},
    templates::{
        MessageTemplate, Preview, PreviewRequest, TemplateForm, TestAnswer, TestReceiver, TestRequest, WordingReport,
        WordingReportRequest,
    },
    text_encoding::TextEncoding,
    transactions::{TransactionList, TransactionQuery},
};
use async_trait::async_trait;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use leptos_router::location::Url;
use serde::{Serialize, de::DeserializeOwned};
use std::{net::IpAddr, sync::Arc};

/// Businesses, users and sessions.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Whether no user exists yet.
    async fn needs_setup(&self) -> Result<bool>;
    /// Makes the first business and its owner, and logs the owner in; refused once a user exists.
    async fn set_up(&self, form: SetUp) -> Result<SessionCookie>;
    /// Starts a session; a wrong password and an unknown email answer alike.
    async fn log_in(&self, form: LogIn, from: Caller) -> Result<SessionCookie>;
    /// Ends every trace of the session that this access came from.
    async fn log_out(&self, access: &Access) -> Result<SessionCookie>;
    /// The business of who is asking.
    async fn business(&self, access: &Access) -> Result<Business>;
    /// What the settings show.
    async fn settings(&self, access: &Access) -> Result<Settings>;
    /// Changes the business; an owner's right.
    async fn save_business(&self, access: &Access, form: BusinessForm) -> Result<()>;
    /// Changes the user's own password, and ends their other sessions.
    async fn save_password(&self, access: &Access, form: PasswordForm) -> Result<()>;
    /// Changes how the business sends; an owner's right.
    async fn save_sending(&self, access: &Access, form: SendingForm) -> Result<()>;
    /// Changes the words of the business's own that refuse when somebody answers a text with them; an owner's right.
    async fn save_opt_out_words(&self, access: &Access, words: String) -> Result<()>;
    /// Sends an email to the user over the same way as a campaign's, and says what the server answered.
    async fn send_test_email(&self, access: &Access) -> Result<()>;
    /// Sends a text to a phone over the same way as a campaign's, and says what the provider answered.
    async fn send_test_sms(&self, access: &Access, phone: String) -> Result<()>;
}

/// Who works in a business, and who is invited to. All but reading is an owner's right.
#[async_trait]
pub trait Team: Send + Sync {
    /// The users and the pending invitations.
    async fn list_team(&self, access: &Access) -> Result<TeamList>;
    /// Invites an address as a member, by an email with a link; the link is told this once.
    async fn invite_member(&self, access: &Access, email: String) -> Result<InviteLink>;
    /// Sends a pending invitation with a new link; the old one is dead.
    async fn send_invite_again(&self, access: &Access, id: InviteId) -> Result<InviteLink>;
    /// Takes a pending invitation back.
    async fn withdraw_invite(&self, access: &Access, id: InviteId) -> Result<()>;
    /// Shuts another user out and ends their sessions; what they did stays.
    async fn remove_member(&self, access: &Access, id: UserId) -> Result<()>;
    /// Makes another user an owner or a member.
    async fn change_role(&self, access: &Access, id: UserId, role: Role) -> Result<()>;
    /// What the holder of an invitation's code is shown; unknown, expired, withdrawn and used ones answer alike.
    async fn find_invite(&self, code: &str) -> Result<OpenInvite>;
    /// Makes the invited user and logs them in; an invitation is accepted once.
    async fn accept_invite(&self, form: Join) -> Result<SessionCookie>;
}

/// The people a business may ask for money.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// One page of contacts, by name.
    async fn list_contacts(&self, access: &Access, query: ContactQuery) -> Result<Page<Contact>>;
    /// The same as the page of contacts shows them.
    async fn list_contact_rows(&self, access: &Access, query: ContactQuery) -> Result<Page<ContactRow>>;
    /// Every tag that a contact in use has.
    async fn list_contact_tags(&self, access: &Access) -> Result<Vec<String>>;
    /// One contact with its history.
    async fn read_contact(&self, access: &Access, id: ContactId) -> Result<ContactDetails>;
    /// Makes a contact; what is not valid is kept and marked.
    async fn create_contact(&self, access: &Access, form: ContactForm) -> Result<ContactId>;
    /// Saves a contact that nobody changed meanwhile, with a consent record for each switch of do-not-disturb; to lift one that
    /// the contact asked for takes a reason.
    async fn update_contact(&self, access: &Access, id: ContactId, form: ContactForm) -> Result<()>;
    /// Repairs only the addresses of a contact that nobody changed meanwhile; what is not valid is refused.
    async fn fix_addresses(&self, access: &Access, id: ContactId, form: AddressForm) -> Result<ContactRow>;
    /// Takes a contact out of use, or back into it.
    async fn archive_contact(&self, access: &Access, id: ContactId, archived: bool) -> Result<()>;
    /// Lifts what a provider said of the contact's email or phone, with a record of who says so.
    async fn confirm_address(&self, access: &Access, id: ContactId, channel: Channel) -> Result<()>;
    /// Says what follows from the answers of a contact's number that came until then: no more texts, as if the person had
    /// answered STOP, or nothing. Who decided is on record.
    async fn decide_replies(&self, access: &Access, id: ContactId, until: i64, decision: ReplyDecision) -> Result<()>;
    /// An uploaded file, what was found in it and what was done.
    async fn read_import(&self, access: &Access, id: ImportId) -> Result<Import>;
    /// Says what each column holds, and checks again; nothing is changed.
    async fn map_import(
        &self,
        access: &Access,
        id: ImportId,
        columns: Vec<String>,
        has_header: bool,
        encoding: Option<TextEncoding>,
    ) -> Result<()>;
    /// Writes the contacts of a checked file.
    async fn start_import(&self, access: &Access, id: ImportId) -> Result<()>;
}

/// What is sold and how.
#[async_trait]
pub trait PaymentLinks: Send + Sync {
    /// One page of links, newest first.
    async fn list_payment_links(&self, access: &Access, query: PaymentLinkQuery) -> Result<PaymentLinkList>;
    /// The editor's fields for a new link.
    async fn new_payment_link(&self, access: &Access) -> Result<PaymentLinkEditor>;
    /// The editor's fields of the saved link that the address names.
    async fn edit_payment_link(&self, access: &Access, id: &str) -> Result<PaymentLinkEditor>;
    /// Makes a link, or saves one that nobody changed meanwhile.
    async fn save_payment_link(&self, access: &Access, form: PaymentLinkForm) -> Result<PaymentLink>;
    /// Lets a link take payments, or stops it.
    async fn set_payment_link_status(&self, access: &Access, id: PaymentLinkId, status: LinkStatus) -> Result<()>;
    /// Takes a link away; its row stays for its payments.
    async fn delete_payment_link(&self, access: &Access, id: PaymentLinkId) -> Result<()>;
    /// The QR code of the standard link.
    async fn standard_link_code(&self, access: &Access, id: PaymentLinkId) -> Result<QrCode>;
    /// One saved link.
    async fn payment_link(&self, access: &Access, id: PaymentLinkId) -> Result<PaymentLink>;
    /// The contact's personal link for copying: one for each link and contact, made when first asked for.
    async fn copy_personal_link(
        &self,
        access: &Access,
        payment_link: PaymentLinkId,
        contact: ContactId,
    ) -> Result<PersonalLinkAddress>;
}

/// The wording of messages.
#[async_trait]
pub trait Templates: Send + Sync {
    /// The default first, then the business's own by name.
    async fn list_templates(&self, access: &Access, channel: Channel) -> Result<Vec<MessageTemplate>>;
    /// One of the business's own by its id, or a built-in one by its name.
    async fn find_template(&self, access: &Access, id: String) -> Result<MessageTemplate>;
    /// Adds or changes a template; one that cannot be understood, lacks the link or was changed meanwhile is refused.
    async fn save_template(&self, access: &Access, form: TemplateForm) -> Result<TemplateId>;
    /// Takes a template away.
    async fn delete_template(&self, access: &Access, id: TemplateId) -> Result<()>;
    /// The message that a wording makes, for a contact or an example.
    async fn preview_message(&self, access: &Access, request: PreviewRequest) -> Result<Preview>;
    /// The longest text of a selection and the fields that are empty in it; what cannot be said at all is an error.
    async fn wording_report(&self, access: &Access, request: WordingReportRequest) -> Result<WordingReport>;
    /// Where the user's own tests go.
    async fn test_receiver(&self, access: &Access) -> Result<TestReceiver>;
    /// Sends a wording to the user, with an example in the place of the personal link; refused for a contact's address.
    async fn send_test_message(&self, access: &Access, request: TestRequest) -> Result<TestAnswer>;
}

/// Sending, and what became of it.
#[async_trait]
pub trait Campaigns: Send + Sync {
    /// A new key for one use of the dialog.
    async fn new_campaign_key(&self) -> Result<String>;
    /// Writes a campaign and all its deliveries in one transaction; the same key again is the same campaign.
    async fn create_campaign(&self, access: &Access, campaign: NewCampaign) -> Result<CampaignId>;
    /// One page, newest first.
    async fn list_campaigns(&self, access: &Access, page: u32) -> Result<CampaignList>;
    /// Everything about one campaign, with the timeline of the person whose row is open.
    async fn campaign_report(&self, access: &Access, id: CampaignId, open: Option<ContactId>)
    -> Result<CampaignReport>;
    /// How far it is.
    async fn campaign_progress(&self, access: &Access, id: CampaignId) -> Result<Progress>;
    /// Ends the wait of everything that is held. This and what follows say what was done; done twice is done once.
    async fn send_campaign_now(&self, access: &Access, id: CampaignId, in_quiet_hours: bool) -> Result<Change>;
    /// Takes back everything that has not left, for good.
    async fn cancel_campaign(&self, access: &Access, id: CampaignId) -> Result<Change>;
    /// Takes one person out, as far as nothing has left.
    async fn take_out_recipient(&self, access: &Access, id: CampaignId, contact: ContactId) -> Result<Change>;
    /// Gives a scheduled campaign another time in the business's time zone, until it starts.
    async fn reschedule_campaign(&self, access: &Access, id: CampaignId, starts_at: String) -> Result<Change>;
    /// Keeps everything that waits from leaving.
    async fn pause_campaign(&self, access: &Access, id: CampaignId) -> Result<Change>;
    /// Lets a paused campaign go on.
    async fn resume_campaign(&self, access: &Access, id: CampaignId) -> Result<Change>;
    /// Sends once more what failed, to people who may be written to now.
    async fn retry_failed(&self, access: &Access, id: CampaignId) -> Result<Change>;
    /// Revokes the campaign's personal links, and takes back what has not left.
    async fn recall_campaign(&self, access: &Access, id: CampaignId) -> Result<Change>;
    /// Records that a message that nobody can be asked about arrived.
    async fn confirm_arrival(&self, access: &Access, doubt: Doubt) -> Result<Change>;
    /// Sends a message that nobody can be asked about once more.
    async fn send_again(&self, access: &Access, doubt: Doubt) -> Result<Change>;
}

/// Sending that is stopped for the whole business.
#[async_trait]
pub trait Halts: Send + Sync {
    /// What waits while sending is stopped; none while it is not.
    async fn find_halt(&self, access: &Access) -> Result<Option<Halt>>;
    /// Lets everything leave that waits; only an owner may.
    async fn start_sending(&self, access: &Access) -> Result<String>;
    /// Takes back everything that waits, then lets the business send again; only an owner may.
    async fn cancel_stopped(&self, access: &Access) -> Result<String>;
}

/// Care for the contacts: quiet hours, and how often one of them is asked.
#[async_trait]
pub trait Care: Send + Sync {
    /// Changes what the business has set; an owner's right.
    async fn save_care(&self, access: &Access, form: CareForm) -> Result<()>;
    /// Who of a selection would wait on one of the chosen channels, and who was asked often enough, if "Send" were pressed now;
    /// `starts_at` is the time that was chosen, if any.
    async fn forecast_care(
        &self,
        access: &Access,
        contacts: Vec<ContactId>,
        channels: Vec<Channel>,
        starts_at: Option<String>,
    ) -> Result<CareForecast>;
}

/// Whom to send to, before anything is sent.
#[async_trait]
pub trait Preflight: Send + Sync {
    /// What speaks against sending this link to these contacts.
    async fn list_warnings(
        &self,
        access: &Access,
        payment_link: PaymentLinkId,
        contacts: Vec<ContactId>,
    ) -> Result<Vec<Warned>>;
    /// The contacts that a pasted list of emails and phones names.
    async fn match_contacts(&self, access: &Access, text: String) -> Result<Matches>;
    /// The first contacts of a choice that a link can be sent to.
    async fn find_contacts_to_select(&self, access: &Access, wanted: ToSelect) -> Result<Selected>;
}

/// What a campaign says again to people who have not paid.
#[async_trait]
pub trait Reminders: Send + Sync {
    /// Plans one more reminder, in words that are frozen now.
    async fn add_reminder(&self, access: &Access, form: ReminderForm) -> Result<()>;
    /// Takes back a reminder whose time has not come.
    async fn cancel_reminder(&self, access: &Access, campaign: CampaignId, number: u32) -> Result<()>;
    /// Leaves one person out of one reminder that is still to come, or lets them in again.
    async fn skip_reminder(&self, access: &Access, skip: ReminderSkip) -> Result<()>;
}

/// What was paid.
#[async_trait]
pub trait Transactions: Send + Sync {
    /// One page of the business's payments, newest first.
    async fn list_transactions(&self, access: &Access, query: TransactionQuery) -> Result<TransactionList>;
}

/// What would have left where a channel has no provider.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// One page, newest first.
    async fn list_outbox(&self, access: &Access, page: u32) -> Result<OutboxList>;
    /// One message.
    async fn outbox_message(&self, access: &Access, id: OutboxMessageId) -> Result<OutboxMessage>;
}

/// The second pair of eyes on what is sent.
#[async_trait]
pub trait Approvals: Send + Sync {
    /// Why a campaign with this link to so many people would wait for another user; none when it would not.
    async fn forecast_approval(&self, access: &Access, link: PaymentLinkId, people: u32) -> Result<Option<String>>;
    /// Changes when a campaign waits for another user; an owner's right.
    async fn save_approval(&self, access: &Access, form: ApprovalForm) -> Result<()>;
    /// Lets a campaign leave that another user sent, and says what happens. `sum` is what each person is asked for, as the
    /// user saw it; empty is what it was when the campaign began to wait. Another one is refused.
    async fn approve_campaign(&self, access: &Access, id: CampaignId, sum: String) -> Result<Change>;
    /// Lets a campaign leave that waits although the settings ask for no approval of it any more; an owner's right.
    async fn release_campaign(&self, access: &Access, id: CampaignId, sum: String) -> Result<Change>;
    /// Takes back a campaign that another user sent, and says so.
    async fn decline_campaign(&self, access: &Access, id: CampaignId, reason: String) -> Result<Change>;
}

/// The record of what was sent and why.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// Walks the business's record from its first entry, and says whether it is as it was written.
    async fn check_ledger(&self, access: &Access) -> Result<LedgerCheck>;
}

/// All of it.
pub trait Backend:
    Accounts
    + Team
    + Contacts
    + PaymentLinks
    + Templates
    + Campaigns
    + Approvals
    + Care
    + Preflight
    + Reminders
    + Transactions
    + Outbox
    + Halts
    + Ledger
{
}

impl<T> Backend for T where
    T: Accounts
        + Team
        + Contacts
        + PaymentLinks
        + Templates
        + Campaigns
        + Approvals
        + Care
        + Preflight
        + Reminders
        + Transactions
        + Outbox
        + Halts
        + Ledger
{
}

/// Leptos finds context by its exact type: these two keep it in one place.
#[derive(Clone)]
struct Provided(Arc<dyn Backend>);
#[derive(Clone)]
struct Visitor(Option<Access>);

/// Where a request comes from, as far as it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The address, past the proxies that the operator named.
    pub address: IpAddr,
    /// What a device keeps that was let in before.
    pub device: Option<String>,
}

impl Default for Caller {
    fn default() -> Self {
        Self { address: IpAddr::from([0, 0, 0, 0]), device: None }
    }
}

/// Hands the product and who is asking to the pages and server functions of one request.
pub fn provide_backend(backend: Arc<dyn Backend>, access: Option<Access>, caller: Caller) {
    provide_context(Provided(backend));
    provide_context(Visitor(access));
    provide_context(caller);
}

/// Where the request comes from.
pub fn caller() -> Caller {
    use_context().unwrap_or_default()
}

/// The product, inside a request.
pub fn backend() -> Result<Arc<dyn Backend>> {
    use_context::<Provided>().map(|provided| provided.0).ok_or(Error::Internal)
}

/// Who is asking; without a session the answer is 401.
pub fn signed_in() -> Result<Access> {
    respond(use_context::<Visitor>().and_then(|visitor| visitor.0).ok_or(Error::NotSignedIn))
}

/// Gives the response the status that the error means. The POST of a plain HTML form is left alone: Leptos answers it with a
/// redirect, which a status would overwrite, and the same form shows the error from its address.
pub fn respond<T>(result: Result<T>) -> Result<T> {
    if let Err(error) = &result
        && let (false, Some(response)) = (is_plain_form(), use_context::<ResponseOptions>())
    {
        if let Ok(status) = http::StatusCode::from_u16(error.status()) {
            response.set_status(status);
        }
        if let Some(seconds) = error.retry_after_s() {
            response.insert_header(http::header::RETRY_AFTER, http::HeaderValue::from(seconds));
        }
    }
    result
}

/// Whether this is the POST of an HTML form, from a browser whose scripts had no part in it.
fn is_plain_form() -> bool {
    use_context::<http::request::Parts>().is_some_and(|parts| {
        let accepts = parts.headers.get(http::header::ACCEPT).and_then(|value| value.to_str().ok());
        parts.method == http::Method::POST && accepts.is_some_and(|accepts| accepts.contains("text/html"))
    })
}

/// The cookie that keeps what was typed.
const TYPED: &str = "typed";
/// What a browser keeps in a cookie at least.
const TYPED_BYTES: usize = 4_000;
/// The page is asked for right after the answer.
const TYPED_SECONDS: u32 = 60;

/// Keeps what a plain form held when it is refused, for the page of this folder that the browser is sent back to: there no
/// script remembers it. An address would do the same for a form that somebody else filled. What is too long is not kept.
pub fn keep_typed<T: Serialize>(folder: &'static str, typed: &T) {
    let typed = serde_json::to_string(typed).map(|typed| Url::escape(&typed));
    if let Some(typed) = typed.ok().filter(|typed| is_plain_form() && typed.len() <= TYPED_BYTES) {
        send_typed(folder, &typed, TYPED_SECONDS);
    }
}

/// What was typed and refused on the page before this one, once.
pub fn take_typed<T: DeserializeOwned>(folder: &'static str) -> Option<T> {
    let typed =
        cookies().split("; ").find_map(|cookie| cookie.strip_prefix(TYPED)?.strip_prefix('=').map(Url::unescape))?;
    send_typed(folder, "", 0);
    serde_json::from_str(&typed).ok()
}

fn send_typed(folder: &str, typed: &str, seconds: u32) {
    // The session's cookie has this name where the world reaches us by TLS.
    let secure = if cookies().contains("__Host-") { "; Secure" } else { "" };
    let cookie = format!("{TYPED}={typed}; Path={folder}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let (Some(response), Ok(value)) = (use_context::<ResponseOptions>(), http::HeaderValue::from_str(&cookie)) {
        response.append_header(http::header::SET_COOKIE, value);
    }
}

fn cookies() -> String {
    let parts = use_context::<http::request::Parts>();
    let cookies = parts.as_ref().and_then(|parts| parts.headers.get(http::header::COOKIE)?.to_str().ok());
    cookies.unwrap_or_default().to_owned()
}

/// Adds the cookies to the response.
pub fn send_cookie(cookie: SessionCookie) -> Result<()> {
    for line in cookie.0 {
        let value = http::HeaderValue::from_str(&line).map_err(|_| Error::Internal)?;
        if let Some(response) = use_context::<ResponseOptions>() {
            response.append_header(http::header::SET_COOKIE, value);
        }
    }
    Ok(())
}

/// Asks the browser to forget everything it kept from here.
pub fn clear_browser() {
    if let Some(response) = use_context::<ResponseOptions>() {
        // Not the cookies: the session's is ended by its name, and the device stays known.
        let everything = http::HeaderValue::from_static("\"cache\", \"storage\"");
        response.insert_header(http::HeaderName::from_static("clear-site-data"), everything);
    }
}

/// Goes on to another page, with scripts and without.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path);
}
