import { TransientError } from '@octant/platform/errors/errors';
import { describe, expect, it } from 'vitest';
import { SharedTurns, type Turn } from './shared-turns.js';

interface Named {
  readonly name: string;
  readonly size: number;
}

const named = (name: string, size = 1): Named => ({ name, size });

/** Turns that end when they are told to, and a list of them. */
function aTurn(bad: Readonly<Record<string, Error>> = {}) {
  const turns: string[] = [];
  const ends: (() => void)[] = [];
  const act: Turn<Named> = async (members) => {
    const names = members.map(({ name }) => name);
    turns.push(names.join(' '));
    if (turns.length === 1) await new Promise<void>((resolve) => ends.push(resolve));
    const failure = names.flatMap((name) => bad[name] ?? []).at(0);
    if (failure !== undefined) throw failure;
  };
  return { turns, act, end: () => ends[0]?.() };
}

async function runAll(members: readonly Named[], bad: Readonly<Record<string, Error>> = {}) {
  const { turns, act, end } = aTurn(bad);
  const queue = new SharedTurns<Named>();
  const runs = members.map((member) => queue.run(member, act));
  const ends = Promise.allSettled(runs);
  end();
  return { turns, ends: (await ends).map((each) => (each.status === 'rejected' ? String(each.reason) : 'done')) };
}

describe('SharedTurns', () => {
  it('begins at once, and lets what comes meanwhile share the next turn', async () => {
    expect(await runAll([named('a'), named('b'), named('c')])).toEqual({
      turns: ['a', 'b c'],
      ends: ['done', 'done', 'done'],
    });
  });

  it('leaves what does not fit into a turn to the next one, and takes a large one alone', async () => {
    const { turns } = await runAll([named('a'), named('b', 60), named('c', 5), named('d', 99), named('e')]);
    expect(turns).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('gives each member of a turn that failed one of its own, so that the bad one fails alone', async () => {
    const bad = { c: new Error('bad') };
    expect(await runAll([named('a'), named('b'), named('c'), named('d')], bad)).toEqual({
      turns: ['a', 'b c d', 'b', 'c', 'd'],
      ends: ['done', 'done', 'Error: bad', 'done'],
    });
  });

  it('tries nobody alone while Postgres is away', async () => {
    const away = new TransientError('away', { code: 'postgres_unavailable' });
    const { turns, ends } = await runAll([named('a'), named('b'), named('c')], { b: away });
    expect([turns, ends[0], ends[1] === ends[2]]).toEqual([['a', 'b c'], 'done', true]);
  });

  it('goes on after a failure', async () => {
    const { act, end } = aTurn({ a: new Error('bad') });
    const queue = new SharedTurns<Named>();
    const first = queue.run(named('a'), act);
    end();
    await expect(first).rejects.toThrow('bad');
    await expect(queue.run(named('b'), act)).resolves.toBeUndefined();
  });
});
