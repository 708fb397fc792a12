-- Led by the external id alone: beside an index that begins like the primary key, a plan that is made while the table is small may take the primary
-- key and read all items of the run for each reference.
drop index item_made;
create index item_made on item (external_id) where outcome in ('created', 'adopted');
