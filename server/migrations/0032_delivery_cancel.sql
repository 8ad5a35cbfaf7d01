-- Set when one person was taken out; a delivery that a worker holds at that moment is canceled if it comes back.
alter table deliveries add column canceled_at bigint;
