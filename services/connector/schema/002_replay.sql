-- A run whose records and reports are those of an earlier run; 0 = it read the source itself.
ALTER TABLE extraction ADD COLUMN source_run bigint NOT NULL DEFAULT 0;
