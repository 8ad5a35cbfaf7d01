-- The row that `/ready` takes out and puts in again, as it puts it in (16,384 dots): whoever asks changes nothing.
insert into write_checks (filler)
values (replace(replace(replace('....', '.', '................'), '.', '................'), '.', '................'));
