import { expect, it } from 'vitest';
import type { WorldResult } from '../../../src/core/model/tool.ts';
import { means, memoryOrg, start } from '../world.ts';

function run(code: string, timeout = 5000): Promise<WorldResult> {
  return Promise.resolve(start('run_javascript', { code }, means(memoryOrg(), { timeout })));
}

it.each([
  ['the last value', '[1, 2, 3].map((x) => x * 2)', '[2, 4, 6]'],
  [
    'what is logged',
    'console.log("a", { b: [1n, null] }); console.warn(new Error("c")); undefined',
    'a {b: [1n, null]}\nError: c\nundefined',
  ],
  ['a value that is promised', '(async () => { await null; return "later"; })()', 'later'],
  [
    'a map, a set, and bytes',
    '[new Map([[1, 2]]), new Set([3]), new Uint8Array(2)]',
    '[Map [[1, 2]], Set [3], [0, 0]]',
  ],
  ['text of any language', '"ä€😀".length + "ä€😀"', '4ä€😀'],
])('tells %s', async (_what, code, text) => {
  expect(await run(code)).toEqual({ ok: true, text });
});

it.each([
  ['an error', 'throw new TypeError("no")', 'TypeError: no\n[ended with an error]'],
  ['a value that is thrown', 'throw 5', 'Error: 5\n[ended with an error]'],
  ['a promise that fails', 'Promise.reject(new Error("late"))', 'Error: late\n[ended with an error]'],
  ['a mistake in the code', 'let = ;', expect.stringMatching(/^SyntaxError/)],
])('tells %s', async (_what, code, text) => {
  expect(await run(code)).toEqual({ ok: false, text });
});

it.each([
  ['a loop', 'for (;;);', /interrupted after 300 ms/],
  ['typed arrays', 'const all = []; for (;;) all.push(new Uint8Array(1e7));', /out of memory/],
  [
    'texts',
    'const all = []; for (;;) all.push("x".repeat(1e6).replace("x", all.length));',
    /out of memory|interrupted/,
  ],
  ['recursion', '(function f() { f(); })()', /stack overflow/],
  ['output', 'for (;;) console.log("x".repeat(1000));', /more than 50000 bytes of output|interrupted/],
  ['an expression', '/(a+)+$/.test("a".repeat(40) + "b")', /interrupted/],
])('ends %s without end', async (_what, code, why) => {
  const result = await run(code, /memory|overflow/.test(why.source) ? 10_000 : 300);
  expect(result.ok).toBe(false);
  expect(result.text.slice(-200)).toMatch(why);
});

it.each([
  'process.env',
  'require("fs")',
  'import("node:fs")',
  'fetch("http://127.0.0.1")',
  'this.constructor.constructor("return process")()',
  'console.log.constructor("return process.pid")()',
  '__say("x")',
  'new Worker("x")',
  'WebAssembly.compile(new Uint8Array(8))',
  'std.open("/etc/passwd")',
  'os.exec(["id"])',
])('reaches nothing: %s', async (code) => {
  expect(await run(code)).toMatchObject({ ok: false, text: expect.stringMatching(/Error/) });
});
