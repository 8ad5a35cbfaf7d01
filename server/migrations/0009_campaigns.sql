-- One press of "Send": wording and link are frozen here. request_hash tells a repeated key from a reused one.
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
    created_at bigint not null,
    constraint campaigns_key_uq unique (business_id, idempotency_key)
);
create index campaigns_business_ix on campaigns (business_id, created_at);
create index campaigns_payment_link_ix on campaigns (payment_link_id);
