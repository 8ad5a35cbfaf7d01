-- Who planned a reminder once its campaign was there: whoever approves the campaign may not have seen it. Null for those that came
-- with it.
alter table reminders add column added_by text constraint reminders_added_by_fk references users (id);
