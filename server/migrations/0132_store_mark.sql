-- What tells a store from an older copy of itself, in one row. epoch only ever grows; the same number stands in a file beside a
-- SQLite database. place is where PostgreSQL keeps this very table: no copy of it is kept in the same place.
create table store_marks (
    one bigint not null constraint store_marks_pk primary key constraint store_marks_one_ck check (one = 1),
    id text not null,
    epoch bigint not null,
    place text not null
);
-- Since when nothing leaves by itself, until the owner says so.
alter table businesses add column sending_stopped_at bigint;
create index businesses_stopped_ix on businesses (id) where sending_stopped_at is not null;
