-- What would have left where a channel has no provider.
create table outbox_messages (
    id text not null constraint outbox_messages_pk primary key,
    business_id text not null constraint outbox_messages_business_fk references businesses (id),
    delivery_id text,
    channel text not null constraint outbox_messages_channel_ck check (channel in ('email', 'sms')),
    sender text not null,
    receiver text not null,
    subject text not null,
    body_text text not null,
    body_html text not null,
    headers text not null,
    created_at bigint not null
);
create unique index outbox_messages_delivery_uq on outbox_messages (delivery_id) where delivery_id is not null;
create index outbox_messages_business_ix on outbox_messages (business_id, created_at);
