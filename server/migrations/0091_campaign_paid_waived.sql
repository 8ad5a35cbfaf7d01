-- Set when "Send" was pressed for whoever has paid, too: a payment by another link keeps nobody out who is waiting.
alter table campaigns add column paid_waived_at bigint;
