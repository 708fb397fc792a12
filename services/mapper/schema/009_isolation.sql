-- Postgres itself shows a tenant its own rows only (libs/common/pg/schema/001_isolation.sql). A later file that makes a table calls it again.
select isolate_tenants();
-- What comes with the program counts for everybody, and is nobody's to change.
create policy shipped on mapping for select using (tenant_id = '00000000-0000-0000-0000-000000000000');
create policy shipped on current_mapping for select using (tenant_id = '00000000-0000-0000-0000-000000000000');
