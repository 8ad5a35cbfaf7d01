-- Who did what to a campaign: append-only. user_id is null for what happened by itself.
create table campaign_events (
    id text not null constraint campaign_events_pk primary key,
    business_id text not null constraint campaign_events_business_fk references businesses (id),
    campaign_id text not null constraint campaign_events_campaign_fk references campaigns (id),
    user_id text constraint campaign_events_user_fk references users (id),
    kind text not null,
    words text not null,
    created_at bigint not null
);
create index campaign_events_campaign_ix on campaign_events (business_id, campaign_id, created_at);
