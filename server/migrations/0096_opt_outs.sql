-- Addresses whose owners asked for no more messages, whoever has them now: an email in lower case, or a phone.
create table opt_outs (
    business_id text not null constraint opt_outs_business_fk references businesses (id),
    channel text not null constraint opt_outs_channel_ck check (channel in ('email', 'sms')),
    address text not null,
    created_at bigint not null,
    constraint opt_outs_pk primary key (business_id, channel, address)
);
create index opt_outs_address_ix on opt_outs (address);
insert into opt_outs (business_id, channel, address, created_at)
select c.business_id, 'sms', c.phone_typed, min(c.sms_dnd_at) from contacts c
where c.sms_dnd_at is not null and c.phone_typed <> '' and exists (
    select 1 from consents s where s.business_id = c.business_id and s.contact_id = c.id and s.channel = 'sms' and s.dnd = 1
    and s.source in ('sms_reply', 'provider', 'same_address') and not exists (
        select 1 from consents l where l.business_id = c.business_id and l.contact_id = c.id and l.channel = 'sms'
        and l.dnd = 0 and l.created_at > s.created_at))
group by c.business_id, c.phone_typed;
insert into opt_outs (business_id, channel, address, created_at)
select c.business_id, 'email', c.email_key, min(c.email_dnd_at) from contacts c
where c.email_dnd_at is not null and c.email_key <> '' and exists (
    select 1 from consents s where s.business_id = c.business_id and s.contact_id = c.id and s.channel = 'email' and s.dnd = 1
    and s.source in ('opt_out_link', 'same_address') and not exists (
        select 1 from consents l where l.business_id = c.business_id and l.contact_id = c.id and l.channel = 'email'
        and l.dnd = 0 and l.created_at > s.created_at))
group by c.business_id, c.email_key;
