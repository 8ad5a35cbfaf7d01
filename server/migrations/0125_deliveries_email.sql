-- A report that brings nothing of the message back names only its receiver.
create index deliveries_email_ix on deliveries (lower(address), sent_at) where channel = 'email' and sent_at is not null;
