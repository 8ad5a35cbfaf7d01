-- Since when, and in whose words, an address is known not to take messages; null again once somebody edits or confirms it.
alter table contacts add column email_undeliverable_at bigint;
alter table contacts add column email_undeliverable text;
alter table contacts add column phone_undeliverable_at bigint;
alter table contacts add column phone_undeliverable text;
-- Append-only: each time an address was found undeliverable, or confirmed by a user.
create table address_reports (
    id text not null constraint address_reports_pk primary key,
    business_id text not null constraint address_reports_business_fk references businesses (id),
    contact_id text not null constraint address_reports_contact_fk references contacts (id),
    channel text not null constraint address_reports_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    works bigint not null,
    words text not null,
    user_id text constraint address_reports_user_fk references users (id),
    created_at bigint not null
);
create index address_reports_contact_ix on address_reports (business_id, contact_id, created_at);
