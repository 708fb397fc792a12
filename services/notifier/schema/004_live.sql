-- By which transaction a row was changed last: a stream that goes on asks for what was not yet visible when it looked before. Rows of
-- before are older than any stream.
alter table progress add column changed_xid xid8 not null default '0';
create index progress_changed on progress (tenant_id, changed_xid);
