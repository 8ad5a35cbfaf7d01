-- The end of each business's chain: how many entries it has and the hash of the last. Its row is locked first by whoever appends.
create table ledger_heads (
    business_id text not null constraint ledger_heads_pk primary key
        constraint ledger_heads_business_fk references businesses (id),
    entries bigint not null,
    last_hash text not null
);
