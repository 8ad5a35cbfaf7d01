-- Mail and SMS have providers of their own: what one of them takes says nothing about the other.
alter table campaigns rename column refusals to email_refusals;
alter table campaigns add column sms_refusals bigint not null default 0;
