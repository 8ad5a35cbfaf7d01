-- The record of what was sent and why: append-only, each entry holds the hash of the one before. seq counts from 1 without a
-- gap; body is JSON, kept byte for byte because the hash is over its bytes.
create table ledger_entries (
    business_id text not null constraint ledger_entries_business_fk references businesses (id),
    seq bigint not null,
    at bigint not null,
    kind text not null,
    body text not null,
    previous_hash text not null,
    hash text not null,
    constraint ledger_entries_pk primary key (business_id, seq)
);
