-- Owner: risk-manager. The newest halt or unhalt that it has heard of: one row.
CREATE TABLE risk_halt (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  halt_version bigint NOT NULL CHECK (halt_version > 0),
  halted boolean NOT NULL,
  reason text,
  heard_at timestamptz NOT NULL DEFAULT now()
);
