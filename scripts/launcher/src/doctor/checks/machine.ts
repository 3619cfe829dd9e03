import type { Check } from '../check.js';
import { failure, ok, skipped, warning } from '../verdict.js';

const GIB = 1024 * 1024;
const MOST_OFFSET_S = 0.25;
const LEAST_FREE_RATIO = 0.1;
const NEARLY_FULL_RATIO = 0.05;
const LEAST_AVAILABLE_KB = 256 * 1024;
const LEAST_MEMORY_KB = 3.4 * GIB;

/** Signed requests, Slack's window and certificates fail on a wrong clock. */
export const clock: Check = {
  id: 'clock',
  title: 'The clock is kept right',
  examine: ({ host }) => {
    const synchronised = host.flag('clock.synchronised');
    const offset = host.number('clock.offset_s');
    const remedy = 'systemctl enable --now chrony, then chronyc tracking';
    if (synchronised === undefined) return skipped('nobody here can tell whether the clock is synchronised');
    if (!synchronised) return failure('nothing keeps the clock', remedy);
    if (offset !== undefined && Math.abs(offset) > MOST_OFFSET_S)
      return failure(`the clock is ${offset} s off`, remedy);
    return ok(offset === undefined ? 'synchronised' : `synchronised, ${(offset * 1000).toFixed(1)} ms off`);
  },
};

/** A full disk stops Redis and Postgres. Lines are `mount free_kb total_kb free_inodes_pct`. */
export const diskSpace: Check = {
  id: 'disk-space',
  title: 'There is room on the disks',
  examine: ({ host }) => {
    const disks = host.all('disk').map((line) => {
      const [mount = '', free = '0', total = '1', inodes = '100'] = line.split(' ');
      return {
        mount,
        freeRatio: Math.min(Number(free) / Number(total), Number(inodes) / 100),
        freeGb: Number(free) / GIB,
      };
    });
    if (disks.length === 0) return skipped('no disk was told of');
    const worst = disks.reduce((least, disk) => (disk.freeRatio < least.freeRatio ? disk : least));
    const evidence = `${worst.mount}: ${worst.freeGb.toFixed(1)} GB free, ${(worst.freeRatio * 100).toFixed(0)} % of space or inodes`;
    const remedy =
      'docker system prune -f removes what no container uses; then lower BACKUP_RETENTION_DAYS, or take a larger disk';
    if (worst.freeRatio < NEARLY_FULL_RATIO) return failure(evidence, remedy);
    return worst.freeRatio < LEAST_FREE_RATIO ? warning(evidence, remedy) : ok(evidence);
  },
};

/** The kernel ends the largest process when memory runs out. */
export const memory: Check = {
  id: 'memory',
  title: 'There is memory left',
  examine: ({ host, desk }) => {
    const total = host.number('memory.total_kb');
    const available = host.number('memory.available_kb');
    if (total === undefined || available === undefined) return skipped('the memory was not told of');
    const swap = host.number('swap.total_kb') ?? 0;
    const evidence = `${(available / GIB).toFixed(1)} of ${(total / GIB).toFixed(1)} GB available, ${(swap / GIB).toFixed(1)} GB of swap`;
    if (available < LEAST_AVAILABLE_KB)
      return failure(evidence, 'docker stats shows who takes it; take a larger machine');
    if (desk === 'fleet' && total < LEAST_MEMORY_KB) return warning(evidence, 'take a machine with 4 GB or more');
    if (desk === 'fleet' && swap === 0 && total < 8 * GIB)
      return warning(evidence, 'run setup.sh: it makes a swap file');
    return ok(evidence);
  },
};

/** Only SSH and the gateway may be reached from outside. Lines are `address port program`. */
export const openPorts: Check = {
  id: 'open-ports',
  title: 'Only SSH and the gateway listen to the world',
  examine: ({ host, desk }) => {
    const listeners = host.all('listen').map((line) => {
      const [address = '', port = '', program = ''] = line.split(' ');
      return { address, port, program };
    });
    if (listeners.length === 0) return skipped('no port was told of');
    if (desk === 'local') return skipped('a local desk listens at 127.0.0.1 alone');
    const expected = new Set([
      ...host.all('ssh.port'),
      host.find('env.http_port') ?? '80',
      host.find('env.https_port') ?? '443',
    ]);
    const strangers = listeners.filter(({ address, port }) => !isLoopback(address) && !expected.has(port));
    if (strangers.length === 0) return ok(`ports ${[...expected].join(', ')}`);
    const list = strangers.map(
      ({ address, port, program }) => `${address}:${port}${program === '' ? '' : ` (${program})`}`,
    );
    return warning(
      `also listening: ${list.join(', ')}`,
      'stop the program, or have it listen at 127.0.0.1; remove its `ports:` where it is a container',
    );
  },
};

function isLoopback(address: string): boolean {
  return /^(127\.|\[?::1\]?$|\[?::ffff:127\.)/.test(address) || address.includes('%lo');
}
