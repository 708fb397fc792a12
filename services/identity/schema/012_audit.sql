-- Who did what. Only ever added to: each entry's hash covers the one before it, so what was changed or taken away shows.
-- The trigger stops every UPDATE, DELETE and TRUNCATE of this service (its role owns the table: a revoked right it could give back to itself
-- as well as drop a trigger; what an intruder with that role or the disk in his hands does, the chain and the MAC of its head tell).
create table audit_event (
  tenant_id uuid not null,
  sequence bigint not null,
  occurred_at text not null,             -- RFC 3339 UTC as it was hashed
  actor text not null,                   -- sealed for the company, as are detail and client_address; the hash is of what stands here, so the
  action text not null,                  -- chain can be reckoned after a purge, too
  subject text not null,
  detail text not null,
  client_address text not null,
  hash text not null,
  primary key (tenant_id, sequence)
);
create table audit_head (
  tenant_id uuid not null primary key,
  sequence bigint not null,
  hash text not null,
  mac text not null                      -- HMAC-SHA256 of the three; its key is not in the database
);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'entries of the audit are never changed' using errcode = 'insufficient_privilege';
end $$;
create trigger append_only before update or delete or truncate on audit_event for each statement execute function audit_is_append_only();

alter table audit_event enable row level security;
alter table audit_event force row level security;
create policy acting on audit_event using (tenant_id::text = acting('tenant'));
alter table audit_head enable row level security;
alter table audit_head force row level security;
create policy acting on audit_head using (tenant_id::text = acting('tenant'));
