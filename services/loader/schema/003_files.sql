-- Records that hold the bytes of a file of the source: its id there (empty: none) and its size as the source says (0: it does not).
-- The bytes themselves are never here.
alter table item add column file_id text not null default '';
alter table item add column file_bytes bigint not null default 0;
