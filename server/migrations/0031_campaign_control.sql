-- starts_at is set for a scheduled campaign. A paused campaign's deliveries are not claimed; refusals counts the provider's
-- failures in a row. canceled_at and recalled_at end a campaign: what comes back from a worker afterwards is not sent again.
alter table campaigns add column starts_at bigint;
alter table campaigns add column paused_at bigint;
alter table campaigns add column pause_reason text;
alter table campaigns add column canceled_at bigint;
alter table campaigns add column recalled_at bigint;
alter table campaigns add column refusals bigint not null default 0;
-- The few that every claim leaves out.
create index campaigns_paused_ix on campaigns (id) where paused_at is not null;
