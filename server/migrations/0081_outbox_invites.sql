-- An invitation's link makes its reader a user: whoever is no owner must not find it in the Outbox.
alter table outbox_messages add column invite_id text constraint outbox_messages_invite_fk references invites (id);
-- What was kept so far is known by its words; no wording of a business is without a delivery or begins like this.
update outbox_messages set invite_id = (select max(i.id) from invites i
        where i.business_id = outbox_messages.business_id and i.email = outbox_messages.receiver)
    where delivery_id is null and channel = 'email' and subject like 'Join % on Handbill';
