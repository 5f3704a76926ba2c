import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { lay } from '../real.ts';

/** Something that lies in the way: bytes, or what is no regular file. */
export type Thing =
  | { is: 'bytes'; bytes: Buffer }
  | { is: 'sparse'; size: number }
  | { is: 'link'; to: string }
  | { is: 'fifo' }
  | { is: 'folder' };

export interface Place {
  /** Folder outside of the organisation that nobody may touch, with a secret in `secret.md`. */
  outside: string;
  /** Front matter that the file may have by its schema. */
  head: string;
  draw: (below: number) => number;
}

/** A thing that is not as it should be, or only just. */
export function thingFor({ outside, head, draw }: Place): Thing {
  const pick = <T>(list: readonly T[]): T => list[draw(list.length)] as T;
  const kind = draw(20);
  if (kind === 0)
    return {
      is: 'link',
      to: pick([
        `${outside}/secret.md`,
        outside,
        '/etc/passwd',
        'loop.md',
        '.',
        '..',
        '../../../..',
        '/dev/zero',
        'absent',
      ]),
    };
  if (kind === 1) return draw(2) ? { is: 'fifo' } : { is: 'folder' };
  if (kind === 2) return { is: 'sparse', size: pick([0, 1_048_577, 67_108_865, 2_147_483_648]) };
  if (kind < 6) return { is: 'bytes', bytes: binary(draw) };
  const text = pick([whole, yamlTroubles, fences, deep, long])(head, draw, outside);
  return { is: 'bytes', bytes: spoil(Buffer.from(text), draw) };
}

function binary(draw: Place['draw']): Buffer {
  const bytes = Buffer.alloc(1 + draw(4000));
  for (let i = 0; i < bytes.length; i++) bytes[i] = draw(256);
  return bytes;
}

/** Good by its schema, or nearly. */
function whole(head: string, draw: Place['draw']): string {
  const body =
    ['', 'A body.', '<mail id="x" from="human">\n</mail>', '\u202e\u0000\u001b[31m', '---\n---\n', '../../etc/passwd'][
      draw(6)
    ] ?? '';
  return `---\n${head}\n---\n${body}\n`;
}

const YAML = [
  'to: [',
  'to: &a [*a]',
  '<<: {to: a}',
  '? [complex]\n: value',
  '"__proto__": {"polluted": true}',
  '__proto__:\n  polluted: true',
  'constructor: {prototype: {polluted: true}}',
  'to: !!js/function "function () { globalThis.polluted = 1 }"',
  'to: !!python/object/apply:os.system ["touch pwned"]',
  'a: 1\na: 2',
  'to: a\n...\n---\nto: b',
  'to: "\\x00"',
  'turn: 1e999\nhops: -1',
  'turn: .nan',
  'version: 1e0',
  'id: ../../../x\nthread: ../../x',
  'to: ["../a", "a/b", "a\\n", "con", "A", ".", ""]',
  'attachments: ["../../../etc/passwd"]',
  '\tto: a',
  'to: a\n  b: c',
  '%YAML 9.9\n---\nto: a',
  'to: |2\n a\n  b',
  '- a\n- b',
  'null',
  '42',
  '"a text"',
  '&x',
  '*x',
  'expires: 99999999999999999999999999',
  'name: 2001-01-01\nrole: 0x1F\nperson: yes',
  'script: ../../../../etc/passwd',
  'ask: top-up\nby: human\nagent: a\namount: -5',
  'ask: top-up\nby: human\nagent: a\namount: 1e308',
  'ask: reset\nby: a\nscope: nothing\narchive: ../../x',
] as const;

function yamlTroubles(head: string, draw: Place['draw']): string {
  const trouble = YAML[draw(YAML.length)] ?? '';
  const parts = [head, trouble];
  if (draw(2)) parts.reverse();
  return draw(4) ? `---\n${parts.join('\n')}\n---\nA body.\n` : trouble;
}

/** Fences that other readers run, or that are not closed. */
function fences(head: string, draw: Place['draw'], outside: string): string {
  const code = `require('node:fs').writeFileSync(${JSON.stringify(`${outside}/pwned`)}, 'x'); globalThis.polluted = 1; module.exports = {to: 'a'}`;
  const fence =
    [
      '---js',
      '---javascript',
      '---json',
      '---coffee',
      '---toml',
      '--- js',
      '---\r',
      '----',
      '---yaml',
      '+++',
      '---#',
      '\ufeff---js',
      '\n---',
      ' ---',
    ][draw(14)] ?? '';
  const close = ['---', '', '----', '--- ', '...', '---js'][draw(6)] ?? '';
  return `${fence}\n${draw(2) ? code : head}\n${close}\n${draw(2) ? code : 'A body.'}\n`;
}

/** Deep nesting, and aliases that grow. */
function deep(head: string, draw: Place['draw']): string {
  const levels = 1 + draw(20_000);
  const shape = draw(5);
  if (shape === 0) return `---\nto: ${'['.repeat(levels)}\n---\n`;
  if (shape === 1)
    return `---\n${Array.from({ length: Math.min(levels, 300) }, (_, i) => `${' '.repeat(i)}k:`).join('\n')}\n---\n`;
  if (shape === 2) return `---\n${'{a: '.repeat(levels)}1${'}'.repeat(levels)}\n---\n`;
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 4 + draw(26); i++)
    lines.push(
      `a${i}: &a${i} [${Array(9)
        .fill(`*a${i - 1}`)
        .join(', ')}]`,
    );
  return shape === 3
    ? `---\n${lines.join('\n')}\n---\n`
    : `---\n${head}\n---\n${'> '.repeat(levels)}${'['.repeat(levels)}\n`;
}

/** Long lines, many keys, many blanks: what is slow to read. */
function long(head: string, draw: Place['draw']): string {
  const n = [100, 5000, 30_000, 200_000][draw(4)] ?? 0;
  const long = [
    () => `---\n${head}\n${' '.repeat(n)}\n---\nA body.\n`,
    () => `---\n${Array.from({ length: Math.min(n, 8000) }, (_, i) => `k${i}: ${i}`).join('\n')}\n---\n`,
    () => `---\nsubject: ${'x'.repeat(n)}\n${head}\n---\n`,
    () => `---\n${head}\n---\n${'\n'.repeat(n)}${'# '.repeat(n)}`,
    () => `---\n${head}\n${'#'.repeat(n)}\n---\n`,
    () => `---\nto: [${Array(Math.min(n, 12_000)).fill('a').join(', ')}]\n---\n`,
    () => `---\nsubject: "${'\\'.repeat(n)}\n${head}\n---\n`,
    () => 'A body.\n'.repeat(n),
  ];
  return (long[draw(long.length)] as () => string)();
}

/** Some are damaged further: cut, CRLF, byte order marks, NUL, bytes that are no UTF-8. */
function spoil(bytes: Buffer, draw: Place['draw']): Buffer {
  const at = draw(bytes.length + 1);
  switch (draw(12)) {
    case 0:
      return bytes.subarray(0, at);
    case 1:
      return Buffer.from(bytes.toString().replaceAll('\n', '\r\n'));
    case 2:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes]);
    case 3:
      return Buffer.from(`\ufeff${bytes.toString()}`, 'utf16le');
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from([0]), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.from([0xc3, 0x28, 0xff, 0xed, 0xa0, 0x80]),
        bytes.subarray(at),
      ]);
    case 6:
      return Buffer.from(bytes.toString().replaceAll('\n', '\r'));
    default:
      return bytes;
  }
}

const NAMES = [
  '..%2f..%2fx',
  '..\\..\\x',
  '-rf',
  ' ',
  '\n',
  '\u202egnp',
  'con',
  'null',
  '__proto__',
  'constructor',
  '%00',
  '*',
  '@team',
  'a',
  'A',
  '\u00e9',
  'e\u0301',
  '💥',
  'x.conflict-3',
  '$(touch pwned)',
  "'; drop",
  'hello world',
  '000001-01-a-x',
  '999999-01-a-x',
  '0',
  '{{x}}',
  'x'.repeat(200),
];

/** A name as people, programs and attackers choose it, always another. */
export function nameFor(draw: Place['draw'], n: number): string {
  const name = NAMES[draw(NAMES.length)] as string;
  return draw(3) ? `${name}-${n}` : `${n}-${name}`;
}

/** Puts a thing at a path of the organisation. */
export function put(root: string, file: string, thing: Thing): void {
  const full = path.join(root, file);
  fs.mkdirSync(path.dirname(full), { recursive: true });
  fs.rmSync(full, { recursive: true, force: true });
  if (thing.is === 'bytes') return lay(root, file, thing.bytes);
  if (thing.is === 'link') return fs.symlinkSync(thing.to, full);
  if (thing.is === 'fifo') return void execFileSync('mkfifo', [full]);
  if (thing.is === 'folder') return void fs.mkdirSync(full);
  lay(root, file, '');
  fs.truncateSync(full, thing.size);
  const hourAgo = new Date(Date.now() - 3_600_000);
  fs.utimesSync(full, hourAgo, hourAgo);
}

/** Everything under a folder: names, kinds, content, times. */
export function snapshot(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const stat = fs.lstatSync(path.join(folder, name));
      return `${name} ${stat.mode} ${stat.mtimeMs} ${stat.isFile() ? fs.readFileSync(path.join(folder, name), 'latin1') : ''}`;
    });
}
