-- What `/ready` writes to find out whether anything can be saved: one row that means nothing.
create table write_checks (
    filler text not null
);
