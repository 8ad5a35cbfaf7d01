-- Each opening of a checkout; human only by the page's own signal after it came alive.
create table views (
    id text not null constraint views_pk primary key,
    business_id text not null constraint views_business_fk references businesses (id),
    payment_link_id text not null constraint views_payment_link_fk references payment_links (id),
    personal_link_id text constraint views_personal_link_fk references personal_links (id),
    campaign_id text constraint views_campaign_fk references campaigns (id),
    is_human bigint not null,
    created_at bigint not null
);
create index views_personal_link_ix on views (personal_link_id);
create index views_payment_link_ix on views (payment_link_id, created_at);
