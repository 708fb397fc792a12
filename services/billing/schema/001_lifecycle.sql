-- One row per migration; the body is the whole state as published (q2o.billing.v1.Migration).
CREATE TABLE migration (
  migration_id text PRIMARY KEY,
  tenant_id    text NOT NULL,
  version      bigint NOT NULL,
  state        integer NOT NULL,
  source_id    text NOT NULL,
  target_id    text NOT NULL,
  body         bytea NOT NULL
);
CREATE INDEX migration_tenant ON migration (tenant_id, migration_id);

-- Append-only: who did what, when and why.
CREATE TABLE migration_event (
  migration_id text NOT NULL REFERENCES migration,
  tenant_id    text NOT NULL,
  version      bigint NOT NULL,
  body         bytea NOT NULL,
  PRIMARY KEY (migration_id, version)
);

CREATE TABLE idempotency_key (
  tenant_id    text NOT NULL,
  key          text NOT NULL,
  migration_id text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key)
);

-- What the three stages counted, for the law of conservation. NULL = not told yet.
CREATE TABLE run_count (
  migration_id text NOT NULL,
  tenant_id    text NOT NULL,
  run          integer NOT NULL,
  entity       text NOT NULL,
  extracted    bigint,
  mapped bigint, merged bigint, mapper_rejected bigint, excluded bigint,
  loaded bigint, loader_rejected bigint, parked bigint,
  PRIMARY KEY (migration_id, run, entity)
);

CREATE TABLE run_fact (
  migration_id text NOT NULL,
  tenant_id    text NOT NULL,
  run          integer NOT NULL,
  fact         text NOT NULL,
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, run, fact)
);
