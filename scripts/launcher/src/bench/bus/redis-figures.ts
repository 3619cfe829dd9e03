/** What Redis has counted since it was started. */
export interface RedisFigures {
  /** Its processor time, all threads. */
  readonly cpuUs: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly memoryBytes: number;
  /** Calls by command, those that scripts make among them. */
  readonly calls: ReadonlyMap<string, number>;
}

/** What a script cannot call: there it was a client. */
const CLIENTS_ONLY = new Set(['eval', 'evalsha', 'fcall', 'xreadgroup', 'bzpopmin', 'brpoplpush', 'blmove']);
/** Commands of the measurement itself, of connecting, and of transactions' frames. */
const LEFT_OUT = new Set(['info', 'xinfo|groups', 'xinfo|stream', 'config|get', 'config|set', 'ping', 'auth', 'hello']);

/** Reads the sections `cpu`, `stats`, `memory` and `commandstats` of INFO. @throws Error naming a figure that is missing. */
export function parseRedisFigures(info: string): RedisFigures {
  const fields = new Map<string, string>();
  for (const line of info.split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
  }
  const figure = (name: string): number => {
    const value = Number(fields.get(name) ?? NaN);
    if (Number.isNaN(value)) throw new Error(`expected INFO with a number ${name}, was ${String(fields.get(name))}`);
    return value;
  };
  const calls = new Map<string, number>();
  for (const [name, text] of fields) {
    const count = /^calls=(\d+),/.exec(text)?.[1];
    if (name.startsWith('cmdstat_') && count !== undefined) calls.set(name.slice('cmdstat_'.length), Number(count));
  }
  return {
    cpuUs: (figure('used_cpu_sys') + figure('used_cpu_user')) * 1e6,
    bytesIn: figure('total_net_input_bytes'),
    bytesOut: figure('total_net_output_bytes'),
    memoryBytes: figure('used_memory'),
    calls,
  };
}

/** Commands between two readings: those that clients sent, and those that their scripts called. */
export function commandsBetween(
  before: RedisFigures,
  after: RedisFigures,
): { readonly sent: number; readonly inScripts: number } {
  const made = [...after.calls]
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, count]) => ({ name, count: count - (before.calls.get(name) ?? 0) }));
  const sum = (some: typeof made): number => some.reduce((total, { count }) => total + count, 0);
  const hasScripts = made.some(({ name, count }) => name.startsWith('eval') && count > 0);
  const sent = hasScripts ? sum(made.filter(({ name }) => CLIENTS_ONLY.has(name))) : sum(made);
  return { sent, inScripts: sum(made) - sent };
}
