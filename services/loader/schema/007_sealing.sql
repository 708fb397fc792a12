-- Retention (config/retention.toml) goes by it.
alter table item add column stored_at timestamptz not null default now();
alter table reject add column stored_at timestamptz not null default now();
