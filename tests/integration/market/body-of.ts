import type { HttpAnswer } from '../../support/agent-desk.js';

/** The members that these tests look at, over all replies of the two agents; which of them are there depends on the route. */
export interface ReplyBody {
  readonly status: string;
  readonly detail: string;
  readonly candles: readonly (readonly [number, ...string[]])[];
  readonly next: number | null;
  readonly range: unknown;
  readonly signal: string;
  readonly price: string;
  readonly confidence?: number;
  readonly preview: unknown;
  readonly last: unknown;
  readonly jobId: string;
  readonly jobs: readonly { readonly jobId: string; readonly requestId: string }[];
  readonly strategies: unknown;
}

export function bodyOf({ body }: HttpAnswer): ReplyBody {
  return body as ReplyBody;
}
