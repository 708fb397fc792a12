-- Calls through the edge, counted from Envoy's access log (services/identity/edge/usage.h). No content: methods, statuses, times, sizes.
create table usage (
  tenant_id uuid not null,
  hour timestamptz not null,
  -- The API key's id; empty: people's sessions.
  key_id text not null,
  -- "/q2o.billing.v1.MigrationService/Start"
  method text not null,
  -- HTTP status; errors of gRPC as their HTTP status.
  status integer not null,
  calls bigint not null,
  microseconds bigint not null,
  microseconds_max bigint not null,
  request_bytes bigint not null,
  response_bytes bigint not null,
  primary key (tenant_id, hour, key_id, method, status)
);
alter table usage enable row level security;
alter table usage force row level security;
create policy acting on usage using (tenant_id::text = acting('tenant'));
