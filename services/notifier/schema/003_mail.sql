-- Who belongs to a tenant (from identity's PersonChanged): address and name sealed.
create table person (
  tenant_id   uuid not null,
  person_id   uuid not null,
  recipient   text not null,          -- keyed fingerprint of the address
  address     text not null,
  name        text not null,
  role        text not null,          -- owner, accountant, viewer
  active      boolean not null,
  occurred_at timestamptz not null,   -- the newest event counts
  primary key (tenant_id, person_id)
);

-- What was told, once: whatever facts are read again.
create table notice (
  notice_id    text primary key,
  tenant_id    uuid not null,
  migration_id uuid,
  event        text not null,
  subject      text not null,
  told         boolean not null,      -- false: the same was told less than a day before
  created_at   timestamptz not null default now()
);
create index notice_subject on notice (tenant_id, event, subject, created_at) where told;
create index notice_created on notice (created_at);

-- One row per event and recipient. waiting -> sending -> sent | refused | given_up; unknown: whether it was taken is not known.
create table mail (
  mail_id      uuid primary key,
  tenant_id    uuid not null,
  migration_id uuid,
  notice_id    text not null,
  event        text not null,
  essential    boolean not null,
  recipient    text not null,         -- keyed fingerprint of the address
  address      text not null,         -- sealed
  content      text not null,         -- sealed: the values for the templates, one-time links among them; emptied when it is settled
  message_id   text not null,
  state        text not null,
  attempts     integer not null default 0,
  next_at      timestamptz not null default now(),
  due_at       timestamptz not null default now(),  -- the first attempt's time: the retry plan counts from it
  last_reply   text not null default '',
  created_at   timestamptz not null default now(),
  settled_at   timestamptz,
  number       bigint generated always as identity,
  unique (notice_id, recipient)
);
create index mail_open on mail (next_at) where state in ('waiting', 'sending', 'unknown');
create index mail_of_tenant on mail (tenant_id, number);

-- Addresses that get nothing any more, or nothing that is not essential.
create table suppressed (
  tenant_id  uuid not null,
  recipient  text not null,
  reason     text not null,           -- refused: by the mail server; unwanted: by its reader
  detail     text not null default '',
  created_at timestamptz not null default now(),
  primary key (tenant_id, recipient, reason)
);

-- What went wrong lately, for GET /ops/errors. Texts sealed.
create table problem (
  number       bigint generated always as identity primary key,
  tenant_id    uuid not null,
  migration_id uuid,
  kind         text not null,
  message      text not null,
  hint         text not null,
  place        text not null,         -- id under which the texts are sealed
  created_at   timestamptz not null default now()
);
create index problem_of_tenant on problem (tenant_id, number);
create index problem_created on problem (created_at);
