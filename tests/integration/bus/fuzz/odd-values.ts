/** A field's name or value on the wire. */
export type Field = string | Buffer;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const ODD_JSON = [
  ...[
    'null',
    'true',
    'false',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e999',
    '-1e999',
    '1e-999',
    '9007199254740993',
    'NaN',
    'Infinity',
  ],
  ...[
    '""',
    '" "',
    '"x"',
    '"1e999"',
    '"NaN"',
    '"0x10"',
    '"١٢"',
    '"-"',
    '"1,5"',
    '"\\u0000"',
    '"\\ud800"',
    '"__proto__"',
  ],
  ...[
    '[]',
    '[[]]',
    '[null]',
    '{}',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
  ],
  ...['{"then":1}', '{"toString":null}', '{"length":1e9}', '"2024-13-45T99:99:99Z"', "'x'", 'undefined', '//', ''],
];

const ODD_TEXTS = [
  ...[
    '',
    ' ',
    'x',
    'null',
    '0',
    '-1',
    '99',
    '1e999',
    '__proto__',
    'constructor',
    '\u0000',
    '\n\r\t',
    '\u{1f9ff}',
    '\uffff',
  ],
  ...[
    '00-zz-yy-01',
    '00-00000000000000000000000000000000-0000000000000000-00',
    '00-4bf92f3577b34da6a3ce929d0e0e4736',
    '*',
    '$',
  ],
  ...[
    '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    '00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01',
  ],
];

function of<Value>(values: readonly Value[], random: () => number, otherwise: Value): Value {
  return values[Math.floor(random() * values.length)] ?? otherwise;
}

/** JSON text, or what pretends to be. */
export function oddJson(random: () => number): string {
  return of(ODD_JSON, random, 'null');
}

export function oddText(random: () => number): string {
  return of(ODD_TEXTS, random, '');
}

/** A message id that nobody else has, except for the empty one, which is none. */
export function oddIdOf(random: () => number, n: number): Field {
  const own = String(n);
  const ids: readonly Field[] = [
    ...['', `__proto__${own}`, `constructor ${own}`, `\u0000${own}`, `${own}\n\r`, `\u{1f9ff}${own}`, `${own}:*?[a-z]`],
    ...[own.padStart(10_000, 'i'), own.padEnd(300, '/'), `{"id":${own}}`],
    Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0xc3]), Buffer.from(own)]),
  ];
  return of(ids, random, own);
}

const HOLE = '@@hole@@';

/** The payload's JSON text with a field somewhere in it removed, or replaced by the JSON text given. */
export function textWith(
  draft: { readonly random: () => number; readonly payload: Json },
  change: { readonly remove: true } | { readonly json: string },
): string {
  const copy = JSON.parse(JSON.stringify(draft.payload)) as Json;
  let place = copy;
  for (;;) {
    const names = Object.keys(place ?? {});
    const name = of(names, draft.random, '');
    const holder = place as Record<string, Json>;
    const inner = holder[name];
    if (typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0 && draft.random() < 0.6) {
      place = inner;
      continue;
    }
    if ('remove' in change) Reflect.deleteProperty(holder, name);
    else holder[name] = HOLE;
    return JSON.stringify(copy).replace(`"${HOLE}"`, () => ('json' in change ? change.json : 'null'));
  }
}
