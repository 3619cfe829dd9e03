import { describe, expect, it } from 'vitest';
import { Lanes } from './lanes.js';

function aStep() {
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return { finished, finish };
}

describe('Lanes', () => {
  it('runs works of one key one after the other, and other keys beside them', async () => {
    const lanes = new Lanes();
    const log: string[] = [];
    const first = aStep();
    const a1 = lanes.run('a', async () => {
      log.push('a1 begins');
      await first.finished;
      log.push('a1 ends');
    });
    const a2 = lanes.run('a', () => Promise.resolve(log.push('a2')));
    await lanes.run('b', () => Promise.resolve(log.push('b1')));
    first.finish();
    await Promise.all([a1, a2]);
    expect(log).toEqual(['a1 begins', 'b1', 'a1 ends', 'a2']);
  });

  it('hands a failure to whoever asked for the work, and goes on with the next', async () => {
    const lanes = new Lanes();
    const failed = lanes.run('a', () => Promise.reject(new Error('expected luck, was none')));
    const next = lanes.run('a', () => Promise.resolve('done'));
    await expect(failed).rejects.toThrow('expected luck, was none');
    expect(await next).toBe('done');
  });

  it('counts works behind a held head, and forgets keys that are through', async () => {
    const lanes = new Lanes();
    const head = aStep();
    const works = [
      lanes.run('a', () => head.finished),
      lanes.run('a', () => Promise.resolve()),
      lanes.run('a', () => Promise.resolve()),
      lanes.run('b', () => head.finished),
      lanes.run('b', () => Promise.resolve()),
    ];
    lanes.hold('a', true);
    expect({ heldBack: lanes.heldBack, size: lanes.size }).toEqual({ heldBack: 2, size: 2 });
    lanes.hold('a', false);
    expect(lanes.heldBack).toBe(0);
    head.finish();
    await Promise.all(works);
    await Promise.resolve();
    expect(lanes.size).toBe(0);
  });
});
