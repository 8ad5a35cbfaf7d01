-- Set just before a message is handed to its provider, cleared with the answer. Where it still stands when the next worker claims
-- the delivery, the message may have arrived, and status becomes 'unknown'.
alter table deliveries add column handed_at bigint;
-- Workers of an older program left no such mark: what they held at their death may have left.
update deliveries set handed_at = due_at - 45000 where worker is not null and due_at is not null;
