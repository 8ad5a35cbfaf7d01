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
