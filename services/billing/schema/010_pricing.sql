-- Module payments: orders of one or more companies with their price (q2o.billing.v1.Quote).
CREATE TABLE quote (
  quote_id   text PRIMARY KEY,
  tenant_id  text NOT NULL,
  state      integer NOT NULL,
  body       bytea NOT NULL
);
CREATE INDEX quote_tenant ON quote (tenant_id, quote_id);

CREATE TABLE quote_migration (
  quote_id     text NOT NULL REFERENCES quote,
  migration_id text NOT NULL,
  tenant_id    text NOT NULL,
  PRIMARY KEY (quote_id, migration_id)
);
CREATE INDEX quote_migration_migration ON quote_migration (migration_id);
