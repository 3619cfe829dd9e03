import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const folders = ['common', 'agents', 'guardian'];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Each rule with a tree of files that breaks it; the first file is the culprit. */
const plants: readonly { rule: string; files: Readonly<Record<string, string>> }[] = [
  {
    rule: 'no-cycles',
    files: {
      'common/platform/src/time/a.ts': "import { b } from './b.js';\nexport const a = (): number => b();\n",
      'common/platform/src/time/b.ts': "import { a } from './a.js';\nexport const b = (): number => a();\n",
    },
  },
  {
    rule: 'trading-is-pure',
    files: {
      'common/trading/src/market/read.ts':
        "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
    },
  },
  {
    rule: 'trading-is-pure',
    files: {
      'common/trading/src/market/clock.ts':
        "import { now } from '@octant/platform/time/now';\nexport const at = now;\n",
      'common/platform/src/time/now.ts': 'export const now = 1;\n',
    },
  },
  {
    rule: 'platform-knows-no-trading',
    files: {
      'common/platform/src/bus/price.ts':
        "import { price } from '@octant/trading/money/price';\nexport const p = price;\n",
      'common/trading/src/money/price.ts': 'export const price = 1;\n',
    },
  },
  {
    rule: 'venue-knows-no-process',
    files: {
      'common/venue/src/venue.ts':
        "import { x } from '../../../agents/trade-executor/src/agent.js';\nexport const y = x;\n",
      'agents/trade-executor/src/agent.ts': 'export const x = 1;\n',
    },
  },
  {
    rule: 'venue-is-for-those-who-trade',
    files: {
      'agents/risk-manager/src/agent.ts': "import { x } from '@octant/venue/venue';\nexport const y = x;\n",
      'common/venue/src/venue.ts': 'export const x = 1;\n',
    },
  },
  {
    rule: 'guardian-imports-no-agent',
    files: {
      'guardian/src/guard.ts': "import { x } from '../../agents/trade-executor/src/agent.js';\nexport const y = x;\n",
      'agents/trade-executor/src/agent.ts': 'export const x = 1;\n',
    },
  },
  {
    rule: 'agents-do-not-import-agents',
    files: {
      'agents/risk-manager/src/agent.ts':
        "import { x } from '../../trade-executor/src/agent.js';\nexport const y = x;\n",
      'agents/trade-executor/src/agent.ts': 'export const x = 1;\n',
    },
  },
  {
    rule: 'handlers-have-no-io',
    files: {
      'agents/risk-manager/src/handlers/on-thing.ts':
        "import { Redis } from 'ioredis';\nexport const redis = new Redis();\n",
    },
  },
  {
    rule: 'handlers-do-not-import-handlers',
    files: {
      'agents/risk-manager/src/handlers/on-a.ts': "import { b } from './on-b.js';\nexport const a = b;\n",
      'agents/risk-manager/src/handlers/on-b.ts': 'export const b = 1;\n',
    },
  },
  {
    rule: 'routes-have-no-clients',
    files: { 'agents/risk-manager/src/routes/limits.ts': "import pg from 'pg';\nexport const pool = new pg.Pool();\n" },
  },
  {
    rule: 'adapters-know-no-handlers-or-routes',
    files: {
      'agents/risk-manager/src/adapters/table.ts': "import { b } from '../handlers/on-b.js';\nexport const a = b;\n",
      'agents/risk-manager/src/handlers/on-b.ts': 'export const b = 1;\n',
    },
  },
  {
    rule: 'tests-stay-out-of-the-product',
    files: {
      'common/platform/src/time/a.ts': "import { b } from './b.test.js';\nexport const a = b;\n",
      'common/platform/src/time/b.test.ts': 'export const b = 1;\n',
    },
  },
];

let tree: string;

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'octant-rules-'));
  await cp(join(root, '.dependency-cruiser.js'), join(tree, '.dependency-cruiser.js'));
  await cp(join(root, 'tsconfig.check.json'), join(tree, 'tsconfig.check.json'));
  await cp(join(root, 'tsconfig.base.json'), join(tree, 'tsconfig.base.json'));
  await writeFile(join(tree, 'package.json'), '{ "type": "module" }');
  await symlink(join(root, 'node_modules'), join(tree, 'node_modules'));
});

afterAll(() => rm(tree, { recursive: true, force: true }));

async function violationsIn(files: Readonly<Record<string, string>>): Promise<readonly Violation[]> {
  await Promise.all(folders.map((folder) => rm(join(tree, folder), { recursive: true, force: true })));
  await Promise.all(folders.map((folder) => mkdir(join(tree, folder))));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const binary = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [binary, ...folders, '--config', '.dependency-cruiser.js', '--output-type', 'json'];
  const { stdout } = await run(process.execPath, args, { cwd: tree, maxBuffer: 64 * 1024 * 1024 });
  return (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
}

describe('the import rules', () => {
  it.each(plants)('catch what breaks $rule', async ({ rule, files }) => {
    const culprit = Object.keys(files)[0];
    const found = (await violationsIn(files)).map((violation) => ({ rule: violation.rule.name, from: violation.from }));
    expect(found).toContainEqual({ rule, from: culprit });
  });

  it('let a tree pass that keeps them', async () => {
    const files = {
      'common/trading/src/money/price.ts': "import { z } from 'zod';\nexport const price = z.string();\n",
      'common/trading/src/cel/parse.ts':
        "import { parse } from '@marcbachmann/cel-js';\nexport const parsed = parse;\n",
      'agents/risk-manager/src/handlers/on-thing.ts':
        "import { price } from '@octant/trading/money/price';\nexport const p = price;\n",
    };
    expect(await violationsIn(files)).toEqual([]);
  });
});
