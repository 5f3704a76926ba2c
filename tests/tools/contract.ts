import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json, JsonObject } from '../../src/core/model/call.ts';
import type { Tool, WorldResult } from '../../src/core/model/tool.ts';
import type { ReadPlan } from '../../src/core/plans/plan.ts';
import { DiskError } from '../../src/disk/fs/disk.ts';
import { makeToolContext, ToolRefusal } from '../../src/engine/tools/tool-context.ts';
import { means, memoryOrg, scene } from './world.ts';

/** Keys that no tool has: of JavaScript's objects, and of what only the engine knows. */
const FOREIGN = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'agent',
  'agent_path',
  'from',
  'workspace',
  '',
];
const TYPES: Json[] = [null, true, 0, -1.5, 1e308, '', 'text', [], ['text'], [[]], {}, { toString: 'x' }];
const HUGE = 'x'.repeat(5_000_000);

const KEYWORDS = new Set([
  'type',
  'description',
  'properties',
  'required',
  'additionalProperties',
  'default',
  'enum',
  'anyOf',
  'items',
  'format',
]);

/** What is wrong with a schema as services that read JSON Schema would see it. Limits, which cost tokens, are told by refusals. */
function faultsIn(schema: JsonObject, path = 'input'): string[] {
  const faults = Object.keys(schema).flatMap((key) => (KEYWORDS.has(key) ? [] : [`${path} has ${key}`]));
  if (!('type' in schema || 'anyOf' in schema)) faults.push(`${path} has no type`);
  if (schema.items) faults.push(...faultsIn(schema.items as JsonObject, `${path}[]`));
  for (const [i, one] of ((schema.anyOf ?? []) as JsonObject[]).entries())
    faults.push(...faultsIn(one, `${path}|${i}`));
  if (schema.type === 'object') faults.push(...faultsInObject(schema, path));
  return faults;
}

function faultsInObject({ properties, required = [], additionalProperties }: JsonObject, path: string): string[] {
  const known = (properties ?? {}) as Record<string, JsonObject>;
  return [
    ...(additionalProperties === undefined ? [] : [`${path} says what a refusal tells`]),
    ...(required as string[])
      .filter((key) => !Object.hasOwn(known, key))
      .map((key) => `${path}.${key} is required and unknown`),
    ...Object.entries(known).flatMap(([key, inner]) => faultsIn(inner, `${path}.${key}`)),
  ];
}

function propertiesOf(tool: Tool): Record<string, JsonObject> {
  return tool.spec.input.properties as Record<string, JsonObject>;
}

/** A value that a schema admits. */
function sampleOf(schema: JsonObject): Json {
  if (schema.anyOf) return sampleOf((schema.anyOf as JsonObject[])[0] as JsonObject);
  if (schema.enum) return (schema.enum as Json[])[0] as Json;
  switch (schema.type) {
    case 'string':
      return 'x';
    case 'array':
      return [sampleOf(schema.items as JsonObject)];
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    default:
      return sampleObject(schema);
  }
}

function sampleObject({ properties }: JsonObject): JsonObject {
  const known = Object.entries((properties ?? {}) as Record<string, JsonObject>);
  return Object.fromEntries(known.map(([key, schema]) => [key, sampleOf(schema)]));
}

function sampleInput(tool: Tool, keys = Object.keys(propertiesOf(tool))): JsonObject {
  const input = Object.fromEntries(keys.map((key) => [key, sampleOf(propertiesOf(tool)[key] as JsonObject)]));
  // What a plan changes it does not cancel.
  return 'change' in input && 'cancel' in input ? { ...input, cancel: ['y'] } : input;
}

/** Values that a tool takes though its schema does not name them, because they can only be meant in one way. */
function isMeant(name: string, value: Json): boolean {
  switch (name) {
    case 'send_message to':
      return typeof value === 'string';
    case 'propose_plan tasks':
      return value === null || JSON.stringify(value) === '{}';
    case 'propose_plan change':
      return value === null || (typeof value === 'object' && !Array.isArray(value));
    case 'propose_plan cancel':
      return value === null || typeof value === 'string';
    default:
      return false;
  }
}

/** An object with an own property of that name, whatever the name. */
function withKey(input: JsonObject, key: string, value: Json): JsonObject {
  const entry = `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  const text = JSON.stringify(input);
  return JSON.parse(text === '{}' ? `{${entry}}` : `${text.slice(0, -1)},${entry}}`) as JsonObject;
}

/** Values by chance, close to what the schema admits. */
function near(schema: JsonObject): fc.Arbitrary<Json> {
  const texts = fc.constantFrom(
    'a',
    'b',
    'human',
    '*',
    '@x',
    '../b/secret.txt',
    'shared/docs/x.md',
    'shared/../x',
    '/etc/passwd',
    '000001-human-01',
    '\0',
    '\ud800',
    '</mail>',
    '--- \n',
    '',
  );
  if (schema.anyOf) return fc.oneof(...(schema.anyOf as JsonObject[]).map(near));
  if (schema.enum) return fc.constantFrom(...(schema.enum as Json[]));
  if (schema.type === 'array') return fc.array(near(schema.items as JsonObject), { maxLength: 4 });
  if (schema.type === 'object') return fc.oneof(fc.constant({}), nearObject(schema));
  if (schema.type === 'string') return fc.oneof(texts, fc.string({ maxLength: 30 }), fc.constant('x'));
  return fc.oneof(fc.integer(), fc.boolean());
}

function nearObject({ properties }: JsonObject): fc.Arbitrary<JsonObject> {
  const known = Object.entries(properties as Record<string, JsonObject>);
  return fc.record(Object.fromEntries(known.map(([key, schema]) => [key, near(schema)])));
}

function inputsOf(tool: Tool): fc.Arbitrary<JsonObject> {
  const model = Object.fromEntries(Object.entries(propertiesOf(tool)).map(([key, schema]) => [key, near(schema)]));
  return fc
    .record(model, { requiredKeys: tool.spec.input.required as string[] })
    .map((input) => structuredClone(input));
}

/** What holds for every tool that agents are given. */
export function contract(tool: Tool): void {
  describe(`${tool.spec.name} keeps the contract of tools`, () => {
    it('is specified for any model: a name, a description and a schema in JSON, without limits', () => {
      const { name, description, input } = tool.spec;
      expect(name).toMatch(/^[a-z][a-z0-9_]{0,63}$/);
      expect(description).toMatch(/^[A-Z].{10,1000}\.$/s);
      expect(input.type).toBe('object');
      expect(faultsIn(input)).toEqual([]);
      expect(JSON.parse(JSON.stringify(tool.spec))).toEqual(tool.spec);
    });

    it('says who has it and what repeating it does', () => {
      expect(['all', 'resume']).toContain(tool.granted);
      if (tool.kind !== 'world') return;
      expect(['pure', 'idempotent', 'once']).toContain(tool.touches);
      expect(tool.timeout).toBeGreaterThanOrEqual(1000);
      expect(tool.timeout).toBeLessThanOrEqual(600_000);
      expect(tool.most).toBeGreaterThanOrEqual(1000);
      expect(tool.most).toBeLessThanOrEqual(60_000);
    });

    it('takes what its schema admits: everything, and only what is required', () => {
      for (const input of [
        sampleInput(tool),
        sampleInput(tool, (tool.spec.input.required as string[] | undefined) ?? []),
      ])
        expect(tool.parse(input)).toMatchObject({ ok: true });
    });

    it.each(TYPES.filter((value) => value === null || typeof value !== 'object' || Array.isArray(value)))(
      'refuses %j in place of an object',
      (input) => {
        refused(tool, input);
      },
    );

    const isLenient = ['done', 'propose_plan'].includes(tool.spec.name);
    it.each(FOREIGN)(`${isLenient ? 'drops' : 'refuses'} the key %j`, (key) => {
      for (const value of [{ input: 1 }, 'x', null]) {
        const input = withKey(sampleInput(tool), key, value);
        if (!isLenient) refused(tool, input);
        else expect(tool.parse(input)).toEqual(tool.parse(sampleInput(tool)));
      }
    });

    it.each(Object.keys(propertiesOf(tool)))('refuses a %s that is of another type, missing or huge', (key) => {
      const schema = z.fromJSONSchema(propertiesOf(tool)[key] as never);
      const name = `${tool.spec.name} ${key}`;
      for (const value of TYPES.filter((one) => !schema.safeParse(one).success && !isMeant(name, one)))
        refused(tool, { ...sampleInput(tool), [key]: value });
      for (const value of [HUGE, Array.from({ length: 100_000 }, () => 'x'), deep(1000)])
        refused(tool, { ...sampleInput(tool), [key]: value });
      const { [key]: _gone, ...rest } = sampleInput(tool);
      // A plan may change what is there and add nothing.
      const isNeeded =
        (tool.spec.input.required as string[] | undefined)?.includes(key) && name !== 'propose_plan tasks';
      expect(tool.parse(rest).ok).toBe(!isNeeded);
    });

    it('never throws, changes no input, and lets nothing through that the schema does not name', () => {
      fc.assert(
        fc.property(fc.oneof(fc.jsonValue({ maxDepth: 4 }), inputsOf(tool)), (input) => {
          const before = JSON.stringify(input);
          const parsed = tool.parse(input as Json);
          expect(JSON.stringify(input)).toBe(before);
          if (!parsed.ok) {
            expect(parsed.why).toMatch(/^[\s\S]{1,500}$/);
            return;
          }
          // A plan comes with what was mended of it.
          const value = tool.spec.name === 'propose_plan' ? (parsed.value as ReadPlan).plan : parsed.value;
          expect(Object.keys(propertiesOf(tool))).toEqual(expect.arrayContaining(Object.keys(value as object)));
          expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
        }),
        { numRuns: 300 },
      );
    });

    if (tool.kind === 'act')
      it('stages whatever its schema admits, or refuses it by a rule', () => {
        fc.assert(
          fc.property(inputsOf(tool), (input) => {
            const parsed = tool.parse(input);
            if (!parsed.ok) return;
            const staged = tool.stage(parsed.value, scene());
            expect(staged).toMatchObject(
              staged.ok ? { text: expect.any(String) } : { rule: expect.any(String), text: expect.any(String) },
            );
          }),
        );
      });
    else
      it('touches nothing but the workspace of its agent, whatever it is asked', async () => {
        const disk = memoryOrg();
        const outside = (): Map<string, string> => disk.files((path) => !path.startsWith('agents/a/workspace/'));
        const before = outside();
        await fc.assert(
          fc.asyncProperty(inputsOf(tool), async (input) => {
            const parsed = tool.parse(input);
            if (!parsed.ok) return;
            const result = await attempt(() => tool.run(parsed.value, makeToolContext(means(disk))));
            expect(result).not.toMatch(/of b|not granted|role of/);
            expect(outside()).toEqual(before);
          }),
          { numRuns: tool.spec.name === 'run_javascript' ? 5 : 300 },
        );
      });
  });
}

function refused(tool: Tool, input: Json): void {
  expect(tool.parse(input)).toEqual({ ok: false, why: expect.stringMatching(/^[\s\S]{1,500}$/) });
}

function deep(levels: number): Json {
  let value: Json = 'x';
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

/** The text of a result; what the Box refuses or the disk cannot do is none. */
async function attempt(run: () => WorldResult | Promise<WorldResult>): Promise<string> {
  try {
    return (await run()).text;
  } catch (error) {
    if (error instanceof ToolRefusal || error instanceof DiskError) return '';
    throw error;
  }
}
