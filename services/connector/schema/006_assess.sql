-- What connected companies have, counted before anything is moved.
CREATE TABLE assessment (
  assessment_id text PRIMARY KEY,
  tenant_id     text NOT NULL,
  connection_id text NOT NULL,
  state         text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'failed')),
  message       text NOT NULL DEFAULT '',
  hint          text NOT NULL DEFAULT '',
  requests      bigint NOT NULL DEFAULT 0,
  answer_ms     bigint NOT NULL DEFAULT 0,
  first_date    text NOT NULL DEFAULT '',  -- of the dated documents: the ledger's span
  last_date     text NOT NULL DEFAULT '',
  retry_at      timestamptz NOT NULL DEFAULT now(),
  failures      int NOT NULL DEFAULT 0,
  number        bigint GENERATED ALWAYS AS IDENTITY,  -- order of their beginning
  started_at    timestamptz NOT NULL DEFAULT now(),
  finished_at   timestamptz
);
CREATE UNIQUE INDEX assessment_running ON assessment (connection_id) WHERE state = 'running';
CREATE INDEX assessment_of ON assessment (tenant_id, connection_id, number);

-- Stored when the entity is done; one that was under way when a process ended is asked for again.
CREATE TABLE assessment_entity (
  assessment_id text NOT NULL,
  entity        text NOT NULL,
  tenant_id     text NOT NULL,
  body          bytea NOT NULL,  -- q2o.connector.v1.AssessedEntity
  PRIMARY KEY (assessment_id, entity)
);
