-- The end of a chain is signed with a key that is not in the database: kid names the key, signed_at is the time of the last entry.
-- All three are null on a chain from before.
alter table ledger_heads add column signed_at bigint;
alter table ledger_heads add column kid text;
alter table ledger_heads add column signature text;
