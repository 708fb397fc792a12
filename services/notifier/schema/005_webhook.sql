-- Programs of tenants that are told of events. Address, description and secrets sealed.
create table webhook_endpoint (
  endpoint_id     uuid primary key,
  tenant_id       uuid not null,
  url             text not null,
  description     text not null,
  secret          text not null,
  old_secret      text not null default '',
  old_until       timestamptz,
  events          text[] not null,    -- empty: all
  enabled         boolean not null default true,
  disabled_reason text not null default '',
  created_at      timestamptz not null default now()
);
create index webhook_endpoint_of_tenant on webhook_endpoint (tenant_id);

create table webhook_delivery (
  delivery_id  uuid primary key,
  tenant_id    uuid not null,
  migration_id uuid,
  endpoint_id  uuid not null references webhook_endpoint on delete cascade,
  notice_id    text not null,
  event        text not null,
  body         text not null,         -- sealed JSON, the same bytes at every attempt
  state        text not null,         -- waiting, delivered, failed
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  due_at       timestamptz not null default now(),
  last_status  integer not null default 0,
  last_error   text not null default '',
  created_at   timestamptz not null default now(),
  settled_at   timestamptz,
  number       bigint generated always as identity,
  unique (endpoint_id, notice_id)
);
create index webhook_delivery_open on webhook_delivery (next_at) where state = 'waiting';
create index webhook_delivery_of_endpoint on webhook_delivery (tenant_id, endpoint_id, number);
