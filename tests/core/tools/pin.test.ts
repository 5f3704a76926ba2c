import { describe, expect, it } from 'vitest';
import { pinOf } from '../../../src/core/tools/pin.ts';

const OBJECT = { type: 'object' };

describe('the tools of a server', () => {
  it('are kept by name, with the keys of their schemas in order', () => {
    const b = {
      name: 'b',
      description: ' Does b ',
      inputSchema: { type: 'object', properties: { y: {}, x: [1, { d: 1, c: null }] } },
    };
    const a = { name: 'a', inputSchema: OBJECT };
    expect(pinOf([b, a])).toEqual({
      tools: [
        { name: 'a', description: '', input: OBJECT },
        {
          name: 'b',
          description: 'Does b',
          input: { properties: { x: [1, { c: null, d: 1 }], y: {} }, type: 'object' },
        },
      ],
      left: [],
    });
    expect(JSON.stringify(pinOf([b, a]).tools)).toBe(JSON.stringify(pinOf([a, b]).tools));
    expect(JSON.stringify(pinOf([b]).tools)).toContain(
      '{"properties":{"x":[1,{"c":null,"d":1}],"y":{}},"type":"object"}',
    );
  });

  it('have descriptions without characters that steer, and of some length', () => {
    const [tool] = pinOf([
      { name: 'a', description: `x\u001b[2J\u202ey\n${'z'.repeat(5000)}`, inputSchema: OBJECT },
    ]).tools;
    expect(tool?.description).toMatch(/^x \[2J y\nz+$/);
    expect(tool?.description).toHaveLength(2000);
  });

  it.each([
    ['no name', '', OBJECT],
    ['two underscores', 'a__b', OBJECT],
    ['a control character', 'a\nb', OBJECT],
    ['a long name', 'a'.repeat(39), OBJECT],
    ['a schema that is none', 'a', 5],
    ['a schema of a text', 'a', { type: 'string' }],
    ['a schema with a key that is no property', 'a', JSON.parse('{"type":"object","properties":{"__proto__":{}}}')],
    ['a large schema', 'a', { type: 'object', title: 'x'.repeat(20_001) }],
  ])('are left out with %s', (_what, name, inputSchema) => {
    const { tools, left } = pinOf([{ name, inputSchema }]);
    expect([tools.length, left.length]).toEqual([0, 1]);
  });

  it('are 200 at most, each name once', () => {
    const many = Array.from({ length: 202 }, (_, i) => ({ name: `t${i}`, inputSchema: OBJECT }));
    const { tools, left } = pinOf([...many, { name: 't0', inputSchema: OBJECT }]);
    expect(tools).toHaveLength(200);
    expect(left).toEqual([
      '"t200": more than 200 tools',
      '"t201": more than 200 tools',
      '"t0": there are two of this name',
    ]);
  });
});
