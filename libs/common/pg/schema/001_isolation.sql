-- Row level security for the tables of tenants. Each transaction says in q2o.acting for whom it acts (pg::Pool): a tenant, '*' for a
-- service's own work on all of them, or nothing, and then it sees nothing. A schema file calls this when it has made tables; those that have
-- the policy already stay as they are.
--
-- The rule is written so that Postgres guesses "nearly all rows": as a plain OR it would guess one in a hundred, and plan joins for that.
create function isolate_tenants() returns void language plpgsql as $$
declare
  found text;
begin
  for found in
    select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and a.attname = 'tenant_id' and not a.attisdropped
      and not exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'acting')
  loop
    execute format('alter table %I enable row level security', found);
    execute format('alter table %I force row level security', found);
    execute format('create policy acting on %I using '
      '(case current_setting(''q2o.acting'', true) when ''*'' then 1 when tenant_id::text then 1 else 0 end <> 0)', found);
  end loop;
end $$;
