import { describe, expect, it } from 'vitest';
import { isAtLeast, spellSeconds } from './ages.js';

describe('isAtLeast', () => {
  it.each([
    ['v20.19.0', '20.19.0', true],
    ['20.9.0', '20.19.0', false],
    ['24', '20.19.0', true],
    ['2.26.1-4', '2.20', true],
    ['7.0.15', '7.0', true],
    ['6.2', '7.0', false],
  ])('holds %s against %s: %s', (version, least, expected) => {
    expect(isAtLeast(version, least)).toBe(expected);
  });
});

describe('spellSeconds', () => {
  it('takes the unit that an operator reads at a glance', () => {
    expect([90, 3600, 47 * 3600, 72 * 3600].map(spellSeconds)).toEqual(['2 min', '1.0 h', '47.0 h', '3.0 days']);
  });
});
