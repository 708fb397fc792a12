-- Tells on which day a fiscal year begins, for those who choose how many years to take.
ALTER TABLE connection ADD COLUMN fiscal_year_first_month integer NOT NULL DEFAULT 0;
