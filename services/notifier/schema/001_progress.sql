-- One row per migration: the projection of all status topics. `body` is q2o.notifier.v1.Progress (protobuf).
create table progress (
  migration_id uuid primary key,
  tenant_id    uuid not null,
  version      bigint not null,
  body         bytea not null,
  updated_at   timestamptz not null default now()
);
create index progress_tenant on progress (tenant_id, migration_id);

-- Settled records over time, for rate and ETA: a few samples per migration.
create table sample (
  migration_id uuid not null,
  tenant_id    uuid not null,
  at           timestamptz not null,
  settled      bigint not null,
  primary key (migration_id, at)
);
