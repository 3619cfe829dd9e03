import { z } from 'zod';

const healthBody = z.looseObject({
  state: z.string().optional(),
  status: z.string(),
  dependencies: z.record(z.string(), z.looseObject({ status: z.string(), error: z.string().optional() })).default({}),
});

/** `ready` answers 200; `waiting` says what it lacks; `down` does not answer. */
export type AgentHealth =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly reason: string }
  /** `isHanging`: it was reached, or nearly, and did not answer in time. */
  | { readonly kind: 'down'; readonly reason: string; readonly isHanging: boolean };

/** Asks an agent how it is; never throws. */
export async function askHealth(url: string, timeoutMs = 2000): Promise<AgentHealth> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(timeoutMs) });
    const body = healthBody.safeParse(await response.json());
    if (response.status === 200) return { kind: 'ready' };
    return { kind: 'waiting', reason: body.success ? describe(body.data) : `status ${response.status}` };
  } catch (error) {
    if (isRefused(error)) return { kind: 'down', reason: 'not up yet', isHanging: false };
    return { kind: 'down', reason: 'no answer', isHanging: true };
  }
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

function describe({ state, dependencies }: z.infer<typeof healthBody>): string {
  const failed = Object.entries(dependencies).filter(([, { status }]) => status !== 'ok');
  if (failed.length > 0) return `no ${failed.map(([name]) => name).join(', ')}`;
  return state ?? 'not ready';
}
