create table businesses (
    id text not null constraint businesses_pk primary key,
    name text not null,
    country text not null,
    currency text not null,
    created_at bigint not null
);
