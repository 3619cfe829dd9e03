import { describe, expect, it } from 'vitest';
import { findFreeRow, isPortFree, portsForServers } from './free-port.js';

describe('portsForServers', () => {
  it.each([
    ['below the range of Linux', { from: 32_768, to: 60_999 }, { from: 10_100, to: 32_767 }],
    ['above a range that begins low', { from: 1_024, to: 40_000 }, { from: 40_001, to: 65_535 }],
    ['anywhere when the range leaves nothing', { from: 1_024, to: 65_535 }, { from: 10_100, to: 65_535 }],
    ['below the usual ranges when none is told', undefined, { from: 10_100, to: 32_767 }],
  ])('are %s', (_, outgoing, expected) => {
    expect(portsForServers(outgoing)).toEqual(expected);
  });
});

describe('findFreeRow', () => {
  it('gives neighbouring ports that are all free', async () => {
    const base = await findFreeRow(8);
    const free = await Promise.all(Array.from({ length: 8 }, (_, index) => isPortFree(base + index)));
    expect(free).toEqual(Array.from({ length: 8 }, () => true));
  });
});
