-- What was said of an address counts for whoever has it.
create index address_reports_address_ix on address_reports (business_id, channel, lower(address));
