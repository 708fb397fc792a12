-- A migration that is being purged is not there any more for anybody.
ALTER TABLE migration ADD COLUMN purging boolean NOT NULL DEFAULT false;

-- Purges, open and done. Nothing of a tenant's content: ids, counts and the certificate.
CREATE TABLE purge (
  purge_id     uuid PRIMARY KEY,
  tenant_id    text NOT NULL,
  migration_id text NOT NULL,                -- empty: all of the tenant
  migrations   text[] NOT NULL,              -- that it took
  actor        text NOT NULL,
  reason       text NOT NULL,
  started_at   timestamptz NOT NULL DEFAULT now(),
  rows_deleted text NOT NULL DEFAULT '{}',   -- JSON: service/table -> rows, of attempts that did not come to the end too
  certificate  text NOT NULL DEFAULT '',     -- JSON; empty: not done yet
  sha256       text NOT NULL DEFAULT ''
);
CREATE INDEX purge_of_tenant ON purge (tenant_id, started_at);
