-- Where a user's own test texts go, in E.164; null before the first.
alter table users add column phone text;
