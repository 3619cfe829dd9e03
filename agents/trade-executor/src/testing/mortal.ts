/** A process in a test: once it is dead, nothing that it has asked for is answered, and nothing more is done for it. */
export interface Life {
  dead: boolean;
}

const NEVER = new Promise<never>(() => undefined);

/** The port as a process has it that may die: what it asked for before its death takes effect all the same. */
export function mortal<Port extends object>(port: Port, life: Life): Port {
  return new Proxy(port, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown => {
        if (life.dead) return NEVER;
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? result.then(...whileAlive(life)) : result;
      };
    },
  });
}

function whileAlive(life: Life): [(value: unknown) => unknown, (error: unknown) => unknown] {
  return [
    (value) => (life.dead ? NEVER : value),
    (error) => {
      if (life.dead) return NEVER;
      throw error;
    },
  ];
}
