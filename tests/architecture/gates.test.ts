import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { check, resolveConfig } from 'prettier';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const file = (path: string): string => `${root}${path}`;

// With CI=true the parser would read each file once from the disk, and never see the planted text.
process.env['TSESTREE_SINGLE_RUN'] = 'false';

describe('the lint gate', () => {
  const eslint = new ESLint({ cwd: root });
  const planted = [
    {
      rule: 'no-restricted-properties',
      path: 'common/trading/src/money/decimal.ts',
      code: 'export const now = Date.now();\n',
    },
    {
      rule: 'no-restricted-globals',
      path: 'common/trading/src/money/decimal.ts',
      code: 'setTimeout(() => undefined, 1);\n',
    },
    { rule: 'no-restricted-syntax', path: 'common/platform/src/errors/errors.ts', code: 'export default 1;\n' },
    {
      rule: 'no-restricted-properties',
      path: 'common/platform/src/errors/errors.ts',
      code: 'export const e = process.env.HOME;\n',
    },
    {
      rule: '@typescript-eslint/no-explicit-any',
      path: 'common/platform/src/errors/errors.ts',
      code: 'export const e: any = 1;\n',
    },
    {
      rule: '@typescript-eslint/no-floating-promises',
      path: 'common/platform/src/errors/errors.ts',
      code: 'export function f(): void {\n  Promise.resolve(1);\n}\n',
    },
    {
      rule: 'max-params',
      path: 'common/platform/src/errors/errors.ts',
      code: 'export const f = (a: 1, b: 1, c: 1, d: 1) => [a, b, c, d];\n',
    },
  ];

  it.each(planted)(
    'reports $rule in $path',
    async ({ rule, path, code }) => {
      const [result] = await eslint.lintText(code, { filePath: file(path) });
      expect(result?.messages.map(({ ruleId }) => ruleId)).toContain(rule);
    },
    60_000,
  );
});

describe('the format gate', () => {
  it('refuses double quotes and accepts the house style', async () => {
    const options = await resolveConfig(file('common/platform/src/errors/errors.ts'));
    expect(await check('const a = "b";\n', { ...options, parser: 'typescript' })).toBe(false);
    expect(await check("const a = 'b';\n", { ...options, parser: 'typescript' })).toBe(true);
  });
});

describe('the type gate', () => {
  it('is strict about absent elements, absent properties and enums', () => {
    const { options } = ts.parseJsonConfigFileContent(
      ts.readConfigFile(file('tsconfig.check.json'), (path) => ts.sys.readFile(path)).config,
      ts.sys,
      root,
    );
    const problemsOf = (code: string): readonly number[] => {
      const host = ts.createCompilerHost({ ...options, types: [] });
      const read = host.getSourceFile.bind(host);
      host.getSourceFile = (name, target) =>
        name === 'plant.ts' ? ts.createSourceFile(name, code, target) : read(name, target);
      const program = ts.createProgram(['plant.ts'], { ...options, types: [] }, host);
      return ts.getPreEmitDiagnostics(program).map(({ code: number }) => number);
    };
    expect(problemsOf('export const a: number = [1][0];\n')).toEqual([2322]);
    expect(problemsOf('export const a: { b?: number } = { b: undefined };\n')).toEqual([2375]);
    expect(problemsOf('export enum E { A }\n')).toEqual([1294]);
    expect(problemsOf('export const a: number | undefined = [1][0];\n')).toEqual([]);
  });
});
