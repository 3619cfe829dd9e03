-- Owner: mcp-hub-controller. One row a request and hub, written before the tool is called, so that no request id calls
-- a tool twice. running: the call is under way until lease_until; a row found running after that is in doubt and
-- becomes unknown. The other states are final, and answer every repeat.
CREATE TABLE mcp_commands (
  request_id text NOT NULL,
  hub text NOT NULL,
  tool text NOT NULL,
  -- Hash of tool and arguments: the same id with another command is refused.
  fingerprint text NOT NULL,
  actor text NOT NULL,
  trace_id text NOT NULL,
  state text NOT NULL CHECK (state IN ('running', 'ok', 'tool_error', 'failed', 'unknown')),
  result json,
  started_at timestamptz NOT NULL,
  lease_until timestamptz NOT NULL,
  finished_at timestamptz,
  PRIMARY KEY (request_id, hub)
);
CREATE INDEX mcp_commands_started ON mcp_commands (started_at);
