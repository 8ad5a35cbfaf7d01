-- Minutes of the contact's local day; both null where quiet hours are off. A null weekly_cap is no cap.
alter table businesses add column quiet_from_minute bigint default 1260;
alter table businesses add column quiet_until_minute bigint default 480;
alter table businesses add column weekly_cap bigint;
