import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repository = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Programs that would change the machine, and what each prints in place of its work. Every call is written down. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'apt-get': '',
  'dpkg-query': 'case "${!#}" in docker.io | podman-docker) exit 1 ;; esac; printf "ii "',
  dpkg: 'echo amd64',
  groupadd: '',
  useradd: '',
  chown: '',
  ufw: '[ "$*" = "--force enable" ] && touch "$RUN/ufw"; [ "$1" = status ] && { [ -e "$RUN/ufw" ] && echo "Status: active" || echo "Status: inactive"; }',
  systemctl: '',
  docker: '',
  sshd: '[ "$1" = -T ] && echo "port 2222"',
  'ssh-keygen': '',
  sysctl: '',
  curl: '',
  gpg: 'printf "fpr:::::::::9DC858229FC7DD38854AE2D88D81803C0EBFCD88:\\n"',
  ss: '',
  ip: '',
  id: 'echo 0',
  install: 'mkdir -p "${!#}"',
  getent:
    'case "$*" in "passwd root") echo "root:x:0:0::$HOME:/bin/sh" ;; "group root") echo root:x:0: ;; *) exit 2 ;; esac',
};

/** A machine of stand-ins: the scripts of the checkout with folders of their own and programs that only write down. */
export class StubMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'octant-host-'));
  readonly etc = join(this.root, 'etc');
  readonly checkout = join(this.root, 'checkout');
  readonly #bin = join(this.root, 'bin');
  readonly #calls = join(this.root, 'calls');

  constructor(osRelease = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n') {
    for (const folder of [
      'etc/ssh/sshd_config.d',
      'etc/ufw',
      'etc/default',
      'run',
      'state',
      'bin',
      'checkout/scripts',
      'home',
    ]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    cpSync(join(repository, 'setup.sh'), join(this.checkout, 'setup.sh'));
    cpSync(join(repository, 'scripts', 'host'), join(this.checkout, 'scripts', 'host'), { recursive: true });
    cpSync(join(repository, 'docker-compose.yml'), join(this.checkout, 'docker-compose.yml'));
    writeFileSync(join(this.checkout, '.env.example'), 'DOMAIN=octant.localhost\nACME_EMAIL=\nACME_ENV=off\n');
    this.write('os-release', osRelease);
    this.write('ssh/sshd_config', 'Include /etc/ssh/sshd_config.d/*.conf\n');
    this.write('ufw/after.rules', '*filter\nCOMMIT\n');
    this.write('ufw/after6.rules', '*filter\nCOMMIT\n');
    for (const [name, answer] of Object.entries(PROGRAMS)) this.stub(name, answer);
    this.stub('doctor.sh', '', join(this.checkout, 'scripts', 'host'));
  }

  /** Has a program do this instead, in bash. */
  stub(name: string, answer: string, folder = this.#bin): void {
    const file = join(folder, name);
    writeFileSync(file, `#!/bin/bash\nprintf '%s\\n' "${name} $*" >>${JSON.stringify(this.#calls)}\n${answer}\n:\n`);
    chmodSync(file, 0o755);
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.etc, file), text);
  }

  read(file: string): string | undefined {
    const path = join(this.etc, file);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  setup(args: readonly string[], variables: Readonly<Record<string, string>> = {}) {
    const passed = ['memory', 'disk', 'ports', 'clock'].flatMap((name) => ['--ignore', name]);
    const result = spawnSync('bash', [join(this.checkout, 'setup.sh'), ...passed, ...args], {
      encoding: 'utf8',
      env: {
        PATH: `${this.#bin}:/usr/sbin:/usr/bin:/sbin:/bin`,
        HOME: join(this.root, 'home'),
        ETC: this.etc,
        RUN: join(this.root, 'run'),
        STATE_DIR: join(this.root, 'state'),
        LOG_FILE: join(this.root, 'setup.log'),
        container: 'stub',
        ...variables,
      },
    });
    return { code: result.status, output: `${result.stdout}${result.stderr}` };
  }

  /** Calls of the programs, in their order; those that only ask are left out. */
  calls(): readonly string[] {
    if (!existsSync(this.#calls)) return [];
    const asking =
      /^(id|dpkg|dpkg-query|getent|ss|ip|curl|gpg|install|chown|ufw (show|status)|sshd -T|systemctl (show|is-))\b/;
    return readFileSync(this.#calls, 'utf8')
      .trim()
      .split('\n')
      .filter((line) => line !== '' && !asking.test(line));
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}
