-- Whom the reminders of a campaign leave out.
create table reminder_skips (
    campaign_id text not null constraint reminder_skips_campaign_fk references campaigns (id),
    contact_id text not null constraint reminder_skips_contact_fk references contacts (id),
    business_id text not null constraint reminder_skips_business_fk references businesses (id),
    created_at bigint not null,
    constraint reminder_skips_pk primary key (campaign_id, contact_id)
);
