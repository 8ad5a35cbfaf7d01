-- email and phone hold the valid address or null; email_typed and phone_typed what was typed, so that it can be repaired.
-- email_key is email_typed in lower case, by which a file finds its contacts.
-- search holds what a search looks through, folded; name_key orders the list.
create table contacts (
    id text not null constraint contacts_pk primary key,
    business_id text not null constraint contacts_business_fk references businesses (id),
    first_name text not null,
    last_name text not null,
    name_key text not null,
    email text,
    email_typed text not null,
    email_key text not null,
    phone text,
    phone_typed text not null,
    tags text not null,
    search text not null,
    dnd_at bigint,
    email_dnd_at bigint,
    sms_dnd_at bigint,
    archived_at bigint,
    version bigint not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index contacts_name_ix on contacts (business_id, name_key, id);
create index contacts_email_ix on contacts (business_id, email_key);
create index contacts_phone_ix on contacts (business_id, phone_typed);
