-- Differences that a person accepted (from billing's migration): the proof stays as it was made, this is shown with it.
CREATE TABLE acceptance (
  report_id    text PRIMARY KEY,         -- the proof that was accepted, no other
  tenant_id    text NOT NULL,
  migration_id text NOT NULL,
  run          integer NOT NULL,
  actor        text NOT NULL,
  reason       text NOT NULL,
  accepted_at  text NOT NULL             -- RFC 3339 UTC
);
CREATE INDEX acceptance_of_run ON acceptance (tenant_id, migration_id, run);
