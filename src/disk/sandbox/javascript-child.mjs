// Runs the JavaScript that comes on standard input in QuickJS and prints what it logs and its last value. Argument:
// milliseconds until it is interrupted. Ends with 1 after an error of the code.
import { readFileSync, writeSync } from 'node:fs';
import variant from '@jitl/quickjs-wasmfile-release-sync';
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core';

/** Pages of 64 KiB: 16 MB at first, 64 MB at most. The machine's own limit does not count typed arrays. */
const MEMORY = { initial: 256, maximum: 1024 };
/** Bytes of the stack of the code. */
const STACK = 1024 * 1024;

const PRELUDE = `(() => {
  const seen = (value, depth) => {
    if (typeof value === 'string') return depth === 0 ? value : JSON.stringify(value);
    if (typeof value === 'bigint') return value + 'n';
    if (typeof value === 'function') return '[function ' + (value.name || 'anonymous') + ']';
    if (typeof value !== 'object' || value === null) return String(value);
    if (value instanceof Error) return value.name + ': ' + value.message;
    if (depth > 3) return Array.isArray(value) ? '[...]' : '{...}';
    if (Array.isArray(value) || ArrayBuffer.isView(value))
      return '[' + Array.from(value).slice(0, 1000).map((one) => seen(one, depth + 1)).join(', ') + ']';
    if (value instanceof Map) return 'Map ' + seen(Array.from(value), depth);
    if (value instanceof Set) return 'Set ' + seen(Array.from(value), depth);
    const keys = Object.keys(value).slice(0, 1000);
    return '{' + keys.map((key) => key + ': ' + seen(value[key], depth + 1)).join(', ') + '}';
  };
  const say = globalThis.__say;
  delete globalThis.__say;
  const log = (...values) => say(values.map((value) => seen(value, 0)).join(' '));
  globalThis.console = { log, info: log, warn: log, error: log, debug: log };
  return (value) => seen(value, 0);
})()`;

const [limit] = process.argv.slice(2).map(Number);
const code = readFileSync(0, 'utf8');
const wasmMemory = new WebAssembly.Memory(MEMORY);
const machine = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory }));
const runtime = machine.newRuntime();
runtime.setMaxStackSize(STACK);
const context = runtime.newContext();
const say = context.newFunction('say', (text) => {
  print(context.getString(text));
});
context.setProp(context.global, '__say', say);
const show = context.unwrapResult(context.evalCode(PRELUDE));
const end = Date.now() + limit;
runtime.setInterruptHandler(() => Date.now() > end);
process.exit(run());

/** The code of the end: 0, or 1 after an error. */
function run() {
  const result = context.evalCode(code, 'code.js');
  if (result.error) return complain(result.error);
  const jobs = runtime.executePendingJobs();
  if (jobs.error) return complain(jobs.error);
  const state = context.getPromiseState(result.value);
  if (state.type === 'rejected') return complain(state.error);
  if (state.type === 'pending') return print('[a promise that is never settled]');
  const shown = context.callFunction(show, context.undefined, state.value);
  if (shown.error) return complain(shown.error);
  return print(context.getString(shown.value));
}

function complain(error) {
  const told = context.dump(error);
  const text =
    Date.now() > end ? `interrupted after ${limit} ms` : `${told?.name ?? 'Error'}: ${told?.message ?? told}`;
  print(text);
  return 1;
}

function print(text) {
  writeAll(Buffer.from(`${text}\n`));
  return 0;
}

/** A pipe that is full takes no more for now. */
function writeAll(bytes) {
  for (let done = 0; done < bytes.length; )
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
}
