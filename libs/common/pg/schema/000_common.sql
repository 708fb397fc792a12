-- What every service's schema has. Queue tables carry no business data in clear beyond the messages themselves.

-- Messages that were handled, per consumer: a redelivery meets the primary key and does nothing.
create table inbox (
  consumer text not null,
  message_id text not null,
  received_at timestamptz not null default now(),
  primary key (consumer, message_id)
);
create index inbox_received_at on inbox using brin (received_at);

-- Messages that commit together with their effect; the relay publishes and deletes them in order of id.
create table outbox (
  id bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  value bytea not null,
  tenant text not null, -- empty: a dead letter of a stranger
  headers bytea[] not null, -- name, value, name, value …
  created_at timestamptz not null default now()
);

-- One holder at a time, by the database's clock; the fence grows with every change of holder.
create table lease (
  kind text not null,
  id text not null,
  owner text not null,
  fence bigint not null,
  lease_until timestamptz not null,
  primary key (kind, id)
);
