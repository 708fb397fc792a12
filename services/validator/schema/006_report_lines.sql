-- The comparisons of a report's sections, in pieces: nobody has to hold all of them. Reports from before have them in their body.
CREATE TABLE report_lines (
  report_id text NOT NULL REFERENCES report ON DELETE CASCADE,
  tenant_id text NOT NULL,
  section   integer NOT NULL,            -- place of the check in the report
  part      integer NOT NULL,
  differs   boolean NOT NULL,            -- one of its lines does
  body      bytea NOT NULL,              -- q2o.validator.v1.Check with nothing but lines
  PRIMARY KEY (report_id, section, part)
);
