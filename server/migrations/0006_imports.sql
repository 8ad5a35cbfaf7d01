-- One uploaded file of contacts; its columns, what the check found and what was done are JSON.
create table imports (
    id text not null constraint imports_pk primary key,
    business_id text not null constraint imports_business_fk references businesses (id),
    user_id text not null constraint imports_user_fk references users (id),
    file_name text not null,
    columns text not null,
    has_header bigint not null,
    status text not null
        constraint imports_status_ck check (status in ('checking', 'checked', 'importing', 'done', 'stopped')),
    found text not null,
    done text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index imports_business_ix on imports (business_id, created_at);
