create table message_templates (
    id text not null constraint message_templates_pk primary key,
    business_id text not null constraint message_templates_business_fk references businesses (id),
    channel text not null constraint message_templates_channel_ck check (channel in ('email', 'sms')),
    name text not null,
    subject text not null,
    body text not null,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index message_templates_business_ix on message_templates (business_id, channel, name);
