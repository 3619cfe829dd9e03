import type { HubConfig } from '../config.js';

export interface HubTool {
  readonly name: string;
  readonly description?: string;
}

/** What a hub says about itself. */
export interface HubDescription {
  readonly server: { readonly name: string; readonly version: string } | null;
  readonly tools: readonly HubTool[];
}

export interface ToolAnswer {
  readonly isError: boolean;
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
}

/** How a call ended, told apart by what is known about its effect. */
export type CallOutcome =
  | { readonly kind: 'answered'; readonly answer: ToolAnswer }
  /** Not connected, or refused by the server: the tool did not run. */
  | { readonly kind: 'not_run'; readonly error: string }
  /** The server answered with an error of its own; the tool may have got somewhere. */
  | { readonly kind: 'server_error'; readonly error: string }
  /** No answer came: it may have run. */
  | { readonly kind: 'unknown'; readonly error: string };

export interface ToolCall {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

/** Speaks to MCP servers; each call connects anew and leaves nothing open. */
export interface HubPort {
  /** @throws Error when the hub cannot be reached, or does not answer within its time-out. */
  describe(hub: HubConfig): Promise<HubDescription>;
  /** Never throws for what a hub does. */
  call(hub: HubConfig, call: ToolCall): Promise<CallOutcome>;
  /** Ends what is still open. */
  close(): Promise<void>;
}

/** How a hub is reached. */
export function transportOf(hub: HubConfig): 'own' | 'http' | 'stdio' {
  if (hub.own === true) return 'own';
  return hub.url === undefined ? 'stdio' : 'http';
}
