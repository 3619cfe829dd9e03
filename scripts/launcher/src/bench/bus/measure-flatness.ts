import type { BenchSheet } from '../result.js';
import { Backlog } from './backlog.js';
import type { PartName } from './cases.js';
import { measureRate, type RateRun } from './measure-rate.js';
import type { BusBench } from './measured-run.js';

const STREAMS = 200;
const LONG_LIMIT = 1.15;
const MANY_LIMIT = 1.25;
const BASE = { rateCase: 'bus-exactly-once', bytes: 256, durability: 'everysec', concurrency: 1 } as const;

interface Variant {
  readonly name: string;
  readonly run: Pick<RateRun, 'streams' | 'entriesBefore'>;
}

/** What exactly once costs on a long stream and on many streams, beside one that is empty. */
export async function measureFlatness(
  bench: BusBench,
  sheet: BenchSheet,
  { parts, longStream }: { parts: ReadonlySet<PartName>; longStream: number },
): Promise<void> {
  const empty: Variant = { name: 'one stream, empty before', run: {} };
  const long: Variant = {
    name: `one stream, ${longStream.toLocaleString('en')} entries before`,
    run: { entriesBefore: longStream },
  };
  const many: Variant = { name: `${STREAMS} streams`, run: { streams: STREAMS } };
  const variants = [empty, ...(parts.has('long-stream') ? [long] : []), ...(parts.has('many-streams') ? [many] : [])];
  if (variants.length === 1) return;
  const backlog = new Backlog();
  for (let repeat = 1; repeat <= bench.repeats; repeat += 1) {
    for (const { name, run } of variants) {
      const { perSecond, redisCpuUs, consumerCpuUs } = await measureRate(bench, backlog, { ...BASE, ...run });
      bench.say(`Round ${repeat} of ${bench.repeats}: ${name}: ${Math.round(perSecond)} messages/s`);
      sheet.add(costName(name), 'µs/message', 1e6 / perSecond);
      sheet.add(`${costName(name)}, consumer CPU`, 'µs/message', consumerCpuUs);
      sheet.add(`${costName(name)}, Redis CPU`, 'µs/message', redisCpuUs);
    }
  }
  const baseUs = sheet.value(costName(empty.name));
  for (const [{ name }, limit] of [[long, LONG_LIMIT] as const, [many, MANY_LIMIT] as const]) {
    if (!variants.some((variant) => variant.name === name)) continue;
    sheet.judge(`cost, ${name} / empty`, sheet.value(costName(name)) / baseUs, { sign: '<=', limit });
  }
}

function costName(variant: string): string {
  return `cost of exactly once, ${variant}`;
}
