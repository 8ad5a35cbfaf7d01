-- One row at most: of two first owners at the same moment, the key lets one through.
create table setups (
    id bigint not null constraint setups_pk primary key constraint setups_ck check (id = 1),
    created_at bigint not null
);
