-- attempt_key comes with the form: two submits of one form make one payment. open_for names the personal link while the
-- payment is pending: one link has at most one open payment. search holds what a search looks through, folded.
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
    status text not null,
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
