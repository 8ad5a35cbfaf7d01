-- Each opening of a checkout, one row for each. kind is 'human' only by the page's own signal after it came alive; why says in
-- a word what told. The standard link has no personal link. Nothing refers to a row, so it has no key.
create table openings (
    business_id text not null constraint openings_business_fk references businesses (id),
    payment_link_id text not null constraint openings_payment_link_fk references payment_links (id),
    personal_link_id text constraint openings_personal_link_fk references personal_links (id),
    campaign_id text constraint openings_campaign_fk references campaigns (id),
    kind text not null constraint openings_kind_ck check (kind in ('machine', 'human')),
    why text not null,
    created_at bigint not null
);
create index openings_personal_link_ix on openings (personal_link_id, kind);
create index openings_payment_link_ix on openings (payment_link_id, kind);
-- What was counted so far knows only its first and its last time: those two become rows, the ones between cannot be told apart.
insert into openings (business_id, payment_link_id, personal_link_id, campaign_id, kind, why, created_at)
    select v.business_id, v.payment_link_id, l.id, l.campaign_id, v.kind,
        case v.kind when 'human' then 'signal' else 'plain' end, v.first_at
    from views v left join personal_links l on l.id = v.personal_link_id where v.times > 0;
insert into openings (business_id, payment_link_id, personal_link_id, campaign_id, kind, why, created_at)
    select v.business_id, v.payment_link_id, l.id, l.campaign_id, v.kind,
        case v.kind when 'human' then 'signal' else 'plain' end, v.last_at
    from views v left join personal_links l on l.id = v.personal_link_id where v.times > 1;
drop table views;
