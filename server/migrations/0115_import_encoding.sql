-- In which encoding the file is read.
alter table imports add column encoding text not null default 'utf-8';
