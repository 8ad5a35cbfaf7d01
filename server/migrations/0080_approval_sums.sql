-- What each person was to be asked for when a campaign began to wait for approval: the price may change meanwhile. Null for one
-- that began to wait before this was kept.
alter table campaigns add column asked_minor bigint;
alter table campaigns add column asked_currency text;
