import { join } from 'node:path';
import { readApiDocument, type ApiOperation } from '@octant/platform/http/open-api-document';
import { AGENTS, type AgentName } from '../../../scripts/launcher/src/fleet/agents.js';
import { root } from './local-configuration.js';

export interface DeskOperation extends ApiOperation {
  readonly agent: AgentName;
  /** Its path with values for the parameters. */
  readonly url: string;
}

/** All operations of the OpenAPI files, but for those of the platform that every agent has. */
export function deskOperations(): DeskOperation[] {
  return AGENTS.flatMap((agent) =>
    readApiDocument(join(root, 'openapi'), agent)
      .operations.filter(({ path }) => !['/health', '/livez', '/metrics'].includes(path))
      .map((operation) => ({ ...operation, agent, url: operation.path.replaceAll(/\{[^}]+\}/g, 'x-1') })),
  );
}

export function isAdmin({ path }: ApiOperation): boolean {
  return path.startsWith('/admin/');
}

/** What a signed-in person may start from outside: it moves money or work, and needs a token as well. */
export const startedFromOutside: ReadonlySet<string> = new Set([
  '/orchestrate/run',
  '/orchestrate/stop',
  '/portfolio/rebalance',
  '/trade/submit',
  '/optimize/run',
  '/mcp/command',
]);
