-- Each attempt with its answer: the timeline. said holds the provider's own words.
create table delivery_attempts (
    delivery_id text not null constraint delivery_attempts_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_attempts_business_fk references businesses (id),
    attempt bigint not null,
    outcome text not null,
    provider text not null,
    words text not null,
    code text,
    said text,
    created_at bigint not null,
    constraint delivery_attempts_pk primary key (delivery_id, attempt)
);
