import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { deriveOutputId, digestOf } from './message-id.js';

describe('message ids', () => {
  it('derive from the input’s id and the output’s index', () => {
    expect([0, 1].map((index) => deriveOutputId('candles:s1:1h:0:closed', index))).toEqual([
      'candles:s1:1h:0:closed/0',
      'candles:s1:1h:0:closed/1',
    ]);
  });

  it('stay short however long the chain of causes is, and stay different', () => {
    const ids = new Set<string>();
    let id = 'root';
    for (let hop = 0; hop < 1_000; hop += 1) {
      id = deriveOutputId(id, hop % 3);
      expect(id.length).toBeLessThanOrEqual(256);
      ids.add(id);
    }
    expect(ids.size).toBe(1_000);
  });

  it('have a digest that is the first half and more of their SHA-1', () => {
    const digest = digestOf('order-1');
    expect(createHash('sha1').update('order-1').digest('hex').startsWith(digest)).toBe(true);
    expect(digest).toHaveLength(24);
  });
});
