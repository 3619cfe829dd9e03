import { describe, expect, it } from 'vitest';
import { isPoison, rootOf, rootsOf, type RootPlan } from './roots.js';

const plan: RootPlan = { seed: 7, messages: 20_000, rebuildable: false };

describe('the roots', () => {
  const roots = rootsOf(plan);

  it('are a function of seed and number', () => {
    expect(rootOf(plan, 4_711)).toEqual(roots[4_711]);
    expect(rootOf({ ...plan, seed: 8 }, 4_711)).not.toEqual(roots[4_711]);
  });

  it('have each an id of its own', () => {
    expect(new Set(roots.map(({ id }) => id)).size).toBe(20_000);
  });

  it('are poisonous to about two in a hundred, of every sort', () => {
    const poisonous = roots.filter(isPoison);
    expect(poisonous.length).toBeGreaterThan(300);
    expect(poisonous.length).toBeLessThan(500);
    expect(new Set(poisonous.map(({ fate }) => fate))).toEqual(
      new Set(['permanent', 'throws', 'unparseable', 'killer']),
    );
    expect(roots.filter(({ fate }) => fate === 'killer')).toHaveLength(5);
  });

  it('never add a poisonous message twice past the bus', () => {
    expect(roots.filter((root) => isPoison(root) && root.publishing === 'raw_twice')).toEqual([]);
  });

  it('never go past the bus when they must be rebuilt', () => {
    const rebuildable = rootsOf({ ...plan, rebuildable: true });
    expect(rebuildable.filter(({ publishing }) => publishing.startsWith('raw'))).toEqual([]);
  });
});
