-- Owner: portfolio-manager. The ledger as JSON, one row. Every change raises revision by one and expects the one it
-- was computed on.
CREATE TABLE portfolio_ledger (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision bigint NOT NULL DEFAULT 0,
  ledger jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- The fills as they came; booked are those up to the ledger's last fill, the others wait for the one before them.
CREATE TABLE portfolio_fills (
  fill_seq bigint PRIMARY KEY CHECK (fill_seq > 0),
  fill_id text NOT NULL UNIQUE,
  order_id text NOT NULL,
  symbol text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  qty numeric NOT NULL CHECK (qty > 0),
  price numeric NOT NULL CHECK (price > 0),
  fee_quote numeric NOT NULL,
  at_ms bigint NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX portfolio_fills_at ON portfolio_fills (at_ms);

-- What the booked fills leave of each symbol; the same figures as in the ledger, for those who read tables.
CREATE TABLE holdings (
  symbol text PRIMARY KEY,
  qty numeric NOT NULL CHECK (qty > 0),
  cost_quote numeric NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Equity at each 00:00 UTC: start equity, and for each fill before it the quantity at the closes kept here less what
-- was paid. A fill that comes in late changes the points after it.
CREATE TABLE equity_points (
  at_ms bigint PRIMARY KEY,
  equity_quote numeric NOT NULL,
  closes jsonb NOT NULL
);

-- A rebalance as it was decided; a repeat submits the same orders.
CREATE TABLE rebalances (
  request_id text PRIMARY KEY,
  plan jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
