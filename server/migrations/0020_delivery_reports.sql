-- What a provider said of a message after it had taken it: a row for each report that changed the delivery. status is the
-- provider's own word, said its own sentence.
create table delivery_reports (
    delivery_id text not null constraint delivery_reports_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_reports_business_fk references businesses (id),
    outcome text not null,
    provider text not null,
    status text not null,
    words text not null,
    code text,
    said text,
    created_at bigint not null,
    constraint delivery_reports_pk primary key (delivery_id, created_at)
);
-- A report that came before our own record of the message: kept by the provider's id until that record is written.
create table early_reports (
    provider_id text not null constraint early_reports_pk primary key,
    status text not null,
    code text,
    created_at bigint not null
);
create index deliveries_provider_ix on deliveries (provider_id) where provider_id is not null;
