import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';
import { z } from 'zod';

/** A list of names, or a mapping or a list of objects that has them. */
const names = (key: string) =>
  z
    .union([
      z.array(z.union([z.string(), z.looseObject({ [key]: z.string() })])),
      z.record(z.string(), z.unknown()),
      z.null(),
    ])
    .optional()
    .transform((value): string[] => {
      if (value === null || value === undefined) return [];
      if (!Array.isArray(value)) return Object.keys(value);
      return value.map((item) => (typeof item === 'string' ? item : String(item[key])));
    });

const mounts = z
  .array(
    z.union([
      z.string(),
      z.looseObject({
        source: z.string().optional(),
        target: z.string(),
        read_only: z.boolean().optional(),
      }),
    ]),
  )
  .default([])
  .transform((list) =>
    list.map((mount) => {
      if (typeof mount !== 'string') {
        return { source: mount.source ?? '', target: mount.target, readOnly: mount.read_only === true };
      }
      const [source = '', target = '', mode = ''] = mount.split(':');
      return { source, target, readOnly: mode.split(',').includes('ro') };
    }),
  );

const variables = z
  .union([z.record(z.string(), z.unknown()), z.array(z.string())])
  .default({})
  .transform((value): Record<string, string> => {
    if (!Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value).map(([name, text]) => [name, String(text)]));
    }
    return Object.fromEntries(value.map((line) => [line.split('=', 1)[0] ?? line, line.slice(line.indexOf('=') + 1)]));
  });

const service = z.looseObject({
  image: z.string().optional(),
  build: z.looseObject({ context: z.string(), dockerfile: z.string().optional() }).optional(),
  user: z.string().optional(),
  read_only: z.boolean().optional(),
  init: z.boolean().optional(),
  privileged: z.boolean().optional(),
  pid: z.string().optional(),
  network_mode: z.string().optional(),
  cap_drop: z.array(z.string()).default([]),
  cap_add: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
  pids_limit: z.union([z.number(), z.string()]).optional(),
  mem_limit: z.union([z.number(), z.string()]).optional(),
  restart: z.string().optional(),
  stop_grace_period: z.string().optional(),
  healthcheck: z.looseObject({ test: z.unknown(), interval: z.string() }).optional(),
  logging: z.looseObject({ driver: z.string(), options: z.record(z.string(), z.string()) }).optional(),
  tmpfs: z.union([z.string(), z.array(z.string())]).default([]),
  ports: z.array(z.unknown()).default([]),
  profiles: z.array(z.string()).default([]),
  environment: variables,
  secrets: names('source'),
  networks: names('name'),
  depends_on: z.record(z.string(), z.looseObject({ condition: z.string() })).default({}),
  volumes: mounts,
});

const compose = z.looseObject({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.looseObject({ internal: z.boolean().optional() }).nullable()),
  volumes: z.record(z.string(), z.unknown()),
  secrets: z.record(z.string(), z.looseObject({ file: z.string() })),
});

export type Compose = z.output<typeof compose>;
export type ComposeService = Compose['services'][string];

/** Whether a compose program is there to read the file with. */
export const hasCompose = spawnSync('docker', ['compose', 'version'], { stdio: 'ignore' }).status === 0;

/** The compose file as `docker compose` reads it, all profiles included. */
export function composeByProgram(root: string): Compose {
  const { status, stdout, stderr } = spawnSync(
    'docker',
    ['compose', '--file', join(root, 'docker-compose.yml'), '--profile', '*', 'config', '--format', 'json'],
    { cwd: root, encoding: 'utf8', env: { PATH: process.env['PATH'] } },
  );
  if (status !== 0) throw new Error(`docker compose config: expected exit code 0, was ${String(status)}: ${stderr}`);
  return compose.parse(JSON.parse(stdout));
}

/** The same without a program: YAML with its merges, and the variables' defaults in place. */
export function composeByHand(root: string): Compose {
  const text = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  return compose.parse(withDefaults(load(text, { schema: CORE_SCHEMA.withTags(mergeTag) })));
}

function withDefaults(value: unknown): unknown {
  if (typeof value === 'string') {
    return value
      .replaceAll(/\$\{[A-Z0-9_]+(?::?-([^}]*))?\}/g, (_whole, fallback: string | undefined) => fallback ?? '')
      .replaceAll('$$', '$');
  }
  if (Array.isArray(value)) return value.map(withDefaults);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withDefaults(inner)]));
}
