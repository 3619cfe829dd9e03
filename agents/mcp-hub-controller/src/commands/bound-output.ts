import type { ToolAnswer } from '../hubs/hub-port.js';

export interface BoundedOutput {
  readonly content: readonly Readonly<Record<string, unknown>>[];
  readonly structuredContent?: Readonly<Record<string, unknown>>;
  readonly truncated: boolean;
}

/**
 * The answer, or as much of it as `mostBytes` of JSON hold: first the structured content goes, then texts are cut, and a
 * block of another kind that does not fit is left out.
 */
export function boundOutput(answer: ToolAnswer, mostBytes: number): BoundedOutput {
  const { content, structuredContent } = answer;
  const whole = { content, ...(structuredContent === undefined ? {} : { structuredContent }) };
  if (sizeOf(whole) <= mostBytes) return { ...whole, truncated: false };
  const kept: Readonly<Record<string, unknown>>[] = [];
  let left = mostBytes - sizeOf({ content: [] });
  for (const block of content) {
    const size = sizeOf(block) + 1;
    if (size <= left) {
      kept.push(block);
      left -= size;
      continue;
    }
    const text = block['text'];
    if (block['type'] !== 'text' || typeof text !== 'string') continue;
    const room = left - sizeOf({ ...block, text: '' }) - 1;
    if (room <= 0) break;
    kept.push({ ...block, text: cutToJsonBytes(text, room) });
    break;
  }
  return {
    content: kept,
    truncated: structuredContent !== undefined || kept.length < content.length || isCut(kept, content),
  };
}

function isCut(kept: readonly unknown[], content: readonly unknown[]): boolean {
  return kept.at(-1) !== content[kept.length - 1];
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Longest beginning of `text` whose JSON string body has at most `bytes` bytes. */
function cutToJsonBytes(text: string, bytes: number): string {
  let low = 0;
  let high = Math.min(text.length, bytes);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(text.slice(0, middle)) - 2 <= bytes) low = middle;
    else high = middle - 1;
  }
  return text.slice(0, low);
}
