-- Versions are immutable; current_mapping says which one new runs of a platform use. What comes with the program belongs to the nil
-- UUID and counts for every tenant that stored none of its own.
CREATE TABLE mapping (
  tenant_id uuid NOT NULL,
  version text NOT NULL,
  platform text NOT NULL,
  body text NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, version)
);
CREATE TABLE current_mapping (
  tenant_id uuid NOT NULL,
  platform text NOT NULL,
  version text NOT NULL,
  PRIMARY KEY (tenant_id, platform),
  FOREIGN KEY (tenant_id, version) REFERENCES mapping
);

-- One row per run; `revision` grows with every message that was worked off, so that a cache can tell whether it is still true.
CREATE TABLE run (
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  tenant_id uuid NOT NULL,
  connection text NOT NULL,
  platform text NOT NULL,
  mapping_version text NOT NULL,
  home_currency text NOT NULL,
  entities text[] NOT NULL DEFAULT '{}',  -- that the source will send
  state text NOT NULL,
  plan_sent boolean NOT NULL DEFAULT false,
  sequence bigint NOT NULL DEFAULT 0,
  targets bigint NOT NULL DEFAULT 0,
  revision bigint NOT NULL DEFAULT 0,
  PRIMARY KEY (migration_id, run)
);

-- What later records need of earlier ones. scope: migration/run, or tenant/connection for what must stay over runs.
CREATE TABLE lookup (
  tenant_id uuid NOT NULL,
  scope text NOT NULL,
  kind text NOT NULL,
  key text NOT NULL,
  value text NOT NULL,
  PRIMARY KEY (tenant_id, scope, kind, key)
);

CREATE TABLE ledger_transaction (
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  id text NOT NULL,
  body text NOT NULL,
  claimed boolean NOT NULL DEFAULT false,
  PRIMARY KEY (migration_id, run, id)
);

-- Distinct source ids: a page that was read twice must not be mapped twice.
CREATE TABLE seen (
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  PRIMARY KEY (migration_id, run, entity, source_id)
);

CREATE TABLE deferred (
  position bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  body bytea NOT NULL
);
CREATE INDEX deferred_entity ON deferred (migration_id, run, entity, position);

CREATE TABLE entity_count (
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  mapped bigint NOT NULL DEFAULT 0,
  merged bigint NOT NULL DEFAULT 0,
  rejected bigint NOT NULL DEFAULT 0,
  excluded bigint NOT NULL DEFAULT 0,
  source_ended boolean NOT NULL DEFAULT false,
  ended boolean NOT NULL DEFAULT false,
  PRIMARY KEY (migration_id, run, entity)
);

CREATE TABLE reject (
  position bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  field text NOT NULL,
  value text NOT NULL,
  reason text NOT NULL,
  message text NOT NULL,
  hint text NOT NULL,
  label text NOT NULL
);
CREATE INDEX reject_run ON reject (migration_id, run, position);

CREATE TABLE note (
  position bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  kind text NOT NULL,
  reason text NOT NULL,
  label text NOT NULL,
  posting boolean NOT NULL
);
CREATE INDEX note_run ON note (migration_id, run, position);

-- Messages of a run that is paused (or that the migration topic has not told us about yet), in their order.
CREATE TABLE held (
  position bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  value bytea NOT NULL
);
CREATE INDEX held_run ON held (migration_id, run, position);
