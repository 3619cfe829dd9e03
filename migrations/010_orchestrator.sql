-- Owner: orchestrator. The audit is append-only: a trigger refuses every update, delete and truncate.
CREATE TABLE audit_events (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id text NOT NULL UNIQUE,
  actor text NOT NULL,
  action text NOT NULL,
  subject text NOT NULL,
  details jsonb NOT NULL,
  at_ms bigint NOT NULL,
  request_id text,
  trace_id text NOT NULL,
  published_at timestamptz NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_events_action ON audit_events (action, seq DESC);
CREATE INDEX audit_events_subject ON audit_events (subject, seq DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events is append-only: % refused', TG_OP;
END
$$;
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events
  FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- One row a closed UTC day of the desk's account.
CREATE TABLE pnl_days (
  day date PRIMARY KEY,
  start_equity_quote numeric NOT NULL,
  end_equity_quote numeric NOT NULL,
  pnl_quote numeric NOT NULL,
  pnl_ratio double precision NOT NULL,
  realized_quote numeric NOT NULL,
  fees_quote numeric NOT NULL,
  fills integer NOT NULL,
  halted boolean NOT NULL,
  halt_reason text,
  end_ms bigint NOT NULL
);

-- Mirror of the sessions, for reading back when Redis is empty.
CREATE TABLE sessions (
  session_id text PRIMARY KEY,
  status text NOT NULL,
  spec jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- Mirror of the present halt: one row.
CREATE TABLE halts (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  halt_version bigint NOT NULL,
  admin_reason text,
  admin_at_ms bigint
);
