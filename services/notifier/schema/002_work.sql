-- Target records at their end: what the rest of a run is estimated by.
alter table sample add column work bigint not null default 0;
