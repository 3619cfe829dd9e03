import { chmodSync, existsSync, mkdirSync } from 'node:fs';

/** Makes the folder that all is kept under: others may pass through to what is theirs (the database's user), not look into it. */
export function makeHome(home: string): void {
  if (existsSync(home)) return;
  mkdirSync(home, { recursive: true });
  chmodSync(home, process.getuid?.() === 0 ? 0o711 : 0o700);
}
