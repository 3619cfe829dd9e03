-- Jobs and recommendations of the parameter optimizer.

CREATE TABLE optimizer_runs (
  job_id text PRIMARY KEY,
  request_id text NOT NULL UNIQUE,
  trace_id text NOT NULL,
  status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
  strategy text NOT NULL,
  symbols jsonb NOT NULL,
  source text NOT NULL,
  timeframe text NOT NULL,
  window_from_ms bigint,
  window_to_ms bigint,
  reason text NOT NULL,
  trials_done integer NOT NULL DEFAULT 0,
  trials_total integer NOT NULL DEFAULT 0,
  -- How often it was started; above 1 when a process died under it.
  attempts integer NOT NULL DEFAULT 0,
  outcome jsonb,
  failure text,
  -- Null until result and notice are in their streams.
  announced_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz
);
CREATE INDEX optimizer_runs_open ON optimizer_runs (created_at) WHERE announced_at IS NULL;

-- Every recommended parameter set, numbered; the YAML under config/ stays the applied one.
CREATE TABLE parameter_versions (
  version bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  strategy text NOT NULL,
  job_id text NOT NULL UNIQUE REFERENCES optimizer_runs (job_id),
  parameters jsonb NOT NULL,
  approval text NOT NULL DEFAULT 'pending' CHECK (approval IN ('pending', 'approved', 'rejected')),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX parameter_versions_strategy ON parameter_versions (strategy, version DESC);
