import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ClientCertificate } from './edge-request.js';
import { getProgram } from './programs.js';

const scripts = fileURLToPath(new URL('../../../scripts/certs', import.meta.url));

/** The product's own script on a folder of the test. */
export class TestCertificates {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Runs `certs.sh`; answers what it printed. @throws Error with what it complained of. */
  run(...args: readonly string[]): string {
    const env = { ...process.env, CERTS_DIR: this.folder };
    return execFileSync('sh', [join(scripts, 'certs.sh'), ...args], { env, encoding: 'utf8', stdio: 'pipe' });
  }

  get authority(): string {
    return this.#read('trust/ca.crt');
  }

  client(name: string): ClientCertificate {
    return { cert: this.#read(`clients/${name}/${name}.crt`), key: this.#read(`clients/${name}/${name}.key`) };
  }

  /** A certificate of this authority whose last day is over: what the script does not make. */
  expiredClient(name: string): ClientCertificate {
    const folder = join(this.folder, 'clients', name);
    mkdirSync(folder, { recursive: true });
    const [key, csr, crt] = ['key', 'csr', 'crt'].map((end) => join(folder, `${name}.${end}`)) as [
      string,
      string,
      string,
    ];
    const config = join(scripts, 'openssl.cnf');
    const curve = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    this.#openssl('genpkey', ...curve, '-out', key);
    this.#openssl('req', '-new', '-config', config, '-key', key, '-subj', `/CN=${name}`, '-out', csr);
    const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    const ca = ['ca', '-batch', '-notext', '-config', config, '-extensions', 'client'];
    this.#openssl(...ca, ...dates, '-in', csr, '-out', crt);
    return this.client(name);
  }

  /** Takes the revocation list away; answers what puts it back. */
  hideList(): () => void {
    const list = join(this.folder, 'trust', 'crl.pem');
    const kept = join(this.folder, 'private', 'crl.kept');
    execFileSync('mv', [list, kept]);
    return () => {
      copyFileSync(kept, list);
    };
  }

  #read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  #openssl(...args: readonly string[]): void {
    const env = { ...process.env, CERTS_DIR: this.folder, CERT_EMAIL: 'none', CERT_DOMAIN: 'none' };
    execFileSync(getProgram('openssl'), args, { env, stdio: 'pipe' });
  }
}
