-- Companies at source platforms. Secrets are sealed (libs/common/crypto); the context of a seal is "tenant/connection/what".
CREATE TABLE connection (
  connection_id text PRIMARY KEY,
  tenant_id     text NOT NULL,
  platform      text NOT NULL,
  slug          text NOT NULL,
  company_id    text NOT NULL,
  base_url      text NOT NULL,
  token_url     text NOT NULL,
  company_name  text NOT NULL DEFAULT '',
  home_currency text NOT NULL DEFAULT '',
  state         text NOT NULL DEFAULT 'unverified' CHECK (state IN ('unverified', 'connected', 'broken')),
  message       text NOT NULL DEFAULT '',
  credentials   bytea NOT NULL,
  tokens        bytea NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  updated_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, platform, company_id)
);

-- What may be sent to a company and when: moments granted (milliseconds since the epoch), shared by all replicas.
CREATE TABLE budget (
  connection_id text PRIMARY KEY,
  tenant_id     text NOT NULL,
  granted       bigint[] NOT NULL DEFAULT '{}',
  blocked_until bigint NOT NULL DEFAULT 0
);
CREATE TABLE budget_slot (
  connection_id text NOT NULL,
  tenant_id     text NOT NULL,
  owner         text NOT NULL,
  slots         int NOT NULL,
  valid_until   timestamptz NOT NULL,
  PRIMARY KEY (connection_id, owner)
);

-- One row per run of a migration.
CREATE TABLE extraction (
  migration_id  text NOT NULL,
  run           bigint NOT NULL,
  tenant_id     text NOT NULL,
  connection_id text NOT NULL,
  slug          text NOT NULL,
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'extracted', 'stopped')),
  sequence      bigint NOT NULL DEFAULT 0,
  captures      text NOT NULL DEFAULT '{}',
  first_date    text NOT NULL DEFAULT '',
  last_date     text NOT NULL DEFAULT '',
  requests      bigint NOT NULL DEFAULT 0,
  retry_at      timestamptz NOT NULL DEFAULT now(),
  failed_version bigint NOT NULL DEFAULT 0,  -- of the migration when a person was asked for; a newer version means: try again
  failures      int NOT NULL DEFAULT 0,
  message       text NOT NULL DEFAULT '',
  started_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, run)
);
CREATE INDEX extraction_open ON extraction (retry_at) WHERE state = 'open';

CREATE TABLE extraction_entity (
  migration_id   text NOT NULL,
  run            bigint NOT NULL,
  entity         text NOT NULL,
  tenant_id      text NOT NULL,
  counted_before bigint NOT NULL,
  counted_after  bigint NOT NULL,
  extracted      bigint NOT NULL,
  batches        bigint NOT NULL,
  position       bigint NOT NULL,
  pass           bigint NOT NULL,
  counted        boolean NOT NULL,
  done           boolean NOT NULL,
  unreadable     bigint NOT NULL,
  explanation    text NOT NULL,
  PRIMARY KEY (migration_id, run, entity)
);

-- Ids published so far; emptied per entity when it is done.
CREATE TABLE extraction_id (
  migration_id text NOT NULL,
  run          bigint NOT NULL,
  tenant_id    text NOT NULL,
  entity       text NOT NULL,
  source_id    text NOT NULL,
  PRIMARY KEY (migration_id, run, entity, source_id)
);

-- Where the run's messages are in the raw topic.
CREATE TABLE extraction_range (
  migration_id text NOT NULL,
  run          bigint NOT NULL,
  tenant_id    text NOT NULL,
  partition    int NOT NULL,
  first_offset bigint NOT NULL,
  last_offset  bigint NOT NULL,
  PRIMARY KEY (migration_id, run, partition)
);

-- The source's own reports as recorded with the run (zstd).
CREATE TABLE report (
  migration_id text NOT NULL,
  run          bigint NOT NULL,
  name         text NOT NULL,
  start_date   text NOT NULL,
  end_date     text NOT NULL,
  tenant_id    text NOT NULL,
  bytes        bigint NOT NULL,
  body         bytea NOT NULL,
  PRIMARY KEY (migration_id, run, name, start_date, end_date)
);

-- How far the loader is (back-pressure).
CREATE TABLE loader_released (
  migration_id text NOT NULL,
  run          bigint NOT NULL,
  tenant_id    text NOT NULL,
  sequence     bigint NOT NULL,
  PRIMARY KEY (migration_id, run)
);
