-- The migration's version when a run failed: a newer one that says GO means that a person has mended the cause, and the run goes on.
alter table run add column failed_version bigint not null default 0;
