-- The policies ask for whom the transaction acts as every service's do (q2o.acting, libs/common/acting): a tenant's id, "person:<id>",
-- "credential:<hash>" or "sweep:expired", one at a time. '*', a service's own work, is nobody here: who reads of people says of whom.
create or replace function acting(what text) returns text language sql stable as $$
  select case when what = 'tenant' then substring(current_setting('q2o.acting', true) from '^[^:*]+$')
    else substring(current_setting('q2o.acting', true) from '^' || what || ':(.+)$') end
$$;
