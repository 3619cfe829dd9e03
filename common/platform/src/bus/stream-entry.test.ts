import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type StreamEntry, parsePayload, readHeader, readSwept } from './stream-entry.js';

const schema = z.looseObject({ legs: z.array(z.looseObject({ qty: z.string() })) });

function anEntry(...fields: string[]): StreamEntry {
  return { stream: 'orders', entryId: '5-1', fields, deliveries: 1, dueAtMs: 0, counted: 0, transient: 0 };
}

describe('stream entries', () => {
  it('have a message id of their own even when somebody else’s program added them', () => {
    expect(readHeader(anEntry('data', '{}')).messageId).toBe('entry:orders:5-1');
    expect(readHeader(anEntry('id', '', 'data', '{}')).messageId).toBe('entry:orders:5-1');
    expect(readHeader(anEntry('data', '{}', 'id', 'o-1', 'group', 'exec'))).toMatchObject({
      messageId: 'o-1',
      data: '{}',
      onlyGroup: 'exec',
      schemaVersion: '1',
    });
  });

  it('keep fields that the schema does not know', () => {
    const data = JSON.stringify({ legs: [{ qty: '1', extra: 2 }], more: true });
    expect(parsePayload(readHeader(anEntry('data', data)), schema).payload).toEqual(JSON.parse(data));
  });

  it('are refused with the field and the expectation named', () => {
    const parse =
      (...fields: string[]) =>
      () =>
        parsePayload(readHeader(anEntry(...fields)), schema);
    expect(parse('legs', '[]')).toThrow('expected a field "data", was none');
    expect(parse('data', 'x'.repeat(100))).toThrow(/was "x{80}" and 20 characters more/);
    expect(parse('data', '{"legs": [{"qty": 1}]}')).toThrow(/wrong in legs\.0\.qty: .*expected string/);
    expect(parse('data', 'null')).toThrow(/wrong in data: .*expected object/);
  });

  it('are refused in a message of bounded length, however much is wrong with them', () => {
    const legs = Array.from({ length: 5_000 }, () => ({ qty: 1 }));
    const refused = () => parsePayload(readHeader(anEntry('data', JSON.stringify({ legs }))), schema);
    expect(refused).toThrow(/legs\.9\.qty: [^;]*; and in 4990 more$/);
    const names = z.record(z.string(), z.number());
    const longName = JSON.stringify({ ['n'.repeat(100_000)]: 'x' });
    expect(() => parsePayload(readHeader(anEntry('data', longName)), names)).toThrow(/^.{100,300}$/);
  });

  it('bring their failures and due time along when they are taken over', () => {
    const swept = readSwept('orders', [
      '5-2',
      0,
      [
        ['5-1', ['data', '{}'], 3, '1700000000000', '{"counted":2,"transient":1,"firstMs":1,"attempt":"a"}'],
        ['5-2', ['data', '{}'], 2, '', ''],
      ],
    ]);
    expect(swept).toEqual([
      { ...anEntry('data', '{}'), deliveries: 3, dueAtMs: 1_700_000_000_000, counted: 2, transient: 1 },
      { ...anEntry('data', '{}'), entryId: '5-2', deliveries: 2 },
    ]);
  });
});
