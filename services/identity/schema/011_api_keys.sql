-- Keys for programs: mk_<key_id>_<secret>. The secret is 256 random bits, so a plain SHA-256 keeps it as well as a slow hash would.
create table api_key (
  key_id text not null primary key,
  tenant_id uuid not null references tenant,
  name text not null,                    -- sealed
  secret_hash text not null,
  scopes text[] not null,
  rate_per_minute integer not null,
  created_by uuid,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,              -- at most a minute late
  revoked_at timestamptz
);
create index api_key_tenant on api_key (tenant_id);
alter table api_key enable row level security;
alter table api_key force row level security;
create policy acting on api_key using (tenant_id::text = acting('tenant') or key_id = acting('credential'));

-- Calls that are still free, for all replicas together; each takes a few at a time. Unlogged: a crash of the database forgives.
create unlogged table rate_bucket (
  bucket text not null primary key,
  tokens double precision not null,
  filled_at timestamptz not null
);
