-- Words of the business's own that count as a refusal when somebody answers a text with them; one on each line.
alter table businesses add column opt_out_words text not null default '';
