import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseYaml } from '@octant/platform/config/parse-yaml';
import { root } from './local-configuration.js';

export interface Router {
  readonly name: string;
  readonly entryPoints: readonly string[];
  readonly rule: string;
  readonly middlewares: readonly string[];
  readonly service: string;
  readonly priority?: number;
  readonly tls?: { readonly options?: string; readonly certResolver?: string };
}

type Mapping = Readonly<Record<string, unknown>>;

export interface DynamicConfiguration {
  readonly routers: readonly Router[];
  readonly middlewares: Readonly<Record<string, Mapping>>;
  readonly services: Readonly<Record<string, Mapping>>;
  readonly tls: {
    readonly certificates?: readonly Mapping[];
    readonly options: Readonly<Record<string, Mapping>>;
  };
}

type Variables = Readonly<Record<string, string>>;

/** The files of `traefik/dynamic` as Traefik reads them with these variables. */
export function readDynamic(env: Variables): DynamicConfiguration {
  const folder = join(root, 'traefik', 'dynamic');
  const parsed = readdirSync(folder).map(
    (file) =>
      parseYaml(render(readFileSync(join(folder, file), 'utf8'), env), file) as { http?: Mapping; tls?: Mapping },
  );
  const merged = (part: string): Readonly<Record<string, Mapping>> =>
    Object.assign({}, ...parsed.map(({ http }) => http?.[part] ?? {})) as Readonly<Record<string, Mapping>>;
  const routers = Object.entries(merged('routers')).map(([name, router]) => ({ name, ...router }) as unknown as Router);
  const tls = Object.assign({}, ...parsed.map((file) => file.tls ?? {})) as DynamicConfiguration['tls'];
  return { routers, middlewares: merged('middlewares'), services: merged('services'), tls };
}

/**
 * The part of Go's templates that the files use: `env` with a default, `if` on it, and a loop over a list with commas.
 * @throws Error for anything else, so that this does not test what Traefik would read differently.
 */
function render(text: string, env: Variables): string {
  const value = (name: string, fallback = '') => env[name] || fallback;
  const rendered = text
    .replaceAll(
      /\{\{-? if (eq|ne) \(env "(\w+)" \| default "(\w+)"\) "(\w+)" \}\}([^]*?)\{\{-? end \}\}/g,
      (_all, ...[operator, name, fallback, other, body]: string[]) =>
        ((value(name ?? '', fallback) === other) === (operator === 'eq') ? body : '') ?? '',
    )
    .replaceAll(
      /\{\{-? range split \(env "(\w+)" \| default "([^"]*)"\) "," \}\}([^]*?)\{\{-? end \}\}/g,
      (_all, ...[name, fallback, body]: string[]) =>
        value(name ?? '', fallback)
          .split(',')
          .map((one) => body?.replace('{{ . | trim }}', one.trim()))
          .join(''),
    )
    .replaceAll(/\{\{ env "(\w+)"(?: \| default "([^"]*)")? \}\}/g, (_all, ...[name, fallback]: string[]) =>
      value(name ?? '', fallback),
    );
  if (rendered.includes('{{')) throw new Error(`expected a known template, was ${/\{\{.*/.exec(rendered)?.[0] ?? ''}`);
  return rendered;
}
