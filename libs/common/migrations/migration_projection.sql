-- What this service knows of each migration: the newest message of q2o.billing.migration.v1.
create table migration_projection (
  migration_id uuid primary key,
  tenant_id uuid not null,
  version bigint not null,
  state integer not null,
  body bytea not null, -- q2o.billing.v1.Migration
  changed_at timestamptz not null default now()
);
create index migration_projection_state on migration_projection (state);
