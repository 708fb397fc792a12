-- What people decided about source records: append-only, so that who decided what and why can always be told. Which of them count follows
-- from their order (domain/repairs).
CREATE TABLE repair (
  number bigserial PRIMARY KEY,
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  label text NOT NULL,
  kind text NOT NULL,          -- set, use, exclude, withdraw
  path text NOT NULL,
  before_json text NOT NULL,
  value_json text NOT NULL,
  why text NOT NULL,
  actor text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX repair_of ON repair (tenant_id, migration_id, number);

-- A run keeps to the repairs that were there when it began: a message that is worked off again gives the same.
ALTER TABLE run ADD COLUMN repairs_to bigint NOT NULL DEFAULT 0;
