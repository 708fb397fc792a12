-- What was begun and moved, for GetUsage: from billing's and the loader's facts. No content; a purge leaves it, as it leaves the calls.
create table usage_migration (
  tenant_id uuid not null,
  migration_id uuid not null,
  key_id text not null,                  -- the API key that made it; empty: a person
  created_at timestamptz not null,
  primary key (tenant_id, migration_id)
);
create index usage_migration_time on usage_migration (tenant_id, created_at);
create table usage_run (
  tenant_id uuid not null,
  migration_id uuid not null,
  run integer not null,
  records bigint not null,               -- of the source, loaded by this run
  loaded_at timestamptz not null,
  primary key (tenant_id, migration_id, run)
);
create index usage_run_time on usage_run (tenant_id, loaded_at);

do $$
declare
  name text;
begin
  foreach name in array array['usage_migration', 'usage_run'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy acting on %I using (tenant_id::text = acting(''tenant''))', name);
  end loop;
end $$;
