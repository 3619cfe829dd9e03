-- Owner: trade-executor. Exits of entries at an exchange: one row for as long as there is something of the entry to protect.

CREATE TABLE live_exits (
  -- The entry; its terms are in orders.exits, the orders that leave its position have it as orders.exit_of.
  order_id text PRIMARY KEY REFERENCES orders (order_id),
  symbol text NOT NULL,
  qty numeric NOT NULL CHECK (qty > 0),
  since_ms bigint NOT NULL,
  -- What a trailing stop hangs on; never falls.
  high_price numeric NOT NULL,
  time_stop_ms bigint,
  -- The exit that has triggered: it sells from then on, whatever the price does.
  triggered text CHECK (triggered IN ('stop', 'trail', 'target', 'time')),
  -- Orders made so far; part of their ids.
  orders integer NOT NULL DEFAULT 0,
  -- Attempts that ended without a fill, in a row.
  failures integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_exit_of ON orders (exit_of) WHERE exit_of IS NOT NULL;
