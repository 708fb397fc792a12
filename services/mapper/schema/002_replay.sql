-- A run that reads the log again: where it stands. One row per partition of the earlier run's range.
CREATE TABLE replay (
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  partition integer NOT NULL,
  source_run integer NOT NULL,
  mapping_version text NOT NULL,
  wanted text[] NOT NULL,        -- entities that are sent on; empty = all
  next_offset bigint NOT NULL,
  last_offset bigint NOT NULL,
  state text NOT NULL DEFAULT 'open',  -- open, done, failed, stopped
  PRIMARY KEY (migration_id, run, partition)
);
CREATE INDEX replay_open ON replay (migration_id, run) WHERE state = 'open';

ALTER TABLE run ADD COLUMN dry_run boolean NOT NULL DEFAULT false;
ALTER TABLE run ADD COLUMN wanted text[] NOT NULL DEFAULT '{}';
-- Where the run's mapped messages lie (one partition: all have the migration's key); first > last: none yet.
ALTER TABLE run ADD COLUMN mapped_partition integer NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN mapped_first bigint NOT NULL DEFAULT 0;
ALTER TABLE run ADD COLUMN mapped_last bigint NOT NULL DEFAULT -1;

-- Where each source record lies in the raw topic.
ALTER TABLE seen ADD COLUMN partition integer NOT NULL DEFAULT 0;
ALTER TABLE seen ADD COLUMN raw_offset bigint NOT NULL DEFAULT -1;
ALTER TABLE held ADD COLUMN partition integer NOT NULL DEFAULT 0;
ALTER TABLE held ADD COLUMN raw_offset bigint NOT NULL DEFAULT -1;
