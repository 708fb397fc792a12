-- When a tenant's webhooks were sent last: who was served longest ago comes next.
create table webhook_turn (
  tenant_id uuid not null primary key,
  served_at timestamptz not null
);
create index webhook_delivery_of_tenant on webhook_delivery (tenant_id, next_at, number) where state = 'waiting';
drop index webhook_delivery_open;
