import type { TestDesk } from './desk.js';

export interface LetterFields {
  readonly id: string;
  readonly type?: string;
  readonly group?: string;
  readonly code?: string;
  readonly reason?: string;
  /** Entry id of the letter; default: now. */
  readonly entryId?: string;
}

/** Adds dead letters as the bus writes them, many at a time, and the groups that they are for; answers their ids. */
export async function addLetters(
  desk: Pick<TestDesk, 'redis' | 'key'>,
  stream: string,
  letters: readonly LetterFields[],
): Promise<string[]> {
  for (const group of new Set(letters.map((letter) => letter.group ?? 'workers'))) {
    await desk.redis.xgroup('CREATE', desk.key(stream), group, '0', 'MKSTREAM').catch(() => undefined);
  }
  const ids: string[] = [];
  for (let start = 0; start < letters.length; start += 1_000) {
    const pipeline = desk.redis.pipeline();
    for (const letter of letters.slice(start, start + 1_000)) {
      pipeline.xadd(desk.key(`${stream}.dlq`), letter.entryId ?? '*', ...fieldsOf(stream, letter));
    }
    for (const [error, id] of (await pipeline.exec()) ?? []) {
      if (error !== null) throw error;
      ids.push(String(id));
    }
  }
  return ids;
}

function fieldsOf(stream: string, letter: LetterFields): string[] {
  const { id, type = 'work', group = 'workers', code = 'unexpected', reason = 'failures' } = letter;
  const fields = {
    ...{ data: JSON.stringify({ key: 'a', n: 1 }), id, type, v: '1', traceparent: '' },
    ...{ stream, entryId: '1-1', group, consumer: 'worker', deliveries: '5', effect: 'not_committed' },
    error: JSON.stringify({ class: 'Error', code, message: 'expected a test, was one', stackHash: '0' }),
    original: JSON.stringify(['id', id, 'type', type, 'v', '1', 'kept', 'as it was']),
    ...{ reason, failures: '5', firstFailedAtMs: '1700000000000', lastFailedAtMs: '1700000001000' },
  };
  return Object.entries(fields).flat();
}

/** Everything that Redis holds of the desk, to be compared: its keys with their contents. */
export async function snapshot(desk: TestDesk): Promise<Record<string, string>> {
  const keys = (await desk.redis.keys(`${desk.prefix}*`)).sort();
  const contents = await Promise.all(keys.map((key) => desk.redis.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, index) => [key, contents[index]?.toString('base64') ?? '']));
}
