-- Append-only: each time a message was held until the end of quiet hours. words say until when, where its receiver is.
create table delivery_holds (
    delivery_id text not null constraint delivery_holds_delivery_fk references deliveries (id),
    business_id text not null constraint delivery_holds_business_fk references businesses (id),
    until_at bigint not null,
    words text not null,
    created_at bigint not null,
    constraint delivery_holds_pk primary key (delivery_id, until_at)
);
