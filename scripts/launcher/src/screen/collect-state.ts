import { z } from 'zod';
import type { OpenDesk } from '../desk/open-desk.js';
import type { DeskOverview, Session } from '../desk/desk-overview.js';
import { askHealth, type AgentHealth } from '../fleet/agent-health.js';
import type { FleetAgent } from '../fleet/fleet.js';
import { residentBytes } from '../supervise/process-table.js';
import type { AgentLine, ScreenState, ServerLine } from './screen-state.js';

const accountBody = z.looseObject({ exchange: z.string() });

/** Asks agents and servers for what the screen shows; remembers the last overview while the orchestrator is away. */
export class ScreenSource {
  readonly #desk: OpenDesk;
  readonly #startedAtMs = Date.now();
  readonly #hints: readonly string[];
  readonly #events: { atMs: number; text: string }[];
  #overview: DeskOverview | undefined;
  #exchange: string | undefined;

  constructor(desk: OpenDesk, options: { hints: readonly string[]; events: { atMs: number; text: string }[] }) {
    this.#desk = desk;
    this.#hints = options.hints;
    this.#events = options.events;
  }

  async collect({ sessionId }: { sessionId: string }): Promise<ScreenState> {
    const { fleet, servers } = this.#desk;
    const agents = await Promise.all(fleet.agents.map((agent) => agentLine(agent)));
    this.#exchange ??= await askExchange(fleet.agents.find(({ name }) => name === 'trade-executor')?.url);
    let problem: string | undefined;
    try {
      this.#overview = await this.#desk.client.overview();
    } catch (error) {
      problem = `the orchestrator does not answer: ${error instanceof Error ? error.message : String(error)}`;
    }
    return {
      nowMs: Date.now(),
      startedAtMs: this.#startedAtMs,
      agents,
      servers: [servers.redis, servers.postgres].map((plan): ServerLine => {
        const process = servers.processes.find(({ name }) => name === plan.name);
        const pid = process?.pid;
        return {
          name: plan.name,
          origin: plan.origin,
          residentBytes: pid === undefined ? undefined : residentBytes(pid),
          restarts: process?.restarts,
        };
      }),
      session: pickSession(this.#overview?.sessions ?? [], sessionId),
      exchange: this.#exchange,
      overview: this.#overview,
      overviewProblem: problem,
      events: this.#events,
      hints: this.#hints,
    };
  }
}

async function agentLine({ name, url, process }: FleetAgent): Promise<AgentLine> {
  const { pid } = process;
  const state = process.state === 'running' ? stateWord(await askHealth(url)) : 'restarting';
  return {
    name,
    state,
    url,
    residentBytes: pid === undefined ? undefined : residentBytes(pid),
    restarts: process.restarts,
  };
}

/** Where the executor trades; it does not change while it runs. Undefined while it does not answer. */
async function askExchange(url: string | undefined): Promise<string | undefined> {
  if (url === undefined) return undefined;
  try {
    const response = await fetch(`${url}/trade/account`, { signal: AbortSignal.timeout(2000) });
    return accountBody.parse(await response.json()).exchange;
  } catch {
    return undefined;
  }
}

function stateWord(health: AgentHealth): string {
  return health.kind === 'waiting' ? health.reason : health.kind;
}

/** The one asked for, else a running one, else the newest. */
function pickSession(sessions: readonly Session[], sessionId: string): Session | undefined {
  return (
    sessions.find((session) => session.sessionId === sessionId) ??
    sessions.find(({ status }) => status === 'running') ??
    sessions[0]
  );
}
