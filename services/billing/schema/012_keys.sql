-- What a command with a key was answered (sealed), and the fingerprint of its request. Rows from before have neither: their keys are refused.
ALTER TABLE idempotency_key ADD COLUMN request text NOT NULL DEFAULT '', ADD COLUMN answer bytea NOT NULL DEFAULT '';
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);

-- A purge: services that were asked to delete and have not answered; what they deleted is missing in the counts.
ALTER TABLE purge ADD COLUMN asked text[] NOT NULL DEFAULT '{}', ADD COLUMN unanswered text[] NOT NULL DEFAULT '{}';
-- The key of the call that asked for it.
ALTER TABLE purge ADD COLUMN idempotency_key text NOT NULL DEFAULT '', ADD COLUMN request text NOT NULL DEFAULT '';
CREATE INDEX purge_key ON purge (tenant_id, idempotency_key) WHERE idempotency_key <> '';

-- A worked-on webhook needs its body no longer (it names the customer); those that wait are sealed.
UPDATE stripe_event SET body = '' WHERE done_at IS NOT NULL;
