-- A proof to be made: one per run, made again when the migration enters VALIDATING with GO once more.
CREATE TABLE proof_job (
  migration_id text NOT NULL,
  run          integer NOT NULL,
  tenant_id    text NOT NULL,
  version      bigint NOT NULL,          -- of the migration that asked for it
  state        text NOT NULL,            -- waiting, done
  attempts     integer NOT NULL DEFAULT 0,
  next_at      timestamptz NOT NULL DEFAULT now(),
  last_error   text NOT NULL DEFAULT '',
  PRIMARY KEY (migration_id, run)
);
CREATE INDEX proof_job_waiting ON proof_job (next_at) WHERE state = 'waiting';

-- Where a run's records are in the replay log (from the connector's RunExtracted).
CREATE TABLE run_range (
  migration_id text NOT NULL,
  tenant_id    text NOT NULL,
  run          integer NOT NULL,
  partition    integer NOT NULL,
  first_offset bigint NOT NULL,
  last_offset  bigint NOT NULL,
  PRIMARY KEY (migration_id, run, partition)
);

CREATE TABLE report (
  report_id    text PRIMARY KEY,
  tenant_id    text NOT NULL,
  migration_id text NOT NULL,
  run          integer NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  verdict      text NOT NULL,
  sentence     text NOT NULL,
  body         bytea NOT NULL            -- q2o.validator.v1.Report
);
CREATE INDEX report_of_run ON report (tenant_id, migration_id, run, created_at);
