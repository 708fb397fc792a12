-- Data keys, wrapped with a master key that lives outside of the database. Rows stay when a key is destroyed, so that its version is never
-- used again and a certificate can name it.
create table data_key (
  tenant_id uuid not null,
  migration_id text not null,            -- empty: what the tenant's migrations share
  version integer not null,
  key_id uuid not null unique,
  master integer not null,               -- version of the master key that wraps it
  wrapped bytea,                         -- null: destroyed
  created_at timestamptz not null default now(),
  destroyed_at timestamptz,
  primary key (tenant_id, migration_id, version),
  check ((wrapped is null) = (destroyed_at is not null))
);
create index data_key_master on data_key (master) where wrapped is not null;
