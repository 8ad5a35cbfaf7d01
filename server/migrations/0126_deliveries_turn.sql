-- Businesses take turns, and so do their campaigns: a claim jumps from one to the next.
create index deliveries_turn_ix on deliveries (channel, business_id, campaign_id, due_at, id) where due_at is not null;
