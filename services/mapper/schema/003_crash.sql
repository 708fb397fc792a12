-- How often a record ended the mapper's process while it was worked on; at two it is set aside as a reject.
CREATE TABLE crash (
  tenant_id uuid NOT NULL,
  migration_id uuid NOT NULL,
  run integer NOT NULL,
  entity text NOT NULL,
  source_id text NOT NULL,
  crashes integer NOT NULL DEFAULT 1,
  last_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (migration_id, run, entity, source_id)
);
