import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Program } from '../servers/server-plan.js';
import { nextBackoffMs } from './backoff.js';
import { LogFile } from './log-file.js';
import { endOrphans } from './orphans.js';
import { writeRecord } from './process-record.js';
import { isProcess } from './process-table.js';
import { takeFolder } from './single-instance.js';
import { describeDeath, SupervisedProcess, type Death } from './supervised-process.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'octant-supervise-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function aProgram(script: string): Program {
  return {
    command: process.execPath,
    args: ['-e', script, folder],
    env: process.env,
    cwd: folder,
    stopSignal: 'SIGTERM',
    mark: [folder],
  };
}

function aProcess(script: string, onDeath: (death: Death) => void = () => undefined) {
  return new SupervisedProcess({
    name: 'sleeper',
    program: aProgram(script),
    runFolder: folder,
    logFile: join(folder, 'sleeper.log'),
    onDeath,
  });
}

const SLEEPS = 'console.log("up"); setInterval(() => undefined, 1000)';

describe('a supervised process', () => {
  it('comes up again under a new process id after a kill, and stays away after a stop', async () => {
    const deaths: string[] = [];
    const sleeper = aProcess(SLEEPS, (death) => deaths.push(describeDeath(death)));
    await sleeper.start();
    const first = sleeper.pid ?? 0;
    expect(readFileSync(join(folder, 'sleeper.pid'), 'utf8')).toBe(`${first}\n`);
    process.kill(first, 'SIGKILL');
    await vi.waitFor(() => {
      expect(sleeper.restarts).toBe(1);
      expect(sleeper.pid).toBeGreaterThan(1);
    });
    expect(sleeper.pid).not.toBe(first);
    expect(deaths).toEqual(['sleeper ended (SIGKILL), starts again in 100 ms']);
    const second = sleeper.pid ?? 0;
    await sleeper.stop(5000);
    expect(sleeper.state).toBe('stopped');
    expect(isProcess(second, [folder])).toBe(false);
    expect(existsSync(join(folder, 'sleeper.pid'))).toBe(false);
  });

  it('is killed when it does not end within the grace period', async () => {
    const stubborn = aProcess(
      'process.on("SIGTERM", () => undefined); console.log("up"); setInterval(() => undefined, 1000)',
    );
    await stubborn.start();
    await vi.waitFor(() => {
      expect(readFileSync(join(folder, 'sleeper.log'), 'utf8')).toBe('up\n');
    });
    const pid = stubborn.pid ?? 0;
    await stubborn.stop(100);
    expect(isProcess(pid, [folder])).toBe(false);
  });

  it('that cannot start at all is a death, not a crash of the launcher', async () => {
    const deaths: string[] = [];
    const missing = new SupervisedProcess({
      name: 'missing',
      program: { ...aProgram(''), command: join(folder, 'no-such-program') },
      runFolder: folder,
      logFile: join(folder, 'missing.log'),
      onDeath: ({ how }) => deaths.push(how),
    });
    await missing.start();
    await vi.waitFor(() => {
      expect(deaths[0]).toContain('ENOENT');
    });
    await missing.stop(100);
  });
});

describe('a death', () => {
  it('comes with its exit code and with what the program printed in that life', async () => {
    const deaths: Death[] = [];
    writeFileSync(join(folder, 'sleeper.log'), 'an earlier life\n');
    const dying = aProcess('console.error("expected a, was b"); process.exitCode = 2', (death) => deaths.push(death));
    await dying.start();
    await vi.waitFor(() => {
      expect(deaths).toHaveLength(1);
    });
    await dying.stop(100);
    expect(deaths[0]).toEqual({
      name: 'sleeper',
      how: 'exit code 2',
      exitCode: 2,
      restartInMs: 100,
      lastWords: 'expected a, was b\n',
    });
  });
});

describe('backoff', () => {
  it('doubles from 100 ms to 5 s, and starts anew after a life of 10 s', () => {
    const waits: number[] = [];
    let previous: number | undefined;
    for (let death = 0; death < 8; death += 1) waits.push((previous = nextBackoffMs(previous, 50)));
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(nextBackoffMs(5000, 10_000)).toBe(100);
  });
});

describe('a log file', () => {
  it('is emptied into numbered files when it has grown too large, and keeps three of them', () => {
    const log = new LogFile(join(folder, 'a.log'), 3);
    for (const text of ['one\n', 'two\n', 'three\n', 'four\n']) {
      writeFileSync(log.path, text);
      expect(log.rotateWhenLarge()).toBe(true);
    }
    expect(log.rotateWhenLarge()).toBe(false);
    const texts = ['a.log', 'a.log.1', 'a.log.2', 'a.log.3'].map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts).toEqual(['', 'four\n', 'three\n', 'two\n']);
    expect(existsSync(join(folder, 'a.log.4'))).toBe(false);
  });
});

describe('orphans', () => {
  it('of an earlier start are ended', async () => {
    const orphan = spawn(process.execPath, ['-e', SLEEPS, folder], { detached: true, stdio: 'ignore' });
    const pid = orphan.pid ?? 0;
    writeRecord(folder, 'risk-manager', { pid, mark: [folder], stopSignal: 'SIGTERM' });
    await vi.waitFor(() => {
      expect(isProcess(pid, [folder])).toBe(true);
    });
    expect(await endOrphans(folder)).toEqual([`risk-manager (pid ${pid})`]);
    expect(isProcess(pid, [folder])).toBe(false);
    expect(existsSync(join(folder, 'risk-manager.pid'))).toBe(false);
  });

  it('are not looked for under a process id that belongs to another program by now', async () => {
    writeRecord(folder, 'redis', { pid: process.pid, mark: ['redis-server', ':7399'], stopSignal: 'SIGTERM' });
    expect(await endOrphans(folder)).toEqual([]);
  });
});

describe('the folder of a desk', () => {
  it('belongs to one launcher at a time, and the second is told which', async () => {
    const other = spawn(process.execPath, ['-e', SLEEPS, folder], { stdio: ['ignore', 'pipe', 'ignore'] });
    const pid = other.pid ?? 0;
    await new Promise((resolve) => other.stdout.once('data', resolve));
    writeFileSync(
      join(folder, 'desk.lock.json'),
      JSON.stringify({ pid, commandLine: folder, note: 'http://127.0.0.1:7001' }),
    );
    expect(() => takeFolder(folder, '')).toThrow(
      `a desk is running in this folder already (pid ${pid}): http://127.0.0.1:7001`,
    );
    other.kill('SIGKILL');
    await new Promise((resolve) => other.once('exit', resolve));
    const giveBack = takeFolder(folder, 'mine');
    expect(readFileSync(join(folder, 'desk.pid'), 'utf8')).toBe(`${process.pid}\n`);
    giveBack();
    expect(existsSync(join(folder, 'desk.pid'))).toBe(false);
  });
});
