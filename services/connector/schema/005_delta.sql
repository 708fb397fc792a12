-- A run that asks for changes holds the records of `base_run` where the source says nothing else. source_time: the source's clock when
-- the run began to read, in the source's own words.
ALTER TABLE extraction ADD COLUMN base_run bigint NOT NULL DEFAULT 0;
ALTER TABLE extraction ADD COLUMN source_time text NOT NULL DEFAULT '';

-- Where the entity's messages are in the raw topic (last < first: not known, the run's whole range has them), and how it was read.
ALTER TABLE extraction_entity ADD COLUMN log_partition int NOT NULL DEFAULT 0;
ALTER TABLE extraction_entity ADD COLUMN log_first bigint NOT NULL DEFAULT 0;
ALTER TABLE extraction_entity ADD COLUMN log_last bigint NOT NULL DEFAULT -1;
ALTER TABLE extraction_entity ADD COLUMN reading text NOT NULL DEFAULT '';

-- What a run found changed against its base run. kind: new, changed, voided, made inactive, deleted. closed: it reaches into closed books.
CREATE TABLE source_change (
  migration_id  text NOT NULL,
  run           bigint NOT NULL,
  entity        text NOT NULL,
  source_id     text NOT NULL,
  tenant_id     text NOT NULL,
  kind          text NOT NULL,
  closed        boolean NOT NULL,
  number        text NOT NULL,
  party         text NOT NULL,
  before_date   text NOT NULL,
  before_amount text NOT NULL,
  after_date    text NOT NULL,
  after_amount  text NOT NULL,
  PRIMARY KEY (migration_id, run, entity, source_id)
);
