-- Owner: trade-executor. Orders at an exchange: the truth about each is here before anything is sent.

ALTER TABLE orders
  -- How it is to be executed (VenueOrderKind); NULL for the paper exchange's market orders.
  ADD COLUMN kind jsonb,
  ADD COLUMN reduce_only boolean NOT NULL DEFAULT false,
  -- What one base unit of it reserves in quote currency while it is open; 0 for a sell.
  ADD COLUMN reserve_price numeric NOT NULL DEFAULT 0,
  -- Fence and lease of the attempt that may have a request under way.
  ADD COLUMN owner text,
  ADD COLUMN lease_until timestamptz,
  -- The venue refuses every request so far when this has passed; NULL: one of ours never expires.
  ADD COLUMN requests_expire_at timestamptz,
  ADD COLUMN attempts integer NOT NULL DEFAULT 0,
  ADD COLUMN look_ups integer NOT NULL DEFAULT 0,
  ADD COLUMN due_at timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN venue_order_id text,
  -- What the venue said last; final states stay.
  ADD COLUMN venue_state text,
  ADD COLUMN venue_filled_qty numeric NOT NULL DEFAULT 0,
  -- A cancel that was asked for is retried until the order has ended.
  ADD COLUMN cancel_reason text,
  ADD COLUMN cancel_due_at timestamptz,
  ADD COLUMN cancel_attempts integer NOT NULL DEFAULT 0;
CREATE INDEX orders_created ON orders (created_at);
CREATE INDEX orders_at_venue ON orders (symbol, venue_order_id) WHERE venue_order_id IS NOT NULL;

-- `qty` of a fill is what the position changed by. A fee in base currency is part of it: taken out of a buy, added to a sell.
ALTER TABLE fills
  ADD COLUMN fee_base numeric NOT NULL DEFAULT 0,
  ADD COLUMN fee_amount numeric,
  ADD COLUMN fee_currency text;

-- The account at the exchange: one row. Its lock orders intake, fills and halts.
CREATE TABLE live_account (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  exchange text NOT NULL,
  quote_currency text NOT NULL,
  start_equity_quote numeric NOT NULL,
  cash_quote numeric NOT NULL,
  last_fill_seq bigint NOT NULL DEFAULT 0,
  last_fill_at_ms bigint NOT NULL DEFAULT 0,
  halt_version bigint NOT NULL DEFAULT 0,
  halted boolean NOT NULL DEFAULT false,
  halt_reason text,
  opened_at timestamptz NOT NULL DEFAULT now(),
  -- An admin has said that real money may be traded.
  confirmed_by text,
  confirmed_at timestamptz
);

CREATE TABLE live_positions (
  symbol text PRIMARY KEY,
  qty numeric NOT NULL CHECK (qty > 0),
  cost_quote numeric NOT NULL
);

-- Every execution that the venue told of, once: trade ids are unique within venue and symbol.
CREATE TABLE live_venue_fills (
  venue text NOT NULL,
  symbol text NOT NULL,
  trade_id text NOT NULL,
  venue_order_id text NOT NULL,
  client_order_id text,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  qty numeric NOT NULL CHECK (qty > 0),
  price numeric NOT NULL CHECK (price > 0),
  fee_amount numeric NOT NULL,
  fee_currency text NOT NULL,
  maker boolean,
  at_ms bigint NOT NULL,
  -- unmatched: of no order that is known yet. unbookable: of one of ours, and the books cannot take it.
  state text NOT NULL CHECK (state IN ('booked', 'unmatched', 'unbookable', 'accepted')),
  why text,
  fill_id text REFERENCES fills (fill_id),
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (venue, symbol, trade_id),
  CHECK ((state = 'booked') = (fill_id IS NOT NULL))
);
CREATE INDEX live_venue_fills_recorded ON live_venue_fills (recorded_at);
CREATE INDEX live_venue_fills_open ON live_venue_fills (symbol, venue_order_id) WHERE state <> 'booked';

-- From which instant on the fills of a symbol are asked for.
CREATE TABLE live_fill_cursors (
  symbol text PRIMARY KEY,
  since_ms bigint NOT NULL
);

-- What the venue's account holds beside the desk's books, by currency.
CREATE TABLE live_baselines (
  currency text PRIMARY KEY,
  amount numeric NOT NULL
);

-- What books and venue disagree on, and what became of it.
CREATE TABLE live_differences (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL,
  subject text NOT NULL,
  symbols text[] NOT NULL,
  -- While it is open these symbols may only reduce.
  blocking boolean NOT NULL,
  explanation text NOT NULL,
  proposal text NOT NULL,
  figures jsonb NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'repaired', 'accepted', 'gone')),
  found_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  resolved_at timestamptz,
  resolved_by text
);
CREATE UNIQUE INDEX live_differences_open ON live_differences (kind, subject) WHERE state = 'open';

-- Commands of an admin that must not be done twice; a flatten works on until nothing is left.
CREATE TABLE live_commands (
  key text PRIMARY KEY,
  action text NOT NULL CHECK (action IN ('cancel_all', 'flatten', 'accept', 'confirm')),
  symbols text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('open', 'done')),
  rounds integer NOT NULL DEFAULT 0,
  actor text NOT NULL,
  answer jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
