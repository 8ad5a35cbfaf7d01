-- Append-only evidence of each switch of do-not-disturb: channel is 'all', 'email' or 'sms'.
create table consents (
    id text not null constraint consents_pk primary key,
    business_id text not null constraint consents_business_fk references businesses (id),
    contact_id text not null constraint consents_contact_fk references contacts (id),
    channel text not null constraint consents_channel_ck check (channel in ('all', 'email', 'sms')),
    dnd bigint not null,
    source text not null,
    user_id text constraint consents_user_fk references users (id),
    created_at bigint not null
);
create index consents_contact_ix on consents (business_id, contact_id, created_at);
