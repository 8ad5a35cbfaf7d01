-- What nobody finished is looked for by its end.
create index payments_expires_ix on payments (status, expires_at);
