-- Up Migration

-- Messages whose effect is in Postgres, once per consumer (group@stream) and message id, for ever.
CREATE TABLE inbox (
  consumer text NOT NULL,
  message_id text NOT NULL,
  handled_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (consumer, message_id)
);

-- Messages that were decided in a transaction and are not known to be in Redis yet.
CREATE TABLE outbox (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  agent text NOT NULL,
  trace_id text,
  cause_consumer text,
  cause_message_id text,
  stream text NOT NULL,
  type text NOT NULL,
  message_id text NOT NULL,
  payload json NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX outbox_of_agent ON outbox (agent, id);
CREATE INDEX outbox_of_cause ON outbox (cause_consumer, cause_message_id);
