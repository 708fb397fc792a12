-- What is before the first day arrives as balances and open items; archive: the documents settled by then as cancelled ones; by_years: it
-- was chosen as a number of years, which may be more than the books have.
ALTER TABLE run ADD COLUMN first_day text NOT NULL DEFAULT '';
ALTER TABLE run ADD COLUMN archive boolean NOT NULL DEFAULT false;
ALTER TABLE run ADD COLUMN by_years boolean NOT NULL DEFAULT false;
