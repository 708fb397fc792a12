-- Visits to the provider's payment page (q2o.billing.v1.Checkout). Subject: a quote's id, or plan/<plan>.
CREATE TABLE checkout (
  checkout_id text PRIMARY KEY,
  tenant_id   text NOT NULL,
  subject     text NOT NULL,
  number      bigint GENERATED ALWAYS AS IDENTITY,
  body        bytea NOT NULL
);
CREATE INDEX checkout_subject ON checkout (tenant_id, subject, number);

-- Webhooks as they came; worked on later, each once. Tenant: empty until it is known whose event it is.
CREATE TABLE stripe_event (
  event_id    text PRIMARY KEY,
  tenant_id   text NOT NULL,
  type        text NOT NULL,
  body        bytea NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  done_at     timestamptz,
  outcome     text NOT NULL DEFAULT '',
  attempts    integer NOT NULL DEFAULT 0,
  next_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX stripe_event_open ON stripe_event (next_at, received_at) WHERE done_at IS NULL;

-- Money that the provider told of (q2o.billing.v1.Payment). Tenant empty: nothing says whose it is.
CREATE TABLE payment (
  payment_id text PRIMARY KEY,
  tenant_id  text NOT NULL,
  shown      boolean NOT NULL,
  problem    boolean NOT NULL,
  body       bytea NOT NULL
);
CREATE INDEX payment_tenant ON payment (tenant_id, payment_id);
CREATE INDEX payment_problem ON payment (payment_id) WHERE problem;

CREATE TABLE subscription (
  subscription_id text PRIMARY KEY,
  tenant_id       text NOT NULL,
  body            bytea NOT NULL
);
CREATE INDEX subscription_tenant ON subscription (tenant_id);

-- Migrations that a plan has paid for, by the period of the subscription.
CREATE TABLE plan_use (
  subscription_id text NOT NULL REFERENCES subscription,
  migration_id    text NOT NULL,
  tenant_id       text NOT NULL,
  period_start    bigint NOT NULL,
  PRIMARY KEY (subscription_id, migration_id)
);
