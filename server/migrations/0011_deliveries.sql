-- The queue and the history. A claim writes its worker, pushes due_at ahead (the lease) and raises attempts, which fences late
-- answers; a worker that still stands there when the lease is over has died. due_at is null once nothing more will happen.
-- address and recipient (JSON) are frozen when "Send" is pressed; failures is the place in the written series of retries.
create table deliveries (
    id text not null constraint deliveries_pk primary key,
    business_id text not null constraint deliveries_business_fk references businesses (id),
    campaign_id text not null constraint deliveries_campaign_fk references campaigns (id),
    contact_id text not null constraint deliveries_contact_fk references contacts (id),
    personal_link_id text constraint deliveries_personal_link_fk references personal_links (id),
    place bigint not null,
    channel text not null constraint deliveries_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    recipient text not null,
    status text not null,
    reasons text not null,
    provider text,
    provider_id text,
    words text,
    attempts bigint not null,
    failures bigint not null,
    asks bigint not null,
    due_at bigint,
    worker text,
    unknown_at bigint,
    composed_at bigint,
    sent_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    constraint deliveries_one_uq unique (campaign_id, contact_id, channel)
);
create index deliveries_due_ix on deliveries (channel, due_at) where due_at is not null;
create index deliveries_worker_ix on deliveries (worker) where worker is not null;
create index deliveries_contact_ix on deliveries (business_id, contact_id);
