import { expect, test } from 'vitest';
import { parseRedisFigures } from './redis-figures.js';
import { workBetween, type Reading } from './work-window.js';

const INFO = [
  '# CPU',
  'used_cpu_sys:1.500000',
  'used_cpu_user:2.250000',
  '# Stats',
  'total_net_input_bytes:1000',
  'total_net_output_bytes:500',
  '# Memory',
  'used_memory:4096',
  '# Commandstats',
  'cmdstat_xreadgroup:calls=10,usec=100,usec_per_call=10.00,rejected_calls=0,failed_calls=0',
  'cmdstat_xinfo|groups:calls=7,usec=7,usec_per_call=1.00,rejected_calls=0,failed_calls=0',
].join('\r\n');

function aReading(changes: {
  atMs: number;
  done: number;
  consumerCpuUs?: number;
  redisCpuUs?: number;
  calls?: Readonly<Record<string, number>>;
  bytesIn?: number;
  bytesOut?: number;
}): Reading {
  const { atMs, done, consumerCpuUs = 0, redisCpuUs = 0, calls = {}, bytesIn = 0, bytesOut = 0 } = changes;
  return {
    atMs,
    progress: { done, waiting: 1 },
    consumerCpuUs,
    redis: { cpuUs: redisCpuUs, bytesIn, bytesOut, memoryBytes: 0, calls: new Map(Object.entries(calls)) },
  };
}

test('the figures of Redis are read out of INFO', () => {
  expect(parseRedisFigures(INFO)).toEqual({
    cpuUs: 3_750_000,
    bytesIn: 1000,
    bytesOut: 500,
    memoryBytes: 4096,
    calls: new Map([
      ['xreadgroup', 10],
      ['xinfo|groups', 7],
    ]),
  });
});

test('INFO without a figure is refused by its name', () => {
  expect(() => parseRedisFigures('used_cpu_sys:1')).toThrow('expected INFO with a number used_cpu_user');
});

test('work is counted a message, and time stands still outside of the window', () => {
  const before = aReading({ atMs: 1_000, done: 500, consumerCpuUs: 7_000, redisCpuUs: 10, bytesIn: 5, bytesOut: 3 });
  const after = aReading({
    atMs: 3_000,
    done: 1_500,
    consumerCpuUs: 27_000,
    redisCpuUs: 5_010,
    bytesIn: 80_005,
    bytesOut: 40_003,
    calls: { xreadgroup: 10, xack: 1_000 },
  });
  expect(workBetween(before, after)).toEqual({
    perSecond: 500,
    consumerCpuUs: 20,
    redisCpuUs: 5,
    commandsSent: 1.01,
    commandsInScripts: 0,
    bytesIn: 80,
    bytesOut: 40,
  });
});

test('with scripts, what they call is told from what clients send; the measurement itself is not counted', () => {
  const before = aReading({ atMs: 0, done: 0, calls: { evalsha: 4, xack: 100 } });
  const after = aReading({
    atMs: 1_000,
    done: 100,
    calls: { evalsha: 14, xack: 200, xadd: 100, xreadgroup: 10, info: 2, 'xinfo|groups': 50 },
  });
  expect(workBetween(before, after)).toMatchObject({ commandsSent: 0.2, commandsInScripts: 2 });
});

test('a window in which nothing was done is no measurement', () => {
  expect(() => workBetween(aReading({ atMs: 0, done: 5 }), aReading({ atMs: 1_000, done: 5 }))).toThrow('was 0');
});
