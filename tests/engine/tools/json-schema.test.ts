import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/core/model/call.ts';
import { checkerOf } from '../../../src/engine/tools/json-schema.ts';

async function check(schema: JsonObject, input: Json): Promise<true | string> {
  const checked = (await checkerOf(schema))(input);
  return checked.ok || checked.why;
}

const TEXT: JsonObject = { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] };

describe('input by a JSON schema', () => {
  it('is checked with its place', async () => {
    expect(await check(TEXT, { text: 'x' })).toBe(true);
    expect(await check(TEXT, { text: [] })).toBe('text: must be string');
    expect(await check(TEXT, [])).toBe('input: must be object');
    const closed = { ...TEXT, additionalProperties: false };
    expect(await check(closed, { text: 'x', y: 1 })).toBe('input: must NOT have additional properties "y"');
  });

  it('counts own properties only', async () => {
    const named = { type: 'object', required: ['toString'] };
    expect(await check(named, {})).toContain("must have required property 'toString'");
    const forged = JSON.parse('{"__proto__":{"text":"x"}}') as Json;
    expect(await check(TEXT, forged)).toContain("must have required property 'text'");
    expect(await check({ ...TEXT, required: [], additionalProperties: false }, forged)).toContain('"__proto__"');
  });

  it('is not changed', async () => {
    const schema = { type: 'object', properties: { n: { type: 'number', default: 5 } } };
    const input = { text: '1' };
    const checked = (await checkerOf(schema))(input);
    expect(checked).toEqual({ ok: true, value: { text: '1' } });
  });

  it('may be of an older draft, and refer to its own parts only', async () => {
    const old: JsonObject = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: 'http://nowhere.invalid/x',
      type: 'object',
      definitions: { n: { type: 'number' } },
      properties: { pair: { type: 'array', items: [{ $ref: '#/definitions/n' }, { type: 'string' }] } },
    };
    expect(await check(old, { pair: [1, 'x'] })).toBe(true);
    expect(await check(old, { pair: ['x', 1] })).toBe('pair.0: must be number');
    await expect(checkerOf({ $ref: 'http://nowhere.invalid/y' })).rejects.toThrow(/resolve/);
    await expect(checkerOf({ type: 'nothing' })).rejects.toThrow(/schema is invalid/);
  });

  it('has formats let be, and a pattern that takes for ever cut off', async () => {
    const schema = {
      type: 'object',
      properties: { mail: { type: 'string', format: 'email' }, word: { type: 'string', pattern: '^(a+)+$' } },
    };
    expect(await check(schema, { mail: 'no mail', word: 'aaa' })).toBe(true);
    expect(await check(schema, { word: 'ab' })).toContain('must match pattern');
    expect(await check(schema, { word: `${'a'.repeat(200)}b` })).toContain('cannot be checked');
  });
});
