-- Retention (config/retention.toml) goes by it.
ALTER TABLE ledger_transaction ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE deferred ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE held ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE reject ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
ALTER TABLE note ADD COLUMN stored_at timestamptz NOT NULL DEFAULT now();
