-- Above how many people, or above what sum in minor units of the business's currency, a campaign waits for a second pair of
-- eyes; null is never.
alter table businesses add column approval_people bigint;
alter table businesses add column approval_minor bigint;
-- Deliveries of a campaign that waits are held and due never. Whoever approved or declined is decided_by.
alter table campaigns add column approval_wanted_at bigint;
alter table campaigns add column approved_at bigint;
alter table campaigns add column declined_at bigint;
alter table campaigns add column decided_by text constraint campaigns_decided_by_fk references users (id);
