-- Openings of one minute by the same link and the same sign are one row: times says how many, created_at and last_at when the
-- first and the last of them were. slot is the minute, or, once a row stands for a whole day, the day with a minus before it; rows
-- from before have none and stand for themselves.
alter table openings add column times bigint not null default 1;
alter table openings add column last_at bigint not null default 0;
alter table openings add column slot bigint;
update openings set last_at = created_at;
create unique index openings_slot_uq on openings (payment_link_id, coalesce(personal_link_id, ''), why, slot);
create index openings_created_ix on openings (created_at);
