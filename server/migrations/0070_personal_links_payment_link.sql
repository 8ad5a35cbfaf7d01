-- Who has a link of a payment link, revoked ones included.
create index personal_links_payment_link_ix on personal_links (payment_link_id, contact_id);
