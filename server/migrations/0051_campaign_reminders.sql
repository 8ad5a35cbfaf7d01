-- A reminder is a campaign of its own that knows the campaign it reminds of.
alter table campaigns add column reminder_of text constraint campaigns_reminder_of_fk references campaigns (id);
alter table campaigns add column reminder_number bigint;
create unique index campaigns_reminder_uq on campaigns (reminder_of, reminder_number) where reminder_of is not null;
