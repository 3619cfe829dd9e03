import { BenchSheet } from '../result.js';
import type { BenchOptions } from '../run-benchmark.js';
import { BenchRedis } from './bench-redis.js';
import { makeSchema, openBenchServers } from './bench-servers.js';
import type { BusFlags } from './command-line.js';
import { measureFlatness } from './measure-flatness.js';
import { measureLatency } from './measure-latency.js';
import { measureMemory } from './measure-memory.js';
import { measureRates } from './measure-rates.js';
import { MeasuredProcesses } from './measured-process.js';
import type { BusBench } from './measured-run.js';

/** Of BullMQ's worker: far more than 2,000 messages a second need. */
const LATENCY_CONCURRENCY = 100;

/** All figures in one run. @throws Error when something could not be measured. */
export async function measureBus(options: BenchOptions, flags: BusFlags): Promise<BenchSheet> {
  const sheet = new BenchSheet();
  const servers = await openBenchServers(options);
  const redis = new BenchRedis(servers.redisUrl);
  options.closing.add(() => {
    redis.close();
  });
  await makeSchema(servers, options.root);
  const bench: BusBench = {
    ...options,
    servers,
    redis,
    processes: new MeasuredProcesses(options.closing, options.signal),
    warmUpMs: flags.warmUpSeconds * 1000,
    measureMs: flags.seconds * 1000,
    repeats: flags.repeats,
  };
  const { parts } = flags;
  await measureRates(bench, sheet, flags);
  if (parts.has('latency')) await measureLatency(bench, sheet, LATENCY_CONCURRENCY);
  await measureFlatness(bench, sheet, flags);
  if (parts.has('memory')) await measureMemory(bench, sheet, flags.memoryMessages);
  return sheet;
}
