-- Answers to texts that no rule understood, by the number that they came from, whoever has it: kept for a time, so that a person
-- decides. decision is 'stop' or 'leave'.
create table replies (
    id text not null constraint replies_pk primary key,
    business_id text not null constraint replies_business_fk references businesses (id),
    phone text not null,
    body text not null,
    created_at bigint not null,
    decision text constraint replies_decision_ck check (decision in ('stop', 'leave')),
    decided_at bigint,
    decided_by text constraint replies_user_fk references users (id)
);
create index replies_phone_ix on replies (business_id, phone, created_at);
create index replies_created_ix on replies (created_at);
