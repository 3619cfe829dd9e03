-- Up Migration

-- Published rows stay for a while: after Redis was emptied they are published again.
ALTER TABLE outbox ADD COLUMN published_at timestamptz;
DROP INDEX outbox_of_agent;
CREATE INDEX outbox_unpublished ON outbox (agent, id) WHERE published_at IS NULL;

-- Finds what is old without a tree that every insert would have to update.
CREATE INDEX inbox_by_time ON inbox USING brin (handled_at) WITH (autosummarize = on);

-- Effects outside of Redis and Postgres (an order, a ticket), for ever: what is confirmed is not done again.
CREATE TABLE external_effects (
  provider text NOT NULL,
  -- The id that the provider gets from us, a pure function of the intent.
  effect_key text NOT NULL,
  -- acquired: a request may be under way until lease_until. not_done: no request had an effect, none is under way.
  -- needs_reconciliation: a request may have had an effect, and nothing that the desk can ask will tell.
  state text NOT NULL CHECK (state IN ('acquired', 'not_done', 'confirmed', 'needs_reconciliation')),
  -- Fence: the attempt that holds the lease. Each attempt has a new one.
  owner text NOT NULL,
  lease_until timestamptz NOT NULL,
  -- The provider refuses every request so far when this has passed by its clock; NULL: a request of ours never expires.
  requests_expire_at timestamptz,
  attempts integer NOT NULL DEFAULT 1,
  -- Last request whose end was noted; it stays behind when a worker dies.
  last_sent_at timestamptz,
  last_error text,
  confirmation jsonb,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (provider, effect_key),
  CHECK (state <> 'confirmed' OR confirmation IS NOT NULL)
);
-- What an admin has to look at, and what exposure must count.
CREATE INDEX external_effects_open ON external_effects (provider, state) WHERE state <> 'confirmed';
