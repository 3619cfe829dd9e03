import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import type { Operation } from '@octant/platform/http/operation';
import { serveDeskMessage } from '../desk/desk-server.js';

/** `POST /mcp`: our own MCP server. */
export function serveMcp({ http, version }: { http: AgentHttpClient; version: string }): Operation {
  return (request) => serveDeskMessage(request.body, { http, traceId: request.traceId }, version);
}
