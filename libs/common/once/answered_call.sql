-- What calls with an idempotency key were answered (libs/common/once): sealed, and without what is shown only once.
create table answered_call (
  tenant_id text not null,
  key text not null,
  request text not null, -- keyed fingerprint of method and request
  made text not null,    -- "endpoint/<id>" where the answer held a secret and is not kept
  answer bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index answered_call_age on answered_call (created_at);
-- By itself: some services have rules of their own for their other tables.
alter table answered_call enable row level security;
alter table answered_call force row level security;
create policy acting on answered_call using
  (case current_setting('q2o.acting', true) when '*' then 1 when tenant_id then 1 else 0 end <> 0);
