-- The whole schema, for SQLite and for PostgreSQL. README.md beside this file says how it is changed.
--
-- Types are text and bigint alone. Times are epoch milliseconds and end in _at; a flag is the time since when it is set, or null.
-- Amounts are minor units of their currency. Ids are text with a prefix for each kind. Every table of a business names it.

---------------------------------------------------------------------------------------------------------------------------
-- The business and the people who log in
---------------------------------------------------------------------------------------------------------------------------

create table businesses (
    id text not null constraint businesses_pk primary key,
    name text not null,
    country text not null,
    currency text not null,
    -- An empty time zone is the one of the country.
    time_zone text not null default '',
    -- How long a message waits after "Send", so that it can be taken back.
    hold_minutes bigint not null default 0,
    -- Minutes of the contact's local day; both null where quiet hours are off.
    quiet_from_minute bigint default 1260,
    quiet_until_minute bigint default 480,
    -- How many requests one contact gets in a week; null is no limit.
    weekly_cap bigint,
    -- A campaign to more people, or for a larger sum in the business's currency, waits for a second user; null is never.
    approval_people bigint,
    approval_minor bigint,
    -- What somebody reads who opens a recalled link; empty is the built-in text.
    recall_text text not null default '',
    -- Own words that count as a refusal when somebody answers a text with them, one on each line.
    opt_out_words text not null default '',
    -- Since when nothing leaves by itself, until an owner decides.
    sending_stopped_at bigint,
    created_at bigint not null
);
create index businesses_stopped_ix on businesses (id) where sending_stopped_at is not null;

-- One row at most: when two people set up the product at the same moment, the key lets one of them through.
create table setups (
    id bigint not null constraint setups_pk primary key constraint setups_ck check (id = 1),
    created_at bigint not null
);

create table users (
    id text not null constraint users_pk primary key,
    business_id text not null constraint users_business_fk references businesses (id),
    email text not null,
    -- Where the user's own test texts go, in E.164; null before the first.
    phone text,
    password_hash text not null,
    role text not null constraint users_role_ck check (role in ('owner', 'member')),
    created_at bigint not null,
    disabled_at bigint,
    constraint users_email_uq unique (email)
);
create index users_business_ix on users (business_id);

create table sessions (
    id_hash text not null constraint sessions_pk primary key,
    user_id text not null constraint sessions_user_fk references users (id) on delete cascade,
    created_at bigint not null,
    seen_at bigint not null
);
create index sessions_user_ix on sessions (user_id);

-- Who may join a business as a user. Of the code in the link only the digest is kept.
create table invites (
    id text not null constraint invites_pk primary key,
    business_id text not null constraint invites_business_fk references businesses (id),
    email text not null,
    code_hash text not null constraint invites_code_uq unique,
    role text not null constraint invites_role_ck check (role in ('owner', 'member')),
    created_by text not null constraint invites_created_by_fk references users (id),
    created_at bigint not null,
    expires_at bigint not null,
    accepted_at bigint,
    revoked_at bigint
);
create unique index invites_pending_uq on invites (business_id, email) where accepted_at is null and revoked_at is null;

---------------------------------------------------------------------------------------------------------------------------
-- Contacts, and what they allow
---------------------------------------------------------------------------------------------------------------------------

create table contacts (
    id text not null constraint contacts_pk primary key,
    business_id text not null constraint contacts_business_fk references businesses (id),
    first_name text not null,
    last_name text not null,
    -- What the list is ordered by.
    name_key text not null,
    -- The valid address or null, and beside it what was typed, so that it can be repaired. email_key is email_typed in lower
    -- case: a file finds its contacts by it.
    email text,
    email_typed text not null,
    email_key text not null,
    phone text,
    phone_typed text not null,
    tags text not null,
    -- What a search looks through, folded.
    search text not null,
    -- Do-not-disturb for everything, for email, for texts.
    dnd_at bigint,
    email_dnd_at bigint,
    sms_dnd_at bigint,
    -- Since when, and in whose words, an address is known to take no messages; null again once somebody edits or confirms it.
    email_undeliverable_at bigint,
    email_undeliverable text,
    phone_undeliverable_at bigint,
    phone_undeliverable text,
    archived_at bigint,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index contacts_name_ix on contacts (business_id, name_key, id);
create index contacts_email_ix on contacts (business_id, email_key);
create index contacts_phone_ix on contacts (business_id, phone_typed);
-- An answer to a text names a number and nothing else, so it is looked for across businesses.
create index contacts_number_ix on contacts (phone) where phone is not null;

-- Append-only evidence of each switch of do-not-disturb.
create table consents (
    id text not null constraint consents_pk primary key,
    business_id text not null constraint consents_business_fk references businesses (id),
    contact_id text not null constraint consents_contact_fk references contacts (id),
    channel text not null constraint consents_channel_ck check (channel in ('all', 'email', 'sms')),
    dnd bigint not null constraint consents_dnd_ck check (dnd in (0, 1)),
    source text not null constraint consents_source_ck
        check (source in ('form', 'import', 'opt_out_link', 'sms_reply', 'provider', 'same_address')),
    -- Why a user lifted what the person had asked for.
    reason text,
    -- How the person said it, never the words themselves.
    evidence text,
    user_id text constraint consents_user_fk references users (id),
    created_at bigint not null
);
create index consents_contact_ix on consents (business_id, contact_id, created_at);

-- Addresses whose owners asked for no more messages, for every contact that has them: an email in lower case, or a phone.
create table opt_outs (
    business_id text not null constraint opt_outs_business_fk references businesses (id),
    channel text not null constraint opt_outs_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    created_at bigint not null,
    constraint opt_outs_pk primary key (business_id, channel, address)
);
create index opt_outs_address_ix on opt_outs (address);

-- Append-only: each time an address was found undeliverable, or confirmed by a user.
create table address_reports (
    id text not null constraint address_reports_pk primary key,
    business_id text not null constraint address_reports_business_fk references businesses (id),
    contact_id text not null constraint address_reports_contact_fk references contacts (id),
    channel text not null constraint address_reports_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    works bigint not null constraint address_reports_works_ck check (works in (0, 1)),
    words text not null,
    user_id text constraint address_reports_user_fk references users (id),
    created_at bigint not null
);
create index address_reports_contact_ix on address_reports (business_id, contact_id, created_at);
-- What was said of an address counts for every contact that has it.
create index address_reports_address_ix on address_reports (business_id, channel, lower(address));

-- Answers to texts that were seen, by the provider's id: one that comes again changes nothing.
create table inbound_texts (
    provider_id text not null constraint inbound_texts_pk primary key,
    meaning text not null constraint inbound_texts_meaning_ck check (meaning in ('opt_out', 'opt_in', 'help', 'other')),
    created_at bigint not null
);
create index inbound_texts_created_ix on inbound_texts (created_at);

-- Answers to texts that no rule understood, by the number that they came from: kept for a time, so that a person decides.
create table replies (
    id text not null constraint replies_pk primary key,
    business_id text not null constraint replies_business_fk references businesses (id),
    phone text not null,
    body text not null,
    created_at bigint not null,
    decision text constraint replies_decision_ck check (decision in ('stop', 'leave')),
    decided_at bigint,
    decided_by text constraint replies_user_fk references users (id)
);
create index replies_phone_ix on replies (business_id, phone, created_at);
create index replies_created_ix on replies (created_at);

-- One uploaded file of contacts. Its columns, what the check found and what was done are JSON.
create table imports (
    id text not null constraint imports_pk primary key,
    business_id text not null constraint imports_business_fk references businesses (id),
    user_id text not null constraint imports_user_fk references users (id),
    file_name text not null,
    encoding text not null,
    columns text not null,
    has_header bigint not null constraint imports_has_header_ck check (has_header in (0, 1)),
    status text not null
        constraint imports_status_ck check (status in ('checking', 'checked', 'importing', 'done', 'stopped')),
    found text not null,
    done text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index imports_business_ix on imports (business_id, created_at);

---------------------------------------------------------------------------------------------------------------------------
-- What is sold, and what is said about it
---------------------------------------------------------------------------------------------------------------------------

-- details is the JSON of what is sold and how; name and search stand beside it for lists.
create table payment_links (
    id text not null constraint payment_links_pk primary key,
    business_id text not null constraint payment_links_business_fk references businesses (id),
    slug text not null,
    status text not null constraint payment_links_status_ck check (status in ('active', 'inactive')),
    name text not null,
    search text not null,
    details text not null,
    expires_at bigint,
    deleted_at bigint,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null,
    constraint payment_links_slug_uq unique (slug)
);
create index payment_links_business_ix on payment_links (business_id, created_at);

create table message_templates (
    id text not null constraint message_templates_pk primary key,
    business_id text not null constraint message_templates_business_fk references businesses (id),
    channel text not null constraint message_templates_channel_ck check (channel in ('email', 'sms')),
    name text not null,
    subject text not null,
    body text not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index message_templates_business_ix on message_templates (business_id, channel, name);

---------------------------------------------------------------------------------------------------------------------------
-- Campaigns: one press of "Send"
---------------------------------------------------------------------------------------------------------------------------

-- The wording is frozen here. request_hash tells a repeated key from a reused one.
create table campaigns (
    id text not null constraint campaigns_pk primary key,
    business_id text not null constraint campaigns_business_fk references businesses (id),
    payment_link_id text not null constraint campaigns_payment_link_fk references payment_links (id),
    user_id text not null constraint campaigns_user_fk references users (id),
    idempotency_key text not null,
    request_hash text not null,
    email_subject text,
    email_body text,
    sms_body text,
    -- A reminder is a campaign of its own that knows the campaign it reminds of.
    reminder_of text constraint campaigns_reminder_of_fk references campaigns (id),
    reminder_number bigint,
    -- Set for a scheduled campaign.
    starts_at bigint,
    -- Set when "Send" was pressed for people who have paid, too.
    paid_waived_at bigint,
    -- A paused campaign's deliveries are not claimed.
    paused_at bigint,
    pause_reason text,
    -- Failures of the provider in a row, for each channel.
    email_refusals bigint not null default 0,
    sms_refusals bigint not null default 0,
    -- Both end a campaign: what comes back from a worker afterwards is not sent again.
    canceled_at bigint,
    recalled_at bigint,
    created_at bigint not null,
    constraint campaigns_key_uq unique (business_id, idempotency_key)
);
create index campaigns_business_ix on campaigns (business_id, created_at);
create index campaigns_payment_link_ix on campaigns (payment_link_id);
create unique index campaigns_reminder_uq on campaigns (reminder_of, reminder_number) where reminder_of is not null;
-- The few that every claim leaves out.
create index campaigns_paused_ix on campaigns (id) where paused_at is not null;

-- A campaign that waits for a second user, or waited. Its deliveries are held and have no due time until it is approved.
create table approvals (
    campaign_id text not null constraint approvals_pk primary key
        constraint approvals_campaign_fk references campaigns (id),
    business_id text not null constraint approvals_business_fk references businesses (id),
    -- What each person was to be asked for when it began to wait: the price may change meanwhile.
    amount_minor bigint not null,
    currency text not null,
    wanted_at bigint not null,
    approved_at bigint,
    declined_at bigint,
    decided_by text constraint approvals_decided_by_fk references users (id),
    constraint approvals_decision_ck check (approved_at is null or declined_at is null)
);

-- Who did what to a campaign: append-only. user_id is null for what happened by itself.
create table campaign_events (
    id text not null constraint campaign_events_pk primary key,
    business_id text not null constraint campaign_events_business_fk references businesses (id),
    campaign_id text not null constraint campaign_events_campaign_fk references campaigns (id),
    user_id text constraint campaign_events_user_fk references users (id),
    kind text not null constraint campaign_events_kind_ck check (kind in (
        'held', 'scheduled', 'rescheduled', 'sent_now', 'canceled', 'taken_out', 'paused', 'resumed', 'retried', 'recalled',
        'confirmed', 'sent_again', 'approval_wanted', 'approved', 'declined', 'released',
        'reminder_added', 'reminder_canceled', 'reminder_skipped', 'reminder_unskipped')),
    words text not null,
    created_at bigint not null
);
create index campaign_events_campaign_ix on campaign_events (business_id, campaign_id, created_at);

-- What a campaign says again to people who have not paid. Null wording is the campaign's own.
create table reminders (
    campaign_id text not null constraint reminders_campaign_fk references campaigns (id),
    number bigint not null,
    business_id text not null constraint reminders_business_fk references businesses (id),
    after_days bigint not null constraint reminders_after_days_ck check (after_days between 1 and 30),
    email_subject text,
    email_body text,
    sms_body text,
    due_at bigint not null,
    -- Set once its time has come; created_campaign_id stays null where nobody was left to remind.
    made_at bigint,
    created_campaign_id text constraint reminders_created_fk references campaigns (id),
    -- Set with made_at where the payment link took no payments any more: why nobody was reminded.
    link_closed_at bigint,
    canceled_at bigint,
    -- Who planned it after its campaign was made: the user who approves the campaign may not have seen it.
    added_by text constraint reminders_added_by_fk references users (id),
    created_at bigint not null,
    constraint reminders_pk primary key (campaign_id, number)
);
create index reminders_due_ix on reminders (due_at) where made_at is null and canceled_at is null;

-- People whom every reminder of a campaign leaves out, because they were taken out of it.
create table reminder_skips (
    campaign_id text not null constraint reminder_skips_campaign_fk references campaigns (id),
    contact_id text not null constraint reminder_skips_contact_fk references contacts (id),
    business_id text not null constraint reminder_skips_business_fk references businesses (id),
    created_at bigint not null,
    constraint reminder_skips_pk primary key (campaign_id, contact_id)
);

-- People whom one reminder of a campaign leaves out.
create table skipped_reminders (
    campaign_id text not null,
    number bigint not null,
    contact_id text not null constraint skipped_reminders_contact_fk references contacts (id),
    business_id text not null constraint skipped_reminders_business_fk references businesses (id),
    created_at bigint not null,
    constraint skipped_reminders_pk primary key (campaign_id, number, contact_id),
    constraint skipped_reminders_reminder_fk foreign key (campaign_id, number) references reminders (campaign_id, number)
);

---------------------------------------------------------------------------------------------------------------------------
-- Personal links and messages
---------------------------------------------------------------------------------------------------------------------------

create table personal_links (
    id text not null constraint personal_links_pk primary key,
    business_id text not null constraint personal_links_business_fk references businesses (id),
    payment_link_id text not null constraint personal_links_payment_link_fk references payment_links (id),
    contact_id text not null constraint personal_links_contact_fk references contacts (id),
    campaign_id text constraint personal_links_campaign_fk references campaigns (id),
    code text not null,
    token_version bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    created_at bigint not null,
    constraint personal_links_code_uq unique (code)
);
-- One for each contact and campaign, plus one for copying.
create unique index personal_links_one_uq on personal_links (payment_link_id, contact_id, coalesce(campaign_id, ''))
    where revoked_at is null;
create index personal_links_contact_ix on personal_links (business_id, contact_id);
create index personal_links_campaign_ix on personal_links (campaign_id);
-- Who has a link of a payment link, revoked ones included.
create index personal_links_payment_link_ix on personal_links (payment_link_id, contact_id);

-- The queue and the history of messages: one row for each person and channel of a campaign.
create table deliveries (
    id text not null constraint deliveries_pk primary key,
    business_id text not null constraint deliveries_business_fk references businesses (id),
    campaign_id text not null constraint deliveries_campaign_fk references campaigns (id),
    contact_id text not null constraint deliveries_contact_fk references contacts (id),
    personal_link_id text constraint deliveries_personal_link_fk references personal_links (id),
    place bigint not null,
    channel text not null constraint deliveries_channel_ck check (channel in ('email', 'sms')),
    -- Both are frozen when "Send" is pressed; recipient is JSON.
    address text not null,
    recipient text not null,
    status text not null constraint deliveries_status_ck check (status in
        ('held', 'queued', 'unknown', 'sent', 'delivered', 'undelivered', 'failed', 'suppressed', 'canceled')),
    reasons text not null,
    provider text,
    provider_id text,
    words text,
    -- A claim writes its worker, pushes due_at ahead (the lease) and raises attempts, which fences late answers; a worker that
    -- still stands here when the lease is over has died. due_at is null once nothing more will happen by itself.
    worker text,
    attempts bigint not null,
    due_at bigint,
    -- The place in the written series of retries, and how often the provider was asked what became of it.
    failures bigint not null,
    asks bigint not null,
    -- Set just before the message is handed to its provider, cleared with the answer. Where it still stands when the next worker
    -- claims the delivery, the message may have arrived, and status becomes 'unknown'.
    handed_at bigint,
    unknown_at bigint,
    composed_at bigint,
    sent_at bigint,
    -- Set when one person was taken out; a delivery that a worker holds at that moment is canceled if it comes back.
    canceled_at bigint,
    -- The end of the quiet hours that do not hold this message, because somebody pressed "Send now".
    quiet_waived_until bigint,
    created_at bigint not null,
    updated_at bigint not null,
    constraint deliveries_one_uq unique (campaign_id, contact_id, channel)
);
create index deliveries_due_ix on deliveries (channel, due_at) where due_at is not null;
-- Businesses take turns, and so do their campaigns: a claim jumps from one to the next.
create index deliveries_turn_ix on deliveries (channel, business_id, campaign_id, due_at, id) where due_at is not null;
create index deliveries_worker_ix on deliveries (worker) where worker is not null;
create index deliveries_contact_ix on deliveries (business_id, contact_id);
create index deliveries_provider_ix on deliveries (provider_id) where provider_id is not null;
create index deliveries_address_ix on deliveries (address, channel);
-- A report that brings nothing of the message back names only its receiver.
create index deliveries_email_ix on deliveries (lower(address), sent_at) where channel = 'email' and sent_at is not null;

-- Each attempt with its answer: the timeline. said holds the provider's own words.
create table delivery_attempts (
    delivery_id text not null constraint delivery_attempts_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_attempts_business_fk references businesses (id),
    attempt bigint not null,
    outcome text not null constraint delivery_attempts_outcome_ck check (outcome in
        ('sent', 'retry', 'channel', 'unknown', 'asked', 'held', 'failed', 'suppressed', 'canceled', 'confirmed', 'again')),
    provider text not null,
    words text not null,
    code text,
    said text,
    created_at bigint not null,
    constraint delivery_attempts_pk primary key (delivery_id, attempt)
);

-- Append-only: each time a message was held until the end of quiet hours. words say until when, where its receiver is.
create table delivery_holds (
    delivery_id text not null constraint delivery_holds_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_holds_business_fk references businesses (id),
    until_at bigint not null,
    words text not null,
    created_at bigint not null,
    constraint delivery_holds_pk primary key (delivery_id, until_at)
);

-- What a provider said of a message after it had taken it: a row for each report that changed the delivery. status is the
-- provider's own word, said its own sentence.
create table delivery_reports (
    delivery_id text not null constraint delivery_reports_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_reports_business_fk references businesses (id),
    outcome text not null constraint delivery_reports_outcome_ck check (outcome in ('delivered', 'undelivered')),
    provider text not null,
    status text not null,
    words text not null,
    code text,
    said text,
    created_at bigint not null,
    constraint delivery_reports_pk primary key (delivery_id, created_at)
);

-- A report that came before our own record of the message: kept by the provider's id until that record is written.
create table early_reports (
    provider_id text not null constraint early_reports_pk primary key,
    status text not null,
    code text,
    created_at bigint not null
);

-- Messages outside of any campaign: tests that users send to themselves, and invitations. Each is written before it leaves; outcome
-- is null until it is known. They are counted for the limits of a day and shown in the settings.
create table single_messages (
    id text not null constraint single_messages_pk primary key,
    business_id text not null constraint single_messages_business_fk references businesses (id),
    user_id text not null constraint single_messages_user_fk references users (id),
    purpose text not null constraint single_messages_purpose_ck check (purpose in ('test', 'invite')),
    channel text not null constraint single_messages_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    outcome text constraint single_messages_outcome_ck check (outcome in ('sent', 'kept', 'failed')),
    said text not null default '',
    created_at bigint not null
);
create index single_messages_business_ix on single_messages (business_id, created_at);
create index single_messages_created_ix on single_messages (created_at);

-- What would have left where a channel has no provider.
create table outbox_messages (
    id text not null constraint outbox_messages_pk primary key,
    business_id text not null constraint outbox_messages_business_fk references businesses (id),
    delivery_id text,
    -- An invitation's link makes its reader a user, so only owners see it here.
    invite_id text constraint outbox_messages_invite_fk references invites (id),
    channel text not null constraint outbox_messages_channel_ck check (channel in ('email', 'sms')),
    sender text not null,
    receiver text not null,
    subject text not null,
    body_text text not null,
    body_html text not null,
    headers text not null,
    created_at bigint not null
);
create unique index outbox_messages_delivery_uq on outbox_messages (delivery_id) where delivery_id is not null;
create index outbox_messages_business_ix on outbox_messages (business_id, created_at);

---------------------------------------------------------------------------------------------------------------------------
-- The checkout
---------------------------------------------------------------------------------------------------------------------------

-- Openings of a checkout. Those of one minute by the same link and the same sign are one row: times says how many, created_at and
-- last_at when the first and the last of them were. slot is the minute, or, once a row stands for a whole day, the day with a minus
-- before it. kind is 'human' only by the page's own signal after it came alive. The standard link has no personal link.
create table openings (
    business_id text not null constraint openings_business_fk references businesses (id),
    payment_link_id text not null constraint openings_payment_link_fk references payment_links (id),
    personal_link_id text constraint openings_personal_link_fk references personal_links (id),
    campaign_id text constraint openings_campaign_fk references campaigns (id),
    kind text not null constraint openings_kind_ck check (kind in ('machine', 'human')),
    why text not null constraint openings_why_ck
        check (why in ('signal', 'head', 'prefetch', 'scanner', 'preview', 'soon', 'plain')),
    slot bigint,
    times bigint not null default 1,
    created_at bigint not null,
    last_at bigint not null default 0
);
create index openings_personal_link_ix on openings (personal_link_id, kind);
create index openings_payment_link_ix on openings (payment_link_id, kind);
create unique index openings_slot_uq on openings (payment_link_id, coalesce(personal_link_id, ''), why, slot);
-- Rows that do not stand for a day yet are folded once they are old.
create index openings_created_ix on openings (created_at) where slot is null or slot >= 0;

-- attempt_key comes with the form: two submits of one form make one payment. open_for names the personal link while the payment is
-- pending: one link has at most one open payment. search holds what a search looks through, folded.
create table payments (
    id text not null constraint payments_pk primary key,
    business_id text not null constraint payments_business_fk references businesses (id),
    payment_link_id text not null constraint payments_payment_link_fk references payment_links (id),
    personal_link_id text constraint payments_personal_link_fk references personal_links (id),
    contact_id text constraint payments_contact_fk references contacts (id),
    campaign_id text constraint payments_campaign_fk references campaigns (id),
    attempt_key text not null,
    access_key text not null,
    open_for text,
    status text not null constraint payments_status_ck
        check (status in ('pending', 'succeeded', 'failed', 'canceled', 'expired', 'refunded')),
    amount_minor bigint not null,
    currency text not null,
    items text not null,
    payer_name text not null,
    payer_email text not null,
    payer_phone text not null,
    payer_address text not null,
    search text not null,
    gateway text not null,
    failure text,
    created_at bigint not null,
    expires_at bigint not null,
    settled_at bigint,
    constraint payments_attempt_uq unique (payment_link_id, attempt_key),
    constraint payments_open_uq unique (open_for)
);
create index payments_business_ix on payments (business_id, created_at);
create index payments_personal_link_ix on payments (personal_link_id);
create index payments_contact_ix on payments (business_id, contact_id);
create index payments_campaign_ix on payments (campaign_id);
-- Payments that nobody finished are looked for by their end.
create index payments_expires_ix on payments (status, expires_at);

---------------------------------------------------------------------------------------------------------------------------
-- The record, and the store itself
---------------------------------------------------------------------------------------------------------------------------

-- The end of each business's chain: how many entries it has and the hash of the last. A writer locks this row first. It is signed with
-- a key that is not in the database: kid names the key, signed_at is the time of the last entry. All three are null on a chain
-- that nobody has signed.
create table ledger_heads (
    business_id text not null constraint ledger_heads_pk primary key
        constraint ledger_heads_business_fk references businesses (id),
    entries bigint not null,
    last_hash text not null,
    signed_at bigint,
    kid text,
    signature text
);

-- The record of what was sent and why: append-only, each entry holds the hash of the one before. seq counts from 1 without a gap;
-- body is JSON, kept byte for byte because the hash is over its bytes. kind has no check: a later version adds kinds, and an older
-- one still verifies them.
create table ledger_entries (
    business_id text not null constraint ledger_entries_business_fk references businesses (id),
    seq bigint not null,
    at bigint not null,
    kind text not null,
    body text not null,
    previous_hash text not null,
    hash text not null,
    constraint ledger_entries_pk primary key (business_id, seq)
);

-- What tells a store from an older copy of itself, in one row. epoch only ever grows; the same number stands in a file beside a
-- SQLite database. place is where PostgreSQL keeps this very table: no copy of it is kept in the same place.
create table store_marks (
    one bigint not null constraint store_marks_pk primary key constraint store_marks_one_ck check (one = 1),
    id text not null,
    epoch bigint not null,
    place text not null
);

-- What `/ready` takes out and puts in again to find out whether anything can be saved: one row of 16,384 dots that mean nothing.
create table write_checks (
    filler text not null
);
insert into write_checks (filler)
values (replace(replace(replace('....', '.', '................'), '.', '................'), '.', '................'));
