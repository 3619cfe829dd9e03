import { describe, expect, it } from 'vitest';
import { compareEntryIds } from './entry-id.js';

describe('entry ids', () => {
  it('are in the order of their times, then of their sequence numbers, as numbers', () => {
    const ids = ['10-0', '9-10', '9-9', '10-2', '10-10', '9-0', '9-10'];
    expect([...ids].sort(compareEntryIds)).toEqual(['9-0', '9-9', '9-10', '9-10', '10-0', '10-2', '10-10']);
  });
});
