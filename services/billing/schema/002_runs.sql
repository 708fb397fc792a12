-- One row per run: what was ordered and how it ended (q2o.billing.v1.Run).
CREATE TABLE run (
  migration_id text NOT NULL REFERENCES migration,
  run          integer NOT NULL,
  tenant_id    text NOT NULL,
  started_at   text NOT NULL,
  body         bytea NOT NULL,
  PRIMARY KEY (migration_id, run)
);
