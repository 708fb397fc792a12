-- Links to reports for people without an account. The token is signed and not kept.
CREATE TABLE report_share (
  share_id     text PRIMARY KEY,
  tenant_id    text NOT NULL,
  migration_id text NOT NULL,
  run          integer NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  revoked      boolean NOT NULL DEFAULT false
);
CREATE INDEX report_share_of_migration ON report_share (tenant_id, migration_id);
