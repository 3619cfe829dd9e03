-- Owner: trade-executor. Large orders that go to the exchange in parts.

ALTER TABLE orders
  -- How an order goes out in parts, as planned when it came; NULL of one that goes out whole.
  ADD COLUMN algorithm jsonb,
  -- The order that this one is a part of: fills are booked for that one, and nothing is told of this one.
  ADD COLUMN part_of text REFERENCES orders (order_id);
CREATE INDEX orders_part_of ON orders (part_of) WHERE part_of IS NOT NULL;

-- Parts that overlap because a fill came late may fill more than their order wanted; what has moved is booked all the same.
ALTER TABLE orders DROP CONSTRAINT orders_check;
ALTER TABLE orders
  ADD CONSTRAINT orders_filled_qty CHECK (filled_qty >= 0 AND (filled_qty <= qty OR algorithm IS NOT NULL));
