/** Of the bus under measurement; also of the raw loop's consumer. */
export const PREFIX = 'bench:';
export const AGENT = 'bench';
export const GROUP = 'bench';
export const OUTPUTS = 'bench.outputs';
export const MESSAGE_TYPE = 'bench.measured';
export const SCHEMA = 'bench_bus';
/** Table that the inbox case writes to. */
export const EFFECTS_TABLE = 'bench_effects';

export const QUEUE = 'measured';
export const FOLLOW_UPS = 'follow-ups';
export const QUEUE_PREFIX = 'bull';

/** Names without the prefix, as the bus takes them. */
export function inputStreams(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `bench.inputs.${index}`);
}
