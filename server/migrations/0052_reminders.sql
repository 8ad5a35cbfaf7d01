-- What a campaign says again, to whom has not paid. Null wording is the campaign's own. made_at is set once its time has come;
-- created_campaign_id stays null where nobody was left to remind.
create table reminders (
    campaign_id text not null constraint reminders_campaign_fk references campaigns (id),
    number bigint not null,
    business_id text not null constraint reminders_business_fk references businesses (id),
    after_days bigint not null constraint reminders_after_days_ck check (after_days between 1 and 30),
    email_subject text,
    email_body text,
    sms_body text,
    due_at bigint not null,
    made_at bigint,
    created_campaign_id text constraint reminders_created_fk references campaigns (id),
    canceled_at bigint,
    created_at bigint not null,
    constraint reminders_pk primary key (campaign_id, number)
);
create index reminders_due_ix on reminders (due_at) where made_at is null and canceled_at is null;
