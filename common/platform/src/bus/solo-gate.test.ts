import { describe, expect, it } from 'vitest';
import { SoloGate } from './solo-gate.js';

const never = new Promise<never>(() => undefined);

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

describe('the solo gate', () => {
  it('lets a crowd in at once while nobody wants to be alone', () => {
    const gate = new SoloGate();
    expect([gate.enter(), gate.enter()]).toEqual([undefined, undefined]);
  });

  it('waits for the crowd to leave, keeps newcomers out meanwhile, and lets them in afterwards', async () => {
    const gate = new SoloGate();
    const seen: string[] = [];
    void gate.enter();
    const alone = gate.enterAlone(never).then((was) => seen.push(`alone ${String(was)}`));
    const newcomer = gate.enter()?.then(() => seen.push('newcomer'));
    await settled();
    expect(seen).toEqual([]);
    gate.leave();
    await alone;
    await settled();
    expect(seen).toEqual(['alone true']);
    gate.leaveAlone();
    await newcomer;
    expect(seen).toEqual(['alone true', 'newcomer']);
  });

  it('runs those who want to be alone one after the other', async () => {
    const gate = new SoloGate();
    const seen: number[] = [];
    const first = gate.enterAlone(never).then(() => seen.push(1));
    const second = gate.enterAlone(never).then(() => seen.push(2));
    await first;
    await settled();
    expect(seen).toEqual([1]);
    gate.leaveAlone();
    await second;
    expect(seen).toEqual([1, 2]);
  });

  it('gives up being alone when the crowd does not leave in time, and joins it', async () => {
    const gate = new SoloGate();
    void gate.enter();
    expect(await gate.enterAlone(Promise.resolve())).toBe(false);
    expect(gate.enter()).toBe(undefined);
  });
});
