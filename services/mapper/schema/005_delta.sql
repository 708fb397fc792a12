-- The source has sent every record that it has of the entity: the loader may take away what is not among them.
ALTER TABLE entity_count ADD COLUMN complete boolean NOT NULL DEFAULT false;
