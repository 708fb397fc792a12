-- An undo is a run of its own kind. target_time: the target's clock after the last write of a loading run (empty: not known).
alter table run add column kind text not null default 'load';     -- load, undo
alter table run add column dry_run boolean not null default false;
alter table run add column planned boolean not null default false; -- the plan of the undo is complete
alter table run add column target_time text not null default '';

-- What an undo does, in its order. state: planned, removed, reversed, kept, theirs. reverse: by an entry with the other sign. adopted: was
-- there before the migration, and only loses our external id. postponed: Odoo did not let it go while others were there; comes last.
create table undo_record (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  position bigint not null,
  external_id text not null,
  model text not null,
  odoo_id bigint not null,
  state text not null,
  reverse boolean not null,
  adopted boolean not null,
  postponed boolean not null default false,
  reason text not null default '',
  primary key (migration_id, run, external_id)
);
create index undo_record_order on undo_record (migration_id, run, state, postponed, position);

-- Values of records that were in the target before: what they were before the first write of ours, and what we wrote last. JSON.
create table changed_value (
  target_id uuid not null,
  model text not null,
  odoo_id bigint not null,
  field text not null,
  tenant_id uuid not null,
  migration_id uuid not null,
  ordinal bigint generated always as identity,
  before_value text not null,
  written_value text not null,
  primary key (target_id, model, odoo_id, field)
);

-- What became of them in an undo. state: restored, kept.
create table undo_value (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  model text not null,
  odoo_id bigint not null,
  field text not null,
  state text not null,
  reason text not null default '',
  primary key (migration_id, run, model, odoo_id, field)
);
