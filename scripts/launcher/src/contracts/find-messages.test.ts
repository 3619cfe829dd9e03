import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { findPublishes } from './find-publishes.js';
import { findSubscriptions } from './find-subscriptions.js';
import type { SourceFile } from './source-tree.js';

function aFile(text: string): SourceFile {
  const path = 'agents/some/src/agent.ts';
  return { path, tree: ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true) };
}

describe('publishes', () => {
  const found = (text: string) => findPublishes([aFile(text)]);
  const file = 'agents/some/src/agent.ts';

  test('are the messages with a stream and a payload, with how their ids begin', () => {
    expect(found("push({ stream: 'a.b', type: 't', id: `x:${id}`, payload });")).toEqual([
      { stream: 'a.b', file, type: 't', idHead: 'x:' },
    ]);
    expect(found("const m = { stream: 'a.b', type: kind, id, payload: {} };")).toEqual([
      { stream: 'a.b', file, type: undefined, idHead: '' },
    ]);
    expect(found("const m = { stream: 'a.b', type: 't', payload };")).toMatchObject([{ idHead: undefined }]);
  });

  test('are no subscriptions, figures, or copies of a message', () => {
    expect(found("const s = subscription({ stream: 'a.b', group, handle }); const f = { stream, total };")).toEqual([]);
    expect(found('const m = { stream: row.stream, payload: row.payload };')).toEqual([]);
    expect(found('const copy = ({ stream, id, payload }: Message) => ({ stream, id, payload });')).toEqual([]);
  });

  test('must name their stream', () => {
    const hidden = 'function send(stream: string, payload: object) {\n  return { stream, type: "t", payload };\n}';
    expect(() => found(hidden)).toThrow(
      "agents/some/src/agent.ts:2: expected the stream's name in the message, was stream",
    );
  });
});

describe('subscriptions', () => {
  const found = (text: string) => findSubscriptions(aFile(text));
  const imports = "import { onA } from './handlers/on-a.js';\nimport { onB } from './handlers/on-b.js';\n";

  test('lead to the files of their handlers, called there, made there, or held by a constant', () => {
    const handlers = ['agents/some/src/handlers/on-a.ts'];
    const expected = [{ stream: 'a.b', handlers }];
    expect(found(`${imports}subscription({ stream: 'a.b', handle: onA(desk) });`)).toEqual(expected);
    expect(found(`${imports}subscription({ stream: 'a.b', handle: (m) => onA(m, parts) });`)).toEqual(expected);
    expect(
      found(`${imports}const a = onA(parts);\nsubscription({ stream: 'a.b', handle(m) { return a(m); } });`),
    ).toEqual(expected);
  });

  test('that a function makes are one a call', () => {
    const maker = 'const on = (stream, handle) => subscription({ stream, handle, group });\n';
    expect(found(`${imports}${maker}on('a.b', onA(desk));\non('c.d', onB(desk));`)).toEqual([
      { stream: 'a.b', handlers: ['agents/some/src/handlers/on-a.ts'] },
      { stream: 'c.d', handlers: ['agents/some/src/handlers/on-b.ts'] },
    ]);
  });

  test('must name their stream and have a handler', () => {
    expect(() => found(`${imports}subscription({ stream: name, handle: onA(desk) });`)).toThrow('expected the name');
    expect(() => found("subscription({ stream: 'a.b', handle: () => ({}) });")).toThrow('expected a handler');
  });
});
