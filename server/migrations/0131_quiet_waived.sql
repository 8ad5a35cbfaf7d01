-- The end of the quiet hours that do not hold this message, because somebody pressed "Send now".
alter table deliveries add column quiet_waived_until bigint;
