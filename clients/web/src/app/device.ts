/** What this device keeps: theme, language, tickets, drafts. Where the browser keeps nothing, the page's life. */

const PREFIX = "jobalike.";
const memory = new Map<string, string>();

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name) ?? memory.get(name) ?? null;
  } catch {
    return memory.get(name) ?? null;
  }
}

export function keep(name: string, value: string | null): void {
  if (value === null) memory.delete(name);
  else memory.set(name, value);
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // private mode or full: what matters is still in memory
  }
}

/** Names of everything kept under a prefix, for example all sessions this device has a ticket for. */
export function keptUnder(prefix: string): readonly string[] {
  const names = new Set([...memory.keys()].filter((n) => n.startsWith(prefix)));
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const name = localStorage.key(i);
      if (name?.startsWith(PREFIX + prefix)) names.add(name.slice(PREFIX.length));
    }
  } catch {
    // see above
  }
  return [...names];
}

export function keptJson(name: string): unknown {
  const text = kept(name);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
