import { expect, test } from 'vitest';
import { z } from 'zod';
import { findDifference } from './find-difference.js';
import { payloadVariants } from './payload-fields.js';

test('fields are listed with type, need and meaning, nested ones below theirs', () => {
  const schema = z.looseObject({
    side: z.enum(['buy', 'sell']).describe('Side.'),
    ratio: z.number().min(0).max(1).nullable(),
    count: z.number().int().positive().optional(),
    legs: z.array(z.looseObject({ qty: z.string().meta({ title: 'decimal string' }) })),
  });
  expect(payloadVariants(schema)).toEqual([
    {
      type: undefined,
      meaning: '',
      fields: [
        { path: 'side', type: '`buy`, `sell`', required: true, meaning: 'Side.' },
        { path: 'ratio', type: 'number from 0 to 1 or null', required: true, meaning: '' },
        { path: 'count', type: 'integer above 0', required: false, meaning: '' },
        { path: 'legs', type: 'list of object', required: true, meaning: '' },
        { path: 'legs[].qty', type: 'decimal string', required: true, meaning: '' },
      ],
    },
  ]);
});

test('a union has one variant for each value of type', () => {
  const schema = z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('a') }).describe('First.'),
    z.looseObject({ type: z.literal('b'), more: z.boolean() }),
  ]);
  expect(payloadVariants(schema).map(({ type, meaning, fields }) => [type, meaning, fields.length])).toEqual([
    ['a', 'First.', 1],
    ['b', '', 2],
  ]);
});

test('a difference is shown from its first line, also when one text only goes on', () => {
  expect(findDifference('a\nb\nc', 'a\nx\nc')).toBe(
    'They differ from line 2 on (- the file, + the code):\n- b\n- c\n+ x\n+ c',
  );
  expect(findDifference('a', 'a\nb')).toBe('They differ from line 2 on (- the file, + the code):\n+ b');
  expect(findDifference('a', 'a')).toBeUndefined();
});
