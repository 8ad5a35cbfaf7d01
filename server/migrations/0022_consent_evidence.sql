-- reason: why a user lifted what the person had asked for. evidence: how the person said it, never the words themselves.
alter table consents add column reason text;
alter table consents add column evidence text;
