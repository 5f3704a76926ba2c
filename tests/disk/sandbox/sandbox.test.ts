// @module-tag bwrap
// @module-tag python3
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SandboxedProgram, SandboxLevel } from '../../../src/disk/sandbox/sandbox.ts';
import { realSandbox } from '../../../src/disk/sandbox/sandbox.ts';
import { type Processor, REFUSED } from '../../../src/disk/sandbox/seccomp.ts';
import { scratch } from '../../commands/world.ts';
import { ALLOWED, boxHere, Hands, sh } from '../../engine/tools/hands.ts';
import { programOf } from '../../program.ts';

let level: SandboxLevel;
beforeAll(async () => {
  level = await boxHere();
});

const WORKSPACE = 'agents/a/workspace';

/** A workspace, and the sandbox of its organisation. */
function workspace() {
  const root = scratch();
  const folder = join(root, WORKSPACE);
  fs.mkdirSync(folder, { recursive: true });
  const sandbox = realSandbox(root);
  const run = async (argv: readonly string[]): Promise<SandboxedProgram & { text: string }> => {
    const ran = await sandbox.run(WORKSPACE, argv, {
      ...ALLOWED,
      timeoutMs: 120_000,
      room: { bytes: Number.POSITIVE_INFINITY, files: Number.POSITIVE_INFINITY },
    });
    return { ...ran, text: Buffer.from(ran.stdout).toString() };
  };
  return { folder, run, python: (code: string) => run(['python3', '-c', code]) };
}

describe('calls of the system', () => {
  const refused = REFUSED.flatMap(({ name, numbers, error }) => {
    const number = numbers[process.arch as Processor];
    return number === null ? [] : [{ name, number, error }];
  });

  it('that are refused get their error, each of them', async () => {
    const { text, broken } = await workspace().python(
      `import ctypes, json\nlibc = ctypes.CDLL(None, use_errno=True)\ntold = {}
for name, number in json.loads(${JSON.stringify(JSON.stringify(refused.map(({ name, number }) => [name, number])))}):
  result = libc.syscall(ctypes.c_long(number), 0, ctypes.c_long(-3), 0, 0, 0, 0)
  told[name] = ctypes.get_errno() if result == -1 else 0
print(json.dumps(told))`,
    );
    expect(broken).toBe(null);
    expect(JSON.parse(text)).toEqual(Object.fromEntries(refused.map(({ name, error }) => [name, error])));
    expect(refused.length).toBeGreaterThan(45);
  });

  it.runIf(process.arch === 'x64')('are refused by the entry of 32 bits as well, and by that of x32', async () => {
    const { python } = workspace();
    // push rbx; mov eax, 288 (keyctl); ebx = 0 (tell the id of); ecx = -3 (the keyring of the session); int 0x80; pop rbx; ret
    const entry = (number: number): string =>
      `import ctypes, mmap\ncode = bytes.fromhex("53b8") + (${number}).to_bytes(4, "little") + bytes.fromhex("bb00000000b9fdffffffba00000000cd805bc3")
page = mmap.mmap(-1, 4096, prot=7)\npage.write(code)
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))\nprint(call())`;
    // keyctl, add_key, request_key, getpid, io_uring_setup
    for (const number of [288, 286, 287, 20, 425]) {
      const { text, end } = await python(entry(number));
      // A kernel without such an entry ends the program.
      if (end.how === 'exit' && end.code === 0) expect(text).toBe('-38\n');
      else expect([text, JSON.stringify(end)]).toEqual(['', expect.stringMatching(/139|SIGSEGV/)]);
    }
    const x32 = await python(
      'import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nprint([(libc.syscall(0x40000000 + n, 0, ctypes.c_long(-3)), ctypes.get_errno()) for n in (39, 250)])',
    );
    expect(x32.text).toBe('[(-1, 38), (-1, 38)]\n');
  });

  it('make no namespace, type into no terminal, and reach no machine past the network', async () => {
    const { text } = await workspace().python(`import ctypes, errno, fcntl, os, pty, socket
libc = ctypes.CDLL(None, use_errno=True)
def told(call):
  try: call(); return "done"
  except OSError as error: return errno.errorcode[error.errno]
def clone(flags):
  if libc.syscall(${process.arch === 'x64' ? 56 : 220}, ctypes.c_long(flags | 17), 0, 0, 0, 0) == -1: raise OSError(ctypes.get_errno(), "")
for flags in (0x20000, 0x10000000, 0x40000000): print(told(lambda: clone(flags)))
master, slave = pty.openpty()
for request in (0x5412, 0x541c): print(told(lambda: fcntl.ioctl(slave, request, b"x")))
print(told(lambda: fcntl.ioctl(slave, 0x5413, b"12345678")))
for family in (40, 38, 17, 31, 29): print(told(lambda: socket.socket(family, socket.SOCK_STREAM)))
for family in (1, 2, 10): print(told(lambda: socket.socket(family, socket.SOCK_STREAM)))`);
    const wanted = [...Array(5).fill('EPERM'), 'done', ...Array(5).fill('EAFNOSUPPORT'), 'done', 'done', 'done'];
    expect(text.trim().split('\n')).toEqual(wanted);
  });

  it('tell nothing of a session, whose keyring is another where the machine has keyctl', async () => {
    const found = await realSandbox('/').probe();
    const { text } = await workspace().run(['sh', '-c', 'cat /proc/keys; grep Seccomp: /proc/self/status']);
    expect(text).toContain('Seccomp:\t2');
    if (found.keyring) expect(text).toMatch(/keyring +_ses/);
    expect(text.split('\n').filter((line) => /\b(user|logon|big_key|asymmetric)\b/.test(line))).toEqual([]);
  });
});

it('a program finds no file open that whoever started the engine left open', async () => {
  const hands = new Hands([[sh('ls /proc/self/fd; cat <&7; cat <&9; echo end')]]);
  const secret = join(scratch(), 'secret');
  fs.writeFileSync(secret, 'canary-of-the-shell');
  const fd = fs.openSync(secret, 'r');
  const errand = JSON.stringify({ do: 'turn', root: hands.root });
  const stdio = ['ignore', 'ignore', 'inherit', 'ignore', 'ignore', 'ignore', 'ignore', fd, 'ignore', fd] as const;
  const child = programOf(fileURLToPath(new URL('../../campaign/kills/child.ts', import.meta.url)));
  const engine = spawn(process.execPath, [child, errand], { stdio: [...stdio] });
  await new Promise((resolve) => engine.once('exit', resolve));
  fs.closeSync(fd);
  expect(hands.used()[0]?.text).toContain('end');
  expect(hands.used()[0]?.text).not.toContain('canary');
});

describe('memory', () => {
  const hog = (take: string): string =>
    `import mmap, os, sys\nkept = []\ndef take(): ${take}\ndef eat():\n  try:\n    for i in range(60): kept.append(take()); print(50 * i, flush=True)\n    print("GOT")\n  except MemoryError: print("ended", flush=True)`;
  const PLAIN = 'return bytearray(b"x" * 50_000_000)';

  it('has an end at about a gigabyte, and whoever wanted more ends alone', async () => {
    const { run } = workspace();
    const { text } = await run(['sh', '-c', 'python3 -c "$0"; echo still here', `${hog(PLAIN)}\neat()`]);
    expect(text).toMatch(/still here\n$/);
    expect(text).not.toContain('GOT');
    expect(Math.max(...numbersIn(text))).toBeGreaterThan(700);
    expect(Math.max(...numbersIn(text))).toBeLessThan(1100);
  });

  it('has one end for all, also when they are many, or when it is shared', async () => {
    if (level !== 'strong') return expect(level).toBe('medium');
    const { run } = workspace();
    const many = `${hog(PLAIN)}\nfor i in range(3):\n  if os.fork() == 0: break\neat()`;
    const shared = `${hog('m = mmap.mmap(-1, 50_000_000); m.write(b"x" * 50_000_000); return m')}\neat()`;
    for (const code of [many, shared]) {
      const { text } = await run(['sh', '-c', 'python3 -c "$0"; echo still here', code]);
      expect(text).not.toContain('GOT');
      expect(Math.max(...numbersIn(text))).toBeLessThan(1100);
    }
  }, 120_000);
});

function numbersIn(text: string): number[] {
  return text.split('\n').flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []));
}

describe('what people build with', () => {
  it('runs: WebAssembly, fetch, threads', async () => {
    const { text } = await workspace().run([
      'node',
      '-e',
      `const { Worker } = require('node:worker_threads');
       const http = require('node:http');
       const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 });
       const server = http.createServer((_, answer) => answer.end('fetched')).listen(0, '127.0.0.1', async () => {
         console.log(await (await fetch('http://127.0.0.1:' + server.address().port)).text(), memory.grow(10));
         server.close();
         for (let i = 0; i < 2; i++) new Worker('require("worker_threads").parentPort.postMessage(1)', { eval: true }).on('message', () => console.log('worker'));
       });`,
    ]);
    expect(text).toBe('fetched 1\nworker\nworker\n');
  });

  it('runs: a build of Vite, and Vitest with a server of Express on loopback', async () => {
    const { folder, run } = workspace();
    install(folder, ['vite', 'vitest', 'express']);
    const put = (name: string, text: string): void => fs.writeFileSync(join(folder, name), text);
    put('index.html', '<!doctype html><script type="module" src="/main.js"></script>');
    put('main.js', 'import { text } from "./text.js"; document.body.append(text);');
    put('text.js', 'export const text = "built inside";');
    put(
      'app.test.js',
      `import express from 'express';
       import { expect, it } from 'vitest';
       it('answers', async () => {
         const app = express().get('/', (_, answer) => answer.json({ ok: true }));
         const server = await new Promise((done) => { const one = app.listen(0, '127.0.0.1', () => done(one)); });
         const answer = await fetch('http://127.0.0.1:' + server.address().port);
         server.close();
         expect(await answer.json()).toEqual({ ok: true });
       });`,
    );
    const built = await run(['node', 'node_modules/vite/bin/vite.js', 'build']);
    expect([built.end, built.text]).toEqual([{ how: 'exit', code: 0 }, expect.stringContaining('built in')]);
    const tested = await run(['sh', '-c', 'NO_COLOR=1 node node_modules/vitest/vitest.mjs run']);
    expect([tested.end, tested.text]).toEqual([{ how: 'exit', code: 0 }, expect.stringMatching(/Tests +1 passed/)]);
  }, 120_000);
});

/** Copies packages of this repository, with all that they need. */
function install(folder: string, names: readonly string[]): void {
  const from = fileURLToPath(new URL('../../../node_modules', import.meta.url));
  const seen = new Set<string>();
  const add = (name: string): void => {
    if (seen.has(name) || !fs.existsSync(join(from, name))) return;
    seen.add(name);
    fs.cpSync(join(from, name), join(folder, 'node_modules', name), { recursive: true });
    const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
      fs.readFileSync(join(from, name, 'package.json'), 'utf8'),
    ) as Record<string, Record<string, unknown> | undefined>;
    for (const need of Object.keys({ ...dependencies, ...optionalDependencies })) add(need);
    for (const need of Object.keys(peerDependencies ?? {})) if (!peerDependenciesMeta?.[need]) add(need);
  };
  for (const name of names) add(name);
}
