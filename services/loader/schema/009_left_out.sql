-- Of `spared`: the record is in the source and is left out on purpose (by a person, or by the mapping). What an earlier run made of it goes.
alter table spared add column left_out boolean not null default false;
