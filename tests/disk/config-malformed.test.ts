import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decode } from '../../src/disk/codec.ts';
import { readConfig } from '../../src/disk/config.ts';
import { readDrop, readMessage } from '../../src/disk/drop.ts';
import { migrateText } from '../../src/disk/migrate.ts';
import type { Fault } from '../../src/schema/fault.ts';

const SEED = 20_261_121;
const FILES = 2000;
const MAX_BYTES = 1_048_576;

const CODE = '(globalThis.canary = true)';
const HEADS = ['---\n', '---js\n', '---javascript\n', '---JS \n', '---json\n', '---coffee\n', '---toml\n', '--- yaml\n', '--- \n', '----\n', '\ufeff---\n', '\n---\n'];
const LINES = [
  'to: manager', 'to: [a, b', 'to: ../../etc/passwd', 'to: "manager\\n"', 'name: con', 'name: planner', 'version: 1', 'version: 1e9', 'role: x', 'tools: [shell]', 'extends: worker',
  '__proto__: { canary: true }', '"__proto__": { canary: true }', 'constructor: { prototype: { canary: true } }', 'toString: 1', 'models: { __proto__: { provider: x } }',
  `run: !!js/function "function () { ${CODE} }"`, `run: !<tag:yaml.org,2002:js/undefined> ""`, `x: \`${CODE}\``, CODE, `{ x: ${CODE} }`, 'return 1', '%YAML 1.1', '%TAG ! x', '&a [*a]', 'a: &a { b: *a }', '<<: *a',
  'agents: { planner: { send_to: ["*"] } }', 'limits: { hops: .inf }', 'limits: { hops: -0 }', 'limits: { hops: 1e999 }', 'x: 0x1', '? [a]', ': b', '- - - -', '---', '...', '--- # x', '\t- a', 'a:\tb', "'", '"', '|', '>', '\u0085', '\u2028', '😀: 😀', '\ud800',
];
const NAMES = ['../x', 'a/b', 'con', 'x\n', 'n\u0303', '\u202egnp', 'x'.repeat(300), '__proto__', 'constructor', 'Planner', 'null', '.hidden', '*', '@eng', 'archive', '', ' ', 'com1', 'planner'];

const line = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...LINES) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) });
const lines = fc.tuple(fc.constantFrom('', ...HEADS), fc.array(line, { maxLength: 12 }), fc.constantFrom('', '---\n', '\n---\nbody', '---js\n', '...')).map(([head, all, end]) => `${head}${all.join('\n')}\n${end}`);
const deep = fc.tuple(fc.constantFrom('[', '{a: ', '- ', '? ', '!!x [', '&a [', '"', '{? ', '[[],', '[a: '), fc.integer({ min: 100, max: 15_000 })).map(([part, n]) => part.repeat(n));
const indented = fc.integer({ min: 100, max: 350 }).map((n) => Array.from({ length: n }, (_, i) => `${' '.repeat(i)}a:`).join('\n'));
const bomb = fc.integer({ min: 2, max: 26 }).map((n) => Array.from({ length: n }, (_, i) => `${letter(i)}: &${letter(i)} [${i ? `*${letter(i - 1)}, `.repeat(9) : 'lol'}]`).join('\n'));
const many = fc.tuple(fc.constantFrom('k: 1\n', '- a\n', '# c\n', '\n', ' \n', 'a', '*x ', '&x ', ','), fc.integer({ min: 1000, max: 7000 })).map(([part, n]) => part.repeat(n));
const keys = fc.integer({ min: 500, max: 4000 }).map((n) => Array.from({ length: n }, (_, i) => `key${i}: ${i}`).join('\n'));
const yaml = fc.oneof({ weight: 8, arbitrary: lines }, deep, indented, bomb, many, keys);
const markdown = fc.oneof(yaml, yaml.map((text) => `---\n${text}\n---\nbody\n`), yaml.map((text) => `---\nto: manager\n${text}\n---\n${CODE}\n`));
const form = fc.constantFrom((text: string) => text, (text: string) => text.replaceAll('\n', '\r\n'), (text: string) => text.replaceAll('\n', '\r'), (text: string) => `\ufeff${text}`, (text: string) => text.replace('a', '\0'));
const encoded = fc.tuple(markdown, form).map(([text, change]) => new TextEncoder().encode(change(text)));
const broken = fc.tuple(encoded, fc.nat(), fc.constantFrom(0xff, 0xc0, 0x80, 0xed)).map(([bytes, at, byte]) => bytes.map((old, i) => (i === at % bytes.length ? byte : old)));
const huge = fc.constantFrom(MAX_BYTES - 1, MAX_BYTES, MAX_BYTES + 1, 3_000_000).map((n) => new Uint8Array(n).fill(97));
const file = fc.oneof({ weight: 12, arbitrary: encoded }, { weight: 3, arbitrary: broken }, { weight: 2, arbitrary: fc.uint8Array({ maxLength: 300 }) }, { weight: 1, arbitrary: huge });

function letter(i: number): string {
  return String.fromCharCode(97 + i);
}

const isFault = (fault: Fault | undefined) => fault !== undefined && fault.code.length > 0 && fault.message.length > 0 && fault.remedy.length > 0;

/** Reads one file in every way that files of people are read. True when it was accepted anywhere. */
function readEverywhere(bytes: Uint8Array, name: string): boolean {
  const decoded = decode(bytes, MAX_BYTES, name);
  if ('fault' in decoded) {
    expect(isFault(decoded.fault)).toBe(true);
    return false;
  }
  const { text } = decoded;
  const drop = readDrop(`agents/human/outbox/${name}.md`, text);
  if ('fault' in drop) expect(isFault(drop.fault)).toBe(true);
  else expect(drop.to.length).toBeGreaterThan(0);
  const { message, faults } = readMessage(text, `agents/human/outbox/${name}.md`);
  expect(message !== null || faults.every(isFault)).toBe(true);
  const asYaml = text.replace(/^---\n/, '').replace(/\n---\n.*$/s, '\n');
  const migrated = migrateText('chart', asYaml);
  if ('fault' in migrated) expect(isFault(migrated.fault)).toBe(true);
  return readOrgs(text, asYaml, name) || 'to' in drop || message !== null;
}

/** The text as resume, template, unit and goal, then as each file of the org. */
function readOrgs(text: string, asYaml: string, name: string): boolean {
  const good = new Map([['org/org.yaml', 'version: 1\nname: acme\n'], ['org/chart.yaml', 'version: 1\nagents: { planner: {} }\n'], ['agents/planner/resume.md', '---\nextends: worker\n---\n'], ['org/templates/worker.md', text]]);
  const people = readConfig(new Map([...good, ['agents/human/resume.md', text], [`org/goals/${name}.md`, text]]), ['planner', 'human', name], {});
  expect(people.config).not.toBeNull();
  expect(people.faults.every(isFault)).toBe(true);
  const kinds = ['org/org.yaml', 'org/chart.yaml', 'org/models.yaml', 'org/credits.yaml'];
  const readings = kinds.map((path) => readConfig(new Map([...good, [path, asYaml], ['org/units/eng.md', text]]), ['planner'], {}));
  for (const { config, faults } of readings) expect(config !== null || (faults.length > 0 && faults.every(isFault))).toBe(true);
  return people.faults.length === 0 || readings.some(({ config }) => config !== null);
}

it(`${FILES} malformed files are refused with a fault or accepted, each within a second, and none runs`, { timeout: 600_000 }, () => {
  let accepted = 0;
  let slowest = 0;
  const name = fc.constantFrom(...NAMES);
  fc.assert(
    fc.property(file, name, (bytes, as) => {
      const before = performance.now();
      if (readEverywhere(bytes, as)) accepted++;
      slowest = Math.max(slowest, performance.now() - before);
      expect({}).not.toHaveProperty('canary');
      expect(globalThis).not.toHaveProperty('canary');
    }),
    { numRuns: FILES, seed: SEED, endOnFailure: true },
  );
  expect(accepted).toBeGreaterThan(FILES / 20);
  expect(accepted).toBeLessThan(FILES);
  expect(slowest).toBeLessThan(1000);
});
