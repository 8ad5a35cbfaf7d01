-- How often a checkout was opened: counts, not a row for each opening. kind is 'human' only by the page's own signal after
-- it came alive. The standard link has an empty personal_link_id.
create table views (
    payment_link_id text not null constraint views_payment_link_fk references payment_links (id),
    personal_link_id text not null,
    kind text not null constraint views_kind_ck check (kind in ('machine', 'human')),
    business_id text not null constraint views_business_fk references businesses (id),
    times bigint not null,
    first_at bigint not null,
    last_at bigint not null,
    constraint views_pk primary key (payment_link_id, personal_link_id, kind)
);
create index views_personal_link_ix on views (personal_link_id);
