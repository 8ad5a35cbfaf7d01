-- Whom one reminder of a campaign leaves out. Whom all of them leave out, because they were taken out, stands in reminder_skips.
create table skipped_reminders (
    campaign_id text not null,
    number bigint not null,
    contact_id text not null constraint skipped_reminders_contact_fk references contacts (id),
    business_id text not null constraint skipped_reminders_business_fk references businesses (id),
    created_at bigint not null,
    constraint skipped_reminders_pk primary key (campaign_id, number, contact_id),
    constraint skipped_reminders_reminder_fk foreign key (campaign_id, number) references reminders (campaign_id, number)
);
