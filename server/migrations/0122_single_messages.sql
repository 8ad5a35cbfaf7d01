-- Messages outside of any campaign: tests that users send to themselves, and invitations. Written before the message leaves; outcome
-- is null until it is known. They are counted for the limits of a day and shown in the settings.
create table single_messages (
    id text not null constraint single_messages_pk primary key,
    business_id text not null constraint single_messages_business_fk references businesses (id),
    user_id text not null constraint single_messages_user_fk references users (id),
    purpose text not null constraint single_messages_purpose_ck check (purpose in ('test', 'invite')),
    channel text not null constraint single_messages_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    outcome text constraint single_messages_outcome_ck check (outcome in ('sent', 'kept', 'failed')),
    said text not null default '',
    created_at bigint not null
);
create index single_messages_business_ix on single_messages (business_id, created_at);
create index single_messages_created_ix on single_messages (created_at);
