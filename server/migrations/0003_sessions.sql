create table sessions (
    id_hash text not null constraint sessions_pk primary key,
    user_id text not null constraint sessions_user_fk references users (id) on delete cascade,
    created_at bigint not null,
    seen_at bigint not null
);
create index sessions_user_ix on sessions (user_id);
