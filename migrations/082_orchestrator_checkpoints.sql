-- Backward-compatible: no, for the version before reads the tables that are dropped here.
-- Owner: orchestrator. Where the desk was at the end of its last step, or after the last word of an admin: what it keeps
-- in Redis is put back from here. Every write raises revision.
CREATE TABLE desk_checkpoint (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  revision bigint NOT NULL CHECK (revision > 0),
  desk json NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);

-- One row a session, for ever: also an ended one is looked up and reported.
CREATE TABLE session_checkpoints (
  session_id text PRIMARY KEY,
  state json NOT NULL,
  saved_at timestamptz NOT NULL DEFAULT now()
);

-- The mirrors that the checkpoints replace.
DROP TABLE sessions;
DROP TABLE halts;
