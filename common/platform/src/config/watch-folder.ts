import { readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

const debounceMs = 150;
/** File systems that send no events (network mounts, swapped symlinks) are looked at this often. */
const pollMs = 5000;

/**
 * Calls `onChange` some 150 ms after anything changed in a folder or the folders directly in it; a slow poll finds
 * what the file system's events do not tell. Keeps no process alive. Returns what ends it.
 */
export function watchFolder(dir: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let print = fingerprint(dir);
  const watchers = new Map<string, FSWatcher>();

  const settle = () => {
    timer = undefined;
    print = fingerprint(dir);
    follow();
    onChange();
  };
  const onEvent = () => {
    clearTimeout(timer);
    timer = setTimeout(settle, debounceMs);
    timer.unref();
  };
  const follow = () => {
    for (const folder of foldersOf(dir)) {
      if (watchers.has(folder)) continue;
      const watcher = openWatcher(folder, onEvent, () => watchers.delete(folder));
      if (watcher !== undefined) watchers.set(folder, watcher);
    }
  };

  follow();
  const poll = setInterval(() => {
    if (fingerprint(dir) !== print) settle();
  }, pollMs);
  poll.unref();
  return () => {
    clearInterval(poll);
    clearTimeout(timer);
    for (const watcher of watchers.values()) watcher.close();
  };
}

function openWatcher(folder: string, onEvent: () => void, onGone: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent);
    watcher.on('error', () => {
      watcher.close();
      onGone();
    });
    return watcher;
  } catch {
    // No watcher to be had (limit reached, folder gone): the poll sees the change.
    return undefined;
  }
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return []; // gone, or not there yet
  }
}

function foldersOf(dir: string): string[] {
  const inner = entriesOf(dir).filter((entry) => entry.isDirectory());
  return [dir, ...inner.map((entry) => join(dir, entry.name))];
}

function fingerprint(dir: string): string {
  const parts: string[] = [];
  for (const folder of foldersOf(dir)) {
    for (const entry of entriesOf(folder)) {
      const path = join(folder, entry.name);
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isFile()) parts.push(`${path}:${String(stat.mtimeMs)}:${String(stat.size)}:${String(stat.ino)}`);
    }
  }
  return parts.join('\n');
}
