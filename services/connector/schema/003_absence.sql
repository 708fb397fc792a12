-- Why nothing of an entity was read although it was asked for (q2o.connector.v1.Absence); 0 = it was read.
ALTER TABLE extraction_entity ADD COLUMN absence int NOT NULL DEFAULT 0;
