import { expect, test } from 'vitest';
import type { ToolAnswer } from '../hubs/hub-port.js';
import { boundOutput } from './bound-output.js';

const text = (body: string) => ({ type: 'text', text: body });

function anAnswer(fields: Partial<ToolAnswer> = {}): ToolAnswer {
  return { isError: false, content: [text('hello')], ...fields };
}

test('an answer that fits is left whole', () => {
  const answer = anAnswer({ structuredContent: { a: 1 } });
  expect(boundOutput(answer, 1000)).toEqual({ content: answer.content, structuredContent: { a: 1 }, truncated: false });
});

test('structured content goes first', () => {
  const answer = anAnswer({ structuredContent: { a: 'x'.repeat(1000) } });
  expect(boundOutput(answer, 256)).toEqual({ content: answer.content, truncated: true });
});

test('a long text is cut to the size that is left, counted as JSON', () => {
  for (const letter of ['x', '"', 'ü', '\n']) {
    const { content, truncated } = boundOutput(anAnswer({ content: [text('first'), text(letter.repeat(5000))] }), 500);
    const size = Buffer.byteLength(JSON.stringify({ content }));
    expect(truncated).toBe(true);
    expect(content[0]).toEqual(text('first'));
    expect(size).toBeLessThanOrEqual(500);
    expect(size).toBeGreaterThan(480);
  }
});

test('a picture that does not fit is left out, and what follows stays', () => {
  const picture = { type: 'image', data: 'A'.repeat(5000), mimeType: 'image/png' };
  expect(boundOutput(anAnswer({ content: [picture, text('after')] }), 500)).toEqual({
    content: [text('after')],
    truncated: true,
  });
});
