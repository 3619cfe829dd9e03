import type { Check } from '../check.js';
import type { Facts } from '../facts.js';
import { failure, ok, skipped, warning, type Verdict } from '../verdict.js';

const MANY_RESTARTS = 3;

/** Judged on the machine of a fleet only; `key` is one that the machine always tells. */
function onMachine(facts: Facts, key: string, judge: () => Verdict): Verdict {
  if (facts.desk === 'local') return skipped('a local desk changes nothing of its machine');
  return facts.host.find(key) === undefined
    ? skipped('the machine was not asked: run scripts/host/doctor.sh there')
    : judge();
}

/** A container that starts again and again looks healthy in between. Lines are `service restarts oomkilled state`. */
export const containerRestarts: Check = {
  id: 'container-restarts',
  title: 'Containers stay up',
  examine: (facts) =>
    onMachine(facts, 'container', () => {
      const containers = facts.host.all('container').map((line) => {
        const [service = '', restarts = '0', killed = 'false', state = ''] = line.split(' ');
        return { service, restarts: Number(restarts), killed: killed === 'true', state };
      });
      const killed = containers.filter((one) => one.killed).map(({ service }) => service);
      const restless = containers.filter(({ restarts }) => restarts >= MANY_RESTARTS);
      const remedy = 'docker compose logs SERVICE; docker compose up -d --force-recreate SERVICE counts anew';
      if (killed.length > 0) return failure(`out of memory: ${killed.join(', ')}`, `${remedy}; raise its mem_limit`);
      return restless.length === 0
        ? ok(`${containers.length} containers`)
        : warning(restless.map(({ service, restarts }) => `${service}: ${restarts} restarts`).join(', '), remedy);
    }),
};

/** UFW for the machine, DOCKER-USER for what containers publish. */
export const firewall: Check = {
  id: 'firewall',
  title: 'The firewall is up, for containers too',
  examine: (facts) =>
    onMachine(facts, 'ufw.active', () => {
      const { host } = facts;
      const wrong: string[] = [];
      if (host.flag('ufw.active') !== true) wrong.push('UFW is off');
      if (host.flag('ufw.deny') !== true) wrong.push('what comes in is not denied by default');
      if (host.flag('docker_user.v4') !== true) wrong.push('DOCKER-USER denies nothing over IPv4');
      if (host.flag('docker_user.v6') !== true) wrong.push('DOCKER-USER denies nothing over IPv6');
      return wrong.length === 0
        ? ok('UFW denies by default, DOCKER-USER denies over IPv4 and IPv6')
        : failure(wrong.join('; '), 'run setup.sh again: it allows SSH first');
    }),
};

/** Security fixes come by themselves, the engine's restart does not. */
export const unattendedUpgrades: Check = {
  id: 'unattended-upgrades',
  title: 'Security updates come by themselves',
  examine: (facts) =>
    onMachine(facts, 'upgrades.on', () => {
      const { host } = facts;
      if (host.flag('upgrades.on') !== true) return failure('unattended upgrades are off', 'run setup.sh again');
      if (host.flag('upgrades.without_docker') !== true) {
        return warning('Docker would be upgraded by itself, which restarts all containers', 'run setup.sh again');
      }
      if (host.flag('reboot.required') === true) {
        return warning(
          'an update waits for a reboot',
          'ops orch:halt, then reboot at a quiet time; the desk comes up by itself',
        );
      }
      return ok('on, without Docker, no reboot is waiting');
    }),
};

/** Passwords are guessed all day long. */
export const sshAccess: Check = {
  id: 'ssh-access',
  title: 'SSH takes keys only',
  examine: (facts) =>
    onMachine(facts, 'sshd.passwords', () => {
      const { host } = facts;
      const banned = host.flag('fail2ban.active') === true ? ', fail2ban watches' : '';
      if (host.find('sshd.passwords') === 'no') return ok(`no passwords${banned}`);
      return warning(`passwords are taken${banned}`, 'add a key to authorized_keys and run setup.sh again');
    }),
};

/** Nobody can sign in before the provider knows the desk. */
export const signIn: Check = {
  id: 'sign-in',
  title: 'People can sign in',
  examine: (facts) =>
    onMachine(facts, 'secret', () => {
      const sizes = new Map(
        facts.host.all('secret').map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[3])]),
      );
      const empty = ['oauth2_client_id', 'oauth2_client_secret'].filter((name) => (sizes.get(name) ?? 0) === 0);
      return empty.length === 0
        ? ok('the provider’s client is set')
        : warning(
            `empty: ${empty.join(', ')}; the app's host answers with what to set`,
            'register the desk at the provider, put both into secrets/, then docker compose up -d --force-recreate secrets oauth2-proxy',
          );
    }),
};
