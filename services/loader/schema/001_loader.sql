-- Target connections: credentials sealed with the service's key, bound to tenant and target.
create table target (
  target_id uuid primary key,
  tenant_id uuid not null,
  url text not null,
  database_name text not null,
  login text not null,
  sealed_password bytea not null,
  state text not null default 'unverified',
  version text not null default '',
  created_at timestamptz not null default now(),
  unique (tenant_id, url, database_name, login)
);

-- One run of a migration as the mapped stream describes it and as far as it has come.
create table run (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  connection text not null,
  target_id uuid,
  state text not null default 'working',          -- working, done, failed, stopped
  plan bytea not null,                            -- q2o.mapper.v1.RunPlan
  ended boolean not null default false,           -- RunEnd has come
  last_sequence bigint not null default 0,
  created bigint not null default 0,
  changed bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  settings_changed boolean not null default false,
  facts bigint not null default 0,                -- numbers the status messages
  findings text not null default '[]',
  failure text not null default '',
  primary key (migration_id, run)
);

create table wave (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  number bigint not null,
  name text not null,
  entities text[] not null,
  completed boolean not null default false,
  primary key (migration_id, run, number)
);

create table ended_entity (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  entity text not null,
  primary key (migration_id, run, entity)
);

-- The inbox of target records. state: open, parked (waits for `waits_for`), done, rejected.
create table item (
  migration_id uuid not null,
  run bigint not null,
  number bigint generated always as identity,
  tenant_id uuid not null,
  entity text not null,
  source_id text not null,
  label text not null,
  external_id text not null,
  model text not null,
  operation text not null,
  wave bigint not null,
  values_json text not null,
  refs text[] not null,
  post boolean not null,
  content_hash text not null,
  state text not null default 'open',
  outcome text not null default '',
  odoo_id bigint not null default 0,
  waits_for text not null default '',
  primary key (migration_id, run, number)
);
create index item_waiting on item (migration_id, run, wave, number) where state in ('open', 'parked');

-- A write is sent again when what it refers to was made (again) in this run.
create index item_made on item (migration_id, run, external_id) where outcome in ('created', 'adopted');

create table reject (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  external_id text not null,
  entity text not null,
  source_id text not null,
  reason text not null,
  message text not null,
  hint text not null,
  label text not null,
  primary key (migration_id, run, external_id)
);

-- The record ledger: what this loader wrote to a target, over all migrations and runs.
create table record (
  target_id uuid not null,
  external_id text not null,
  tenant_id uuid not null,
  model text not null,
  odoo_id bigint not null,
  content_hash text not null,
  outcome text not null,
  migration_id uuid not null,
  run bigint not null,
  written_at timestamptz not null default now(),
  primary key (target_id, external_id)
);

-- What the loader changed in the target's settings: written down before the change.
create table setting (
  migration_id uuid not null,
  run bigint not null,
  name text not null,
  tenant_id uuid not null,
  ordinal bigint generated always as identity,
  before_value text not null,
  during_value text not null,
  restore_call text not null default '',          -- JSON [model, method, args] that puts it back; empty: stays, is only listed
  restored boolean not null default false,
  note text not null default '',
  primary key (migration_id, run, name)
);
