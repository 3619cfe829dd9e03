import type { BenchSheet } from '../result.js';
import { Backlog } from './backlog.js';
import {
  conditionsName,
  DURABILITIES,
  PAYLOAD_BYTES,
  RATE_CASES,
  settingName,
  type RateCase,
  type Setting,
} from './cases.js';
import type { BusFlags } from './command-line.js';
import { measureRate } from './measure-rate.js';
import type { BusBench } from './measured-run.js';
import type { WorkWindow } from './work-window.js';

const TUNING_MS = { warmUpMs: 1000, measureMs: 2000 };

type RateFlags = Pick<BusFlags, 'parts' | 'bullmqConcurrencies'>;

/** All cases side by side, in turns, under all conditions. */
export async function measureRates(bench: BusBench, sheet: BenchSheet, flags: RateFlags): Promise<void> {
  const { repeats, say } = bench;
  const settings = DURABILITIES.flatMap((durability) =>
    PAYLOAD_BYTES.flatMap((bytes) =>
      RATE_CASES.filter((rateCase) => flags.parts.has(rateCase)).map((rateCase) => ({ rateCase, bytes, durability })),
    ),
  );
  const backlog = new Backlog();
  const concurrencies = await tuneBullmq(bench, backlog, {
    settings,
    candidates: flags.bullmqConcurrencies,
  });
  for (let repeat = 1; repeat <= repeats; repeat += 1) {
    for (const setting of settings) {
      const name = settingName(setting);
      const concurrency = concurrencies.get(name) ?? 1;
      const window = await measureRate(bench, backlog, { ...setting, concurrency });
      say(`Round ${repeat} of ${repeats}: ${name}: ${Math.round(window.perSecond)} messages/s`);
      addWindow(sheet, name, window);
    }
  }
  for (const [name, concurrency] of concurrencies) sheet.add(`${name}: concurrency`, 'jobs', concurrency);
  judgeRates(sheet, settings);
}

/** The concurrency with which BullMQ is fastest, by the name of the setting. */
async function tuneBullmq(
  bench: BusBench,
  backlog: Backlog,
  { settings, candidates }: { settings: readonly Setting[]; candidates: readonly number[] },
): Promise<ReadonlyMap<string, number>> {
  const measured = settings.filter(({ rateCase }) => rateCase.startsWith('bullmq'));
  const [first = 1, ...others] = candidates;
  const best = new Map(measured.map((setting) => [settingName(setting), first]));
  if (others.length === 0) return best;
  for (const setting of measured) {
    const name = settingName(setting);
    let most = 0;
    for (const concurrency of candidates) {
      const { perSecond } = await measureRate({ ...bench, ...TUNING_MS }, backlog, { ...setting, concurrency });
      bench.say(`Looking for the best: ${name}, concurrency ${concurrency}: ${Math.round(perSecond)} jobs/s`);
      if (perSecond > most) best.set(name, concurrency);
      most = Math.max(most, perSecond);
    }
  }
  return best;
}

function addWindow(sheet: BenchSheet, name: string, window: WorkWindow): void {
  sheet.add(name, 'messages/s', window.perSecond);
  sheet.add(`${name}: consumer CPU`, 'µs/message', window.consumerCpuUs);
  sheet.add(`${name}: Redis CPU`, 'µs/message', window.redisCpuUs);
  sheet.add(`${name}: commands sent`, 'commands/message', window.commandsSent);
  sheet.add(`${name}: commands in scripts`, 'commands/message', window.commandsInScripts);
  sheet.add(`${name}: to Redis`, 'bytes/message', window.bytesIn);
  sheet.add(`${name}: from Redis`, 'bytes/message', window.bytesOut);
}

function judgeRates(sheet: BenchSheet, settings: readonly Setting[]): void {
  for (const { bytes, durability } of settings.filter(({ rateCase }) => rateCase === 'bus-exactly-once')) {
    const rateOf = (rateCase: RateCase): number | undefined =>
      settings.some((setting) => setting.rateCase === rateCase)
        ? sheet.value(settingName({ rateCase, bytes, durability }))
        : undefined;
    const [ours, bullmq] = [rateOf('bus-exactly-once'), rateOf('bullmq-equal')];
    const [raw, rawOutput] = [rateOf('raw'), rateOf('raw-output')];
    if (ours === undefined) continue;
    const where = conditionsName({ bytes, durability });
    if (bullmq !== undefined) {
      sheet.judge(`exactly once / BullMQ's equal work, ${where}`, ours / bullmq, { sign: '>=', limit: 2.5 });
    }
    if (raw !== undefined) {
      sheet.judge(`exactly once / raw loop, ${where}`, ours / raw, { sign: '>=', limit: 0.6 });
    }
    if (rawOutput !== undefined) {
      const name = `exactly once / raw loop with the same output, ${where}`;
      sheet.judge(name, ours / rawOutput, { sign: '>=', limit: 0.6 });
    }
  }
}
