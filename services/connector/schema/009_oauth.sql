-- Signing in by a browser, and ending it. A connection that is "disconnecting" is used by nobody any more; its consent at the source is still to
-- be ended (leave_at: not before then; leaving_since: since when that is tried). "disconnected": nothing is left but its history.
ALTER TABLE connection DROP CONSTRAINT connection_state_check;
ALTER TABLE connection ADD CONSTRAINT connection_state_check CHECK (state IN ('unverified', 'connected', 'broken', 'disconnecting', 'disconnected'));
ALTER TABLE connection ADD COLUMN leaving_since timestamptz;
ALTER TABLE connection ADD COLUMN leave_at timestamptz;
CREATE INDEX connection_leaving ON connection (leave_at) WHERE state = 'disconnecting';
CREATE INDEX connection_company ON connection (platform, company_id);

-- Sign-ins whose browser is away. The challenge is a hash of tenant, person, platform and the state in the address.
CREATE TABLE oauth_attempt (
  tenant_id    text NOT NULL,
  challenge    text NOT NULL,
  redirect_uri text NOT NULL,
  expires_at   timestamptz NOT NULL,
  begun_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, challenge)
);
CREATE INDEX oauth_attempt_expires ON oauth_attempt (expires_at);
