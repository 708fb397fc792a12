-- Who pays for a subscription, by the provider's id: a charge that goes back names him, not the subscription.
ALTER TABLE subscription ADD COLUMN customer_id text NOT NULL DEFAULT '';
CREATE INDEX subscription_customer ON subscription (customer_id) WHERE customer_id <> '';
