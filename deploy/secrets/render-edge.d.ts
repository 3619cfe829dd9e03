export class EdgeSettingError extends Error {}

export function renderEdge(options: {
  /** Variables of `.env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that has `traefik/` and `oauth2-proxy/`. */
  readonly templates: string;
  /** Where the programs will find the files. */
  readonly folder: string;
  readonly client: { readonly id: string; readonly secret: string };
}): { readonly missing: readonly string[]; readonly files: Readonly<Record<string, string>> };
