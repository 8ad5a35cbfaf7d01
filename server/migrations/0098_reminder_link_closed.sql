-- Set with made_at where the payment link took no payments any more: why nobody was reminded.
alter table reminders add column link_closed_at bigint;
