-- One uploaded file of contacts; mapping, report and counts are JSON.
create table imports (
    id text not null constraint imports_pk primary key,
    business_id text not null constraint imports_business_fk references businesses (id),
    user_id text not null constraint imports_user_fk references users (id),
    file_name text not null,
    status text not null constraint imports_status_ck check (status in ('uploaded', 'running', 'done', 'failed')),
    mapping text,
    progress text,
    created_at bigint not null,
    updated_at bigint not null
);
create index imports_business_ix on imports (business_id, created_at);
