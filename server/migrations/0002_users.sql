create table users (
    id text not null constraint users_pk primary key,
    business_id text not null constraint users_business_fk references businesses (id),
    email text not null,
    password_hash text not null,
    role text not null constraint users_role_ck check (role in ('owner', 'member')),
    created_at bigint not null,
    disabled_at bigint,
    constraint users_email_uq unique (email)
);
create index users_business_ix on users (business_id);
