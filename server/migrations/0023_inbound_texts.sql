-- Answers to texts that were seen, by the provider's id: one that comes again changes nothing.
create table inbound_texts (
    provider_id text not null constraint inbound_texts_pk primary key,
    meaning text not null,
    created_at bigint not null
);
-- An answer names a number and nothing else, so it is looked for across businesses.
create index contacts_number_ix on contacts (phone) where phone is not null;
create index deliveries_address_ix on deliveries (address, channel);
