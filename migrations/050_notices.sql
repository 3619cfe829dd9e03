-- Owner: notification-manager. One row a notice; its id is the message id, so a redelivery finds it.
CREATE TABLE notices (
  id text PRIMARY KEY,
  seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  type text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  message text,
  context json NOT NULL,
  request_id text,
  trace_id text NOT NULL,
  published_at timestamptz NOT NULL,
  received_at timestamptz NOT NULL DEFAULT now(),
  acked_at timestamptz,
  acked_by text,
  -- Key of the acknowledgement, so that its repeat answers the same number.
  ack_key text
);
CREATE INDEX notices_trace ON notices (trace_id);
CREATE INDEX notices_received ON notices (received_at);
CREATE INDEX notices_unacked ON notices (seq DESC) WHERE acked_at IS NULL;
CREATE INDEX notices_ack_key ON notices (ack_key) WHERE ack_key IS NOT NULL;

-- One row a notice and channel. pending: due at due_at. sending: an attempt is under way until lease_until, stamped
-- before the request leaves. sent, failed and skipped are final.
CREATE TABLE notice_deliveries (
  notice_id text NOT NULL REFERENCES notices (id) ON DELETE CASCADE,
  channel text NOT NULL CHECK (channel IN ('slack')),
  state text NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'skipped')),
  -- Copied from the notice: it chooses the webhook.
  severity text NOT NULL,
  seq bigint NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  lease_until timestamptz,
  reason text,
  sent_at timestamptz,
  PRIMARY KEY (notice_id, channel)
);
CREATE INDEX notice_deliveries_open ON notice_deliveries (seq) WHERE state IN ('pending', 'sending');
