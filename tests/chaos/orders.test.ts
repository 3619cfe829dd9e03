import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ChaosOrdersResult } from '../../scripts/launcher/src/chaos-orders/result.js';

const program = fileURLToPath(new URL('../../scripts/chaos-orders.js', import.meta.url));

/** The command itself, as a user runs it. */
function runCommand(...args: readonly string[]): Promise<{ code: number | null; printed: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [program, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, printed: stdout + stderr });
    });
  });
}

describe('the chaos of orders', () => {
  it('finds each order once at the exchange and each fill once in the books, whatever dies and fails', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'octant-orders-'));
    try {
      const file = join(folder, 'out.json');
      const { code, printed } = await runCommand(...'--quick --seed 3 --orders 32 --faults 8 --json'.split(' '), file);
      expect({ code, printed }).toMatchObject({ code: 0 });
      const { ok, wrong, venues, crashPoints } = JSON.parse(readFileSync(file, 'utf8')) as ChaosOrdersResult;
      expect({ ok, wrong }).toEqual({ ok: true, wrong: [] });
      expect(Object.keys(venues)).toEqual(['binance', 'kraken']);
      expect(Object.keys(crashPoints).length).toBeGreaterThan(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('ends with 2 for a value that cannot be, naming the flag', async () => {
    const { code, printed } = await runCommand('--faults', 'many');
    expect(code).toBe(2);
    expect(printed).toContain("'--faults <n>'");
  });
});
