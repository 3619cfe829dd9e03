import type { Clock } from '@octant/platform/time/clock';
import type { HubConfig } from '../config.js';
import { errorText } from './error-text.js';
import { transportOf, type HubPort } from './hub-port.js';

export interface LastError {
  readonly message: string;
  readonly at: string;
}

/** One element of `/mcp/status`. */
export interface HubStatus {
  readonly name: string;
  readonly transport: 'own' | 'http' | 'stdio';
  readonly connected: boolean;
  readonly server: { readonly name: string; readonly version: string } | null;
  readonly tools: readonly { readonly name: string; readonly description?: string; readonly allowed: boolean }[];
  readonly latencyMs: number;
  readonly lastError: LastError | null;
  readonly checkedAt: string;
}

const KEEP_MS = 2000;

/** Asks the hubs how they are, side by side; callers within two seconds share one answer. */
export class HubStatusBoard {
  readonly #port: HubPort;
  readonly #clock: Clock;
  readonly #lastErrors = new Map<string, LastError>();
  #asked:
    { readonly hubs: readonly HubConfig[]; readonly atMs: number; readonly answer: Promise<HubStatus[]> } | undefined;

  constructor(port: HubPort, clock: Clock) {
    this.#port = port;
    this.#clock = clock;
  }

  /** In the order of the configuration. */
  status(hubs: readonly HubConfig[]): Promise<readonly HubStatus[]> {
    const nowMs = this.#clock.monotonic();
    const asked = this.#asked;
    if (asked?.hubs === hubs && nowMs - asked.atMs < KEEP_MS) return asked.answer;
    const answer = Promise.all(hubs.map((hub) => this.#ask(hub)));
    this.#asked = { hubs, atMs: nowMs, answer };
    return answer;
  }

  /** Remembers a failure of another call. */
  failed(hub: string, message: string): void {
    this.#lastErrors.set(hub, { message, at: this.#timestamp() });
  }

  async #ask(hub: HubConfig): Promise<HubStatus> {
    const startMs = this.#clock.monotonic();
    const seen = async () => {
      try {
        return await this.#port.describe(hub);
      } catch (error) {
        this.failed(hub.name, errorText(error));
        return undefined;
      }
    };
    const description = await seen();
    const allowed = new Set(hub.allow_tools);
    return {
      name: hub.name,
      transport: transportOf(hub),
      connected: description !== undefined,
      server: description?.server ?? null,
      tools: (description?.tools ?? []).map((tool) => ({ ...tool, allowed: allowed.has(tool.name) })),
      latencyMs: Math.round((this.#clock.monotonic() - startMs) * 10) / 10,
      lastError: this.#lastErrors.get(hub.name) ?? null,
      checkedAt: this.#timestamp(),
    };
  }

  #timestamp(): string {
    return new Date(this.#clock.now()).toISOString();
  }
}
