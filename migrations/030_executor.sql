-- Owner: trade-executor. One row an order, for ever: its id is the key of the money effect.
CREATE TABLE orders (
  order_id text PRIMARY KEY,
  order_seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  client_order_id text NOT NULL UNIQUE,
  session_id text NOT NULL,
  request_id text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  qty numeric NOT NULL,
  filled_qty numeric NOT NULL DEFAULT 0,
  timeframe text,
  reference_price numeric NOT NULL,
  not_before_ms bigint NOT NULL,
  halt_version bigint NOT NULL,
  approval jsonb,
  exchange text NOT NULL,
  simulated boolean NOT NULL,
  state text NOT NULL CHECK (state IN ('intended', 'sent', 'acknowledged', 'partially_filled', 'filled', 'canceled',
    'rejected', 'expired', 'denied', 'unknown')),
  reason text,
  trace_id text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (filled_qty >= 0 AND (filled_qty = 0 OR filled_qty <= qty))
);
CREATE INDEX orders_open ON orders (order_seq)
  WHERE state IN ('intended', 'sent', 'acknowledged', 'partially_filled', 'unknown');
CREATE INDEX orders_session ON orders (session_id, order_seq);

-- fill_seq numbers the account's fills from 1 without gaps; one place in an order is filled once.
CREATE TABLE fills (
  fill_id text PRIMARY KEY,
  fill_seq bigint NOT NULL UNIQUE CHECK (fill_seq > 0),
  order_id text NOT NULL REFERENCES orders (order_id),
  fill_number integer NOT NULL CHECK (fill_number > 0),
  session_id text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  qty numeric NOT NULL CHECK (qty > 0),
  price numeric NOT NULL CHECK (price > 0),
  fee_quote numeric NOT NULL,
  profit numeric NOT NULL,
  at_ms bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (order_id, fill_number)
);
CREATE INDEX fills_session ON fills (session_id, fill_seq);

-- The paper exchange's account: one row. Every change raises revision by one and expects the one it was decided on.
CREATE TABLE paper_account (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision bigint NOT NULL DEFAULT 0,
  start_equity_quote numeric NOT NULL,
  cash_quote numeric NOT NULL CHECK (cash_quote >= 0),
  last_fill_seq bigint NOT NULL DEFAULT 0,
  halt_version bigint NOT NULL DEFAULT 0,
  halted boolean NOT NULL DEFAULT false,
  halt_reason text,
  opened_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE paper_positions (
  symbol text PRIMARY KEY,
  qty numeric NOT NULL CHECK (qty > 0),
  cost_quote numeric NOT NULL
);
