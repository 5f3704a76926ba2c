import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readConfig } from '../../../src/disk/config/config.ts';
import { readIncoming, readMessage } from '../../../src/disk/intake/incoming-message.ts';
import { decode } from '../../../src/disk/yaml/codec.ts';
import { migrateText } from '../../../src/disk/yaml/migrate.ts';
import type { Fault } from '../../../src/schema/fault.ts';
import { thin } from '../../campaign/thin.ts';

const SEED = 20_261_121;
const FILES = Math.ceil(2000 / thin(5));
const MAX_BYTES = 1_048_576;

const CODE = '(globalThis.canary = true)';
const HEADS = [
  '---\n',
  '---js\n',
  '---javascript\n',
  '---JS \n',
  '---json\n',
  '---coffee\n',
  '---toml\n',
  '--- yaml\n',
  '--- \n',
  '----\n',
  '\ufeff---\n',
  '\n---\n',
];
const LINES = [
  'to: manager',
  'to: [a, b',
  'to: ../../etc/passwd',
  'to: "manager\\n"',
  'name: con',
  'name: planner',
  'version: 1',
  'version: 1e9',
  'role: x',
  'tools: [shell]',
  'extends: worker',
  '__proto__: { canary: true }',
  '"__proto__": { canary: true }',
  'constructor: { prototype: { canary: true } }',
  'toString: 1',
  'models: { __proto__: { provider: x } }',
  `run: !!js/function "function () { ${CODE} }"`,
  `run: !<tag:yaml.org,2002:js/undefined> ""`,
  `x: \`${CODE}\``,
  CODE,
  `{ x: ${CODE} }`,
  'return 1',
  '%YAML 1.1',
  '%TAG ! x',
  '&a [*a]',
  'a: &a { b: *a }',
  '<<: *a',
  'agents: { planner: { send_to: ["*"] } }',
  'limits: { hops: .inf }',
  'limits: { hops: -0 }',
  'limits: { hops: 1e999 }',
  'x: 0x1',
  '? [a]',
  ': b',
  '- - - -',
  '---',
  '...',
  '--- # x',
  '\t- a',
  'a:\tb',
  "'",
  '"',
  '|',
  '>',
  '\u0085',
  '\u2028',
  '😀: 😀',
  '\ud800',
];
const NAMES = [
  '../x',
  'a/b',
  'con',
  'x\n',
  'n\u0303',
  '\u202egnp',
  'x'.repeat(300),
  '__proto__',
  'constructor',
  'Planner',
  'null',
  '.hidden',
  '*',
  '@eng',
  'archive',
  '',
  ' ',
  'com1',
  'planner',
];

const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...LINES) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
);
const lines = fc
  .tuple(
    fc.constantFrom('', ...HEADS),
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('', '---\n', '\n---\nbody', '---js\n', '...'),
  )
  .map(([head, all, end]) => `${head}${all.join('\n')}\n${end}`);
const deep = fc
  .tuple(
    fc.constantFrom('[', '{a: ', '- ', '? ', '!!x [', '&a [', '"', '{? ', '[[],', '[a: '),
    fc.integer({ min: 100, max: 15_000 }),
  )
  .map(([part, n]) => part.repeat(n));
const indented = fc
  .integer({ min: 100, max: 350 })
  .map((n) => Array.from({ length: n }, (_, i) => `${' '.repeat(i)}a:`).join('\n'));
const bomb = fc
  .integer({ min: 2, max: 26 })
  .map((n) =>
    Array.from(
      { length: n },
      (_, i) => `${letter(i)}: &${letter(i)} [${i ? `*${letter(i - 1)}, `.repeat(9) : 'lol'}]`,
    ).join('\n'),
  );
const many = fc
  .tuple(
    fc.constantFrom('k: 1\n', '- a\n', '# c\n', '\n', ' \n', 'a', '*x ', '&x ', ','),
    fc.integer({ min: 100, max: 1500 }),
  )
  .map(([part, n]) => part.repeat(n));
const keys = fc
  .integer({ min: 100, max: 1000 })
  .map((n) => Array.from({ length: n }, (_, i) => `key${i}: ${i}`).join('\n'));
const yaml = fc.oneof({ weight: 12, arbitrary: lines }, deep, indented, bomb, many, keys);
const markdown = fc.oneof(
  yaml,
  yaml.map((text) => `---\n${text}\n---\nbody\n`),
  yaml.map((text) => `---\nto: manager\n${text}\n---\n${CODE}\n`),
);
const form = fc.constantFrom(
  (text: string) => text,
  (text: string) => text.replaceAll('\n', '\r\n'),
  (text: string) => text.replaceAll('\n', '\r'),
  (text: string) => `\ufeff${text}`,
  (text: string) => text.replace('a', '\0'),
);
const encoded = fc.tuple(markdown, form).map(([text, change]) => new TextEncoder().encode(change(text)));
const broken = fc
  .tuple(encoded, fc.nat(), fc.constantFrom(0xff, 0xc0, 0x80, 0xed))
  .map(([bytes, at, byte]) => bytes.map((old, i) => (i === at % bytes.length ? byte : old)));
const huge = fc.constantFrom(MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1, 3_000_000).map((n) => new Uint8Array(n).fill(97));
const file = fc.oneof(
  { weight: 40, arbitrary: encoded },
  { weight: 10, arbitrary: broken },
  { weight: 6, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: huge },
);

function letter(i: number): string {
  return String.fromCharCode(97 + i);
}

const isFault = (fault: Fault | undefined) =>
  fault !== undefined && fault.code.length > 0 && fault.message.length > 0 && fault.remedy.length > 0;

const KINDS = [
  'org/org.yaml',
  'org/chart.yaml',
  'org/models.yaml',
  'org/credits.yaml',
  'org/units/eng.md',
  'org/goals/x.md',
  'org/templates/worker.md',
  'agents/human/resume.md',
];

/** Milliseconds of this process since the last call: other processes do not count. */
function clock(): () => number {
  let last = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(last);
    last = process.cpuUsage();
    return (user + system) / 1000;
  };
}

/** Reads a file as mail, as a recorded message, as a file of the org. True when it was accepted anywhere. */
function readAs(bytes: Uint8Array, name: string, kind: string, took: (ms: number) => void): boolean {
  const lap = clock();
  const decoded = decode(bytes, MAX_BYTES, name);
  if ('fault' in decoded) {
    expect(isFault(decoded.fault)).toBe(true);
    return false;
  }
  const { text } = decoded;
  const drop = readIncoming(`agents/human/outbox/${name}.md`, text);
  took(lap());
  expect('fault' in drop ? isFault(drop.fault) : drop.to.length > 0).toBe(true);
  const { message, faults } = readMessage(text, `agents/human/outbox/${name}.md`);
  took(lap());
  expect(message !== null || (faults.length > 0 && faults.every(isFault))).toBe(true);
  const yaml = kind.endsWith('.yaml') ? text.replace(/^---\n/, '').replace(/\n---\n[\s\S]*$/, '\n') : text;
  const reading = readConfig(new Map([...GOOD, [kind, yaml]]), ['planner', 'human', name], {});
  took(lap());
  expect(reading.config !== null || reading.faults.length > 0).toBe(true);
  expect(reading.faults.every(isFault)).toBe(true);
  if (!/yaml/.test(kind)) expect(reading.config).not.toBeNull();
  const migrated = migrateText('chart', yaml);
  took(lap());
  expect('fault' in migrated ? isFault(migrated.fault) : migrated.to === 1).toBe(true);
  return 'to' in drop || message !== null || !reading.faults.some(({ file: at }) => at === kind);
}

const GOOD: [string, string][] = [
  ['org/org.yaml', 'version: 1\nname: acme\n'],
  ['org/chart.yaml', 'version: 1\nagents: { planner: {} }\n'],
  ['org/templates/worker.md', '---\ntools: [shell]\n---\n'],
  ['agents/planner/resume.md', '---\nextends: worker\n---\n'],
  ['agents/human/resume.md', '---\nperson: true\n---\n'],
];

it(`${FILES} malformed files are refused with a fault or accepted, each within a second, and none runs`, {
  timeout: 600_000,
}, () => {
  let accepted = 0;
  let slowest = 0;
  fc.assert(
    fc.property(file, fc.constantFrom(...NAMES), fc.constantFrom(...KINDS), (bytes, name, kind) => {
      if (readAs(bytes, name, kind, (ms) => (slowest = Math.max(slowest, ms)))) accepted++;
      expect({}).not.toHaveProperty('canary');
      expect(globalThis).not.toHaveProperty('canary');
    }),
    { numRuns: FILES, seed: SEED, endOnFailure: true },
  );
  expect(accepted).toBeGreaterThan(FILES / 20);
  expect(accepted).toBeLessThan(FILES);
  expect(slowest).toBeLessThan(1000);
});
