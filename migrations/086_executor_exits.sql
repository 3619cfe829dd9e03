-- Owner: trade-executor. Exits that come with a buy, partial fills, and what the fill rules look back at.

ALTER TABLE orders
  ADD COLUMN exits jsonb,
  -- The entry whose position this order leaves; such an order is written down with its first fill.
  ADD COLUMN exit_of text REFERENCES orders (order_id),
  ADD COLUMN fill_count integer NOT NULL DEFAULT 0,
  ADD COLUMN last_fill_ms bigint;

-- The exits of an entry that has filled, resting as one-cancels-other: one row, for as long as they have something to sell.
CREATE TABLE paper_exits (
  order_id text PRIMARY KEY REFERENCES orders (order_id),
  qty numeric NOT NULL CHECK (qty > 0),
  since_ms bigint NOT NULL,
  high_price numeric NOT NULL,
  seen_ms bigint NOT NULL,
  time_stop_ms bigint,
  sold_kind text CHECK (sold_kind IN ('stop', 'trail', 'target', 'time')),
  sold_order_qty numeric,
  sold_qty numeric,
  sold_fills integer,
  sold_at_ms bigint
);

-- The last closed candle of each symbol and timeframe, kept where the fill rules depend on it.
CREATE TABLE paper_candles (
  symbol text NOT NULL,
  timeframe text NOT NULL,
  open_time_ms bigint NOT NULL,
  high numeric NOT NULL,
  low numeric NOT NULL,
  close numeric NOT NULL,
  volume numeric NOT NULL,
  PRIMARY KEY (symbol, timeframe)
);
