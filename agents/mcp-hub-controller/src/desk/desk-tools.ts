import type { AgentHttpClient } from '@octant/platform/http/agent-http-client';
import { z } from 'zod';

/** What a tool needs to read the desk. */
export interface DeskReader {
  readonly http: AgentHttpClient;
  readonly traceId: string;
}

/** A read-only tool of the desk's own MCP server. */
export interface DeskTool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** @throws AppError when an agent does not answer. */
  readonly run: (input: Readonly<Record<string, unknown>>, reader: DeskReader) => Promise<Record<string, unknown>>;
}

const SELF = 'mcp-hub-controller';
const AGENTS = [
  'orchestrator',
  'market-analyst',
  'portfolio-manager',
  'risk-manager',
  'trade-executor',
  'notification-manager',
  'parameter-optimizer',
] as const;
const TIMEOUT_MS = 2000;

async function read(reader: DeskReader, agent: string, path: string): Promise<Record<string, unknown>> {
  const { http, traceId } = reader;
  const { body } = await http.call<Record<string, unknown>>({
    agent,
    method: 'GET',
    path,
    traceId,
    timeoutMs: TIMEOUT_MS,
  });
  return body;
}

async function healthOf(reader: DeskReader, agent: string): Promise<Record<string, unknown>> {
  try {
    const { status, state, uptimeSeconds } = await read(reader, agent, '/health');
    return { agent, status, state, uptimeSeconds };
  } catch (error) {
    return { agent, status: 'unavailable', error: error instanceof Error ? error.message : String(error) };
  }
}

const deskStatus: DeskTool = {
  name: 'desk_status',
  description: 'Which agents of the desk are up, and whether trading is halted.',
  input: {},
  run: async (_input, reader) => {
    const [agents, limits] = await Promise.all([
      Promise.all(AGENTS.map((agent) => healthOf(reader, agent))),
      read(reader, 'risk-manager', '/risk/limits').catch(() => ({ halt: null })),
    ]);
    return { agents: [...agents, { agent: SELF, status: 'ok', state: 'ready' }], halt: limits['halt'] ?? null };
  },
};

const pnlStatus: DeskTool = {
  name: 'pnl_status',
  description: 'PnL of the current UTC day with its target and loss limit, and the halt state.',
  input: {},
  run: (_input, reader) => read(reader, 'orchestrator', '/pnl/status'),
};

const recentInput = {
  limit: z.int().min(1).max(100).default(20).describe('At most this many, newest first.'),
  severity: z.enum(['info', 'warning', 'critical']).optional(),
  unacked: z.boolean().default(false).describe('Only notices that nobody acknowledged.'),
};

const recentNotices: DeskTool = {
  name: 'recent_notices',
  description: 'The newest notices of the desk: refusals, halts, dead letters, failures.',
  input: recentInput,
  run: (input, reader) => {
    const { limit, severity, unacked } = z.object(recentInput).parse(input);
    const query = new URLSearchParams({ limit: String(limit), unacked: String(unacked) });
    if (severity !== undefined) query.set('severity', severity);
    return read(reader, 'notification-manager', `/notify/recent?${query.toString()}`);
  },
};

const riskLimits: DeskTool = {
  name: 'risk_limits',
  description: 'The limits and rules that every order must pass, and the halt state.',
  input: {},
  run: (_input, reader) => read(reader, 'risk-manager', '/risk/limits'),
};

/** All tools of the server, by name in docs/mcp_tools.md. */
export const deskTools: readonly DeskTool[] = [deskStatus, pnlStatus, recentNotices, riskLimits];
