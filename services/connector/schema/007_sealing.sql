-- Retention (config/retention.toml) goes by it.
ALTER TABLE report ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
