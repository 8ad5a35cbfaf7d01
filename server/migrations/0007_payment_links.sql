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
