import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SignedAdminTokens } from '@octant/platform/auth/signed-admin-tokens';
import { Secret } from '@octant/platform/config/secret';
import { systemClock } from '@octant/platform/time/system-clock';
import { describe, expect, test } from 'vitest';
import { root } from './support/local-configuration.js';

const key = 'f'.repeat(48);

async function mint(...args: readonly string[]): Promise<string> {
  const env = { ...process.env, TOKEN_SIGNING_KEY: key };
  const cli = join(root, 'scripts', 'ops_cli.js');
  return (await promisify(execFile)(process.execPath, [cli, 'token:mint', ...args], { env })).stdout.trim();
}

describe('ops token:mint', () => {
  test('makes what the agents take', async () => {
    const used = new Set<string>();
    const tokens = new SignedAdminTokens({
      key: new Secret(key),
      used: { use: (id) => Promise.resolve(used.size !== used.add(id).size), close: () => undefined },
      clock: systemClock,
    });
    const token = await mint('--scope', 'desk:halt,streams:read', '--ttl', '1m', '--name', 'jane');
    expect(await tokens.judge(token, 'pnl:reset')).toEqual({ fault: 'scope' });
    expect(await tokens.judge(token, 'streams:read')).toEqual({ name: 'jane' });
    expect(await tokens.judge(token, 'streams:read')).toEqual({ fault: 'replayed' });
  });

  test.each([
    [['--scope', 'nope'], '--scope: expected some of audit:read, desk:halt'],
    [['--scope', 'desk:halt', '--ttl', '2h'], '--ttl: expected 1s to 1h'],
    [['--scope', 'desk:halt', '--ttl', 'soon'], 'expected a duration like 30s'],
    [['--scope', 'desk:halt', '--name', 'a b'], '--name: expected a name without spaces'],
  ])('refuses %j with exit code 2', async (args, message) => {
    await expect(mint(...args)).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(message) as unknown });
  });
});
