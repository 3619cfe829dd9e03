-- Candles, feeds and last signals of the market analyst.

CREATE TABLE candles (
  source text NOT NULL,
  symbol text NOT NULL,
  timeframe text NOT NULL,
  open_time_ms bigint NOT NULL,
  -- numeric without a scale keeps the digits as they came, trailing zeros too.
  open numeric NOT NULL,
  high numeric NOT NULL,
  low numeric NOT NULL,
  close numeric NOT NULL,
  volume numeric NOT NULL,
  PRIMARY KEY (source, symbol, timeframe, open_time_ms)
);

-- One row a watched session; the feed goes on from here after a restart.
CREATE TABLE feeds (
  session_id text PRIMARY KEY,
  source text NOT NULL,
  spec jsonb NOT NULL,
  -- Open time of the last step that was published, where a feed needs it (live sources); paced feeds derive theirs.
  position_ms bigint,
  status text NOT NULL CHECK (status IN ('running', 'ended', 'failed')),
  reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX feeds_running ON feeds (source) WHERE status = 'running';

CREATE TABLE last_signals (
  source text NOT NULL,
  symbol text NOT NULL,
  timeframe text NOT NULL,
  strategy text NOT NULL,
  request_id text NOT NULL,
  session_id text NOT NULL,
  side text NOT NULL CHECK (side IN ('buy', 'sell')),
  confidence double precision NOT NULL,
  price numeric NOT NULL,
  close_time_ms bigint NOT NULL,
  given_at timestamptz NOT NULL,
  PRIMARY KEY (source, symbol, timeframe, strategy)
);
