-- Who may join a business as a user. Only the digest of the code in the link is kept.
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
