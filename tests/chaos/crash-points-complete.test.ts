import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { crashPoints } from '@octant/platform/bus/crash-points';
import { RedisScripts, type ScriptName } from '@octant/platform/bus/redis-scripts';
import { systemClock } from '@octant/platform/time/system-clock';
import { findCalledPoints, findCommands, findScripts } from './crash-points/find-commands.js';
import { reviewedCommands, reviewedScripts } from './crash-points/reviewed-commands.js';

const points = Object.keys(crashPoints);

describe('the list of crash points is whole', () => {
  it('every command of bus and effects is a script, or between two crash points, or reviewed to need none', () => {
    const places = new Set(findCommands().flatMap(({ place, isScript }) => (isScript ? [] : [place])));
    expect([...places].sort()).toEqual(Object.keys(reviewedCommands).sort());
    const brackets = Object.values(reviewedCommands).filter((review) => typeof review !== 'string');
    expect(points).toEqual(expect.arrayContaining(brackets.flat()));
  });

  it('every script is between two crash points, or reviewed to need none', async () => {
    const without: string[] = [];
    for (const name of findScripts()) {
      const passed = await pointsAround(name as ScriptName);
      if (passed.length === 0) without.push(name);
      else expect({ name, passed: passed.length }).toEqual({ name, passed: 2 });
    }
    expect(without).toEqual(Object.keys(reviewedScripts));
  });

  it('every crash point is called somewhere', () => {
    const called = findCalledPoints();
    expect(points.filter((point) => !called.has(point))).toEqual([]);
  });
});

/** Crash points that a run of the script passes, the command between them. */
async function pointsAround(name: ScriptName): Promise<string[]> {
  const passed: string[] = [];
  const connection = {
    defineCommand: (command: string) => {
      Reflect.set(connection, command, () => {
        expect(passed.length).toBeLessThanOrEqual(1);
        return Promise.resolve(null);
      });
    },
  };
  const scripts = new RedisScripts(connection as unknown as Redis, systemClock, (point) => {
    passed.push(point);
    return undefined;
  });
  await scripts.run(name, [], []);
  return passed;
}
