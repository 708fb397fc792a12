-- Postgres itself shows a tenant its own rows only (libs/common/pg/schema/001_isolation.sql). A later file that makes a table calls it again.
select isolate_tenants();
