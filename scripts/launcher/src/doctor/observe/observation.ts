import type { Observation } from '../facts.js';

/** Looks, and tells what came of it; never throws. `what` begins the sentence, such as `Redis`. */
export async function observe<Value>(what: string, look: () => Promise<Value>): Promise<Observation<Value>> {
  try {
    return { kind: 'seen', value: await look() };
  } catch (error) {
    return { kind: 'unreachable', reason: `${what} does not answer: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const detail = cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : '';
  return [error.message || (error as NodeJS.ErrnoException).code || error.name, detail]
    .filter((text) => text !== '')
    .join(': ');
}
