-- How a business sends. An empty time_zone is its country's, an empty recall_text the built-in words.
alter table businesses add column hold_minutes bigint not null default 0;
alter table businesses add column time_zone text not null default '';
alter table businesses add column recall_text text not null default '';
