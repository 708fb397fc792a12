-- The run that stands in the scope of the records: another one in a replay; 0 = the run itself.
ALTER TABLE run_range ADD COLUMN source_run integer NOT NULL DEFAULT 0;
