-- Whose record a target record is: what is not among a run's records any more has gone in the source.
alter table record add column entity text not null default '';
alter table record add column source_id text not null default '';
update record r set entity = i.entity, source_id = i.source_id from (select distinct on (migration_id, external_id) migration_id, external_id,
  entity, source_id from item order by migration_id, external_id, run desc) as i
where i.migration_id = r.migration_id and i.external_id = r.external_id;

-- Every record that the source has of the entity came in this run.
alter table ended_entity add column complete boolean not null default false;

-- Source records that the mapper rejected: they are in the source, and what an earlier run made of them stays.
create table spared (
  migration_id uuid not null,
  run bigint not null,
  tenant_id uuid not null,
  entity text not null,
  source_id text not null,
  primary key (migration_id, run, entity, source_id)
);
