/** The eight agents in the order of their ports: the first has the base port. */
export const AGENTS = [
  'orchestrator',
  'market-analyst',
  'portfolio-manager',
  'risk-manager',
  'trade-executor',
  'notification-manager',
  'parameter-optimizer',
  'mcp-hub-controller',
] as const;
export type AgentName = (typeof AGENTS)[number];

export const DEFAULT_BASE_PORT = 7001;

/** Ports by agent, from the base port on. */
export function portsFrom(basePort: number): ReadonlyMap<AgentName, number> {
  return new Map(AGENTS.map((agent, index) => [agent, basePort + index]));
}

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
