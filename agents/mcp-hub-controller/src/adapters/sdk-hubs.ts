import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Logger } from 'pino';
import type { HubConfig } from '../config.js';
import type { CallOutcome, HubDescription, HubPort, HubTool, ToolAnswer, ToolCall } from '../hubs/hub-port.js';
import { errorText } from '../hubs/error-text.js';
import { makeTransport } from './hub-transport.js';

const MOST_TOOLS = 500;
const MOST_PAGES = 10;

/** JSON-RPC errors that say: this was not run. */
const NOT_RUN = new Set([-32_600, -32_601, -32_602]);
/** The SDK's own codes for a connection that closed and an answer that did not come. */
const NO_ANSWER = new Set([-32_000, -32_001]);

export interface SdkHubsParts {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logger: Pick<Logger, 'warn'>;
  readonly version: string;
}

/** MCP by the official SDK. It is loaded at the first use: an agent that nobody asks stays small. */
export class SdkHubs implements HubPort {
  readonly #parts: SdkHubsParts;
  readonly #open = new Set<Client>();
  readonly #closing = new Set<Promise<void>>();

  constructor(parts: SdkHubsParts) {
    this.#parts = parts;
  }

  async describe(hub: HubConfig): Promise<HubDescription> {
    return this.#connected(hub, async (client) => {
      const info = client.getServerVersion();
      const server = info === undefined ? null : { name: info.name, version: info.version };
      const hasTools = client.getServerCapabilities()?.tools !== undefined;
      return { server, tools: hasTools ? await listTools(client, hub.timeout_ms) : [] };
    });
  }

  async call(hub: HubConfig, { tool, arguments: values }: ToolCall): Promise<CallOutcome> {
    let sent = false;
    try {
      return await this.#connected(hub, async (client) => {
        sent = true;
        const options = { timeout: hub.timeout_ms, maxTotalTimeout: hub.timeout_ms };
        const result = await client.callTool({ name: tool, arguments: { ...values } }, undefined, options);
        return { kind: 'answered', answer: answerOf(result) };
      });
    } catch (error) {
      return outcomeOfError(error, sent);
    }
  }

  async close(): Promise<void> {
    for (const client of this.#open) this.#release(client);
    await Promise.all(this.#closing);
  }

  async #connected<Result>(hub: HubConfig, work: (client: Client) => Promise<Result>): Promise<Result> {
    const [{ Client: SdkClient }, { transport, stderrTail }] = await Promise.all([
      import('@modelcontextprotocol/sdk/client/index.js'),
      makeTransport(hub, this.#parts.env),
    ]);
    const client = new SdkClient({ name: 'octant-mcp-hub-controller', version: this.#parts.version });
    this.#open.add(client);
    try {
      await client.connect(transport, { timeout: hub.timeout_ms });
      return await work(client);
    } catch (error) {
      const stderr = stderrTail();
      this.#parts.logger.warn({ hub: hub.name, err: error, ...(stderr === '' ? {} : { stderr }) }, 'MCP hub failed');
      throw error;
    } finally {
      this.#release(client);
    }
  }

  /** Closes in the background: a program gets its moment to end, and the caller does not wait for it. */
  #release(client: Client): void {
    if (!this.#open.delete(client)) return;
    const closed = client
      .close()
      .catch((error: unknown) => {
        this.#parts.logger.warn({ err: error }, 'an MCP connection did not close');
      })
      .finally(() => {
        this.#closing.delete(closed);
      });
    this.#closing.add(closed);
  }
}

async function listTools(client: Client, timeoutMs: number): Promise<HubTool[]> {
  const tools: HubTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const result = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: timeoutMs });
    for (const { name, description } of result.tools) {
      tools.push(description === undefined ? { name } : { name, description });
    }
    cursor = result.nextCursor;
    if (cursor === undefined || tools.length >= MOST_TOOLS) break;
  }
  return tools.slice(0, MOST_TOOLS);
}

function answerOf(result: Awaited<ReturnType<Client['callTool']>>): ToolAnswer {
  const content = Array.isArray(result['content']) ? (result['content'] as Record<string, unknown>[]) : [];
  const structured = result['structuredContent'] as Record<string, unknown> | undefined;
  return {
    isError: result['isError'] === true,
    content,
    ...(structured === undefined ? {} : { structuredContent: structured }),
  };
}

/** Before the call was sent nothing can have run; after it, only a server that answered can tell. */
function outcomeOfError(error: unknown, sent: boolean): CallOutcome {
  const message = errorText(error);
  if (!sent) return { kind: 'not_run', error: message };
  const code = error instanceof Error && 'code' in error && typeof error.code === 'number' ? error.code : undefined;
  if (code === undefined || NO_ANSWER.has(code)) return { kind: 'unknown', error: message };
  // HTTP statuses of the streamable transport: refused before the tool, or who knows.
  if (code >= 400 && code < 500) return { kind: 'not_run', error: message };
  if (code > 0) return { kind: 'unknown', error: message };
  return { kind: NOT_RUN.has(code) ? 'not_run' : 'server_error', error: message };
}
