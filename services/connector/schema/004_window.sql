-- Batches of the run that the loader has not worked off: what fills the window after a restart too.
ALTER TABLE extraction ADD COLUMN unreleased bigint[] NOT NULL DEFAULT '{}';
