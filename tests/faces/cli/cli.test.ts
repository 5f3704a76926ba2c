import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Outcome, RawInput } from '../../../src/commands/command.ts';
import type { World } from '../../../src/commands/world.ts';
import { DiskError } from '../../../src/disk/fs/disk.ts';
import { runCli } from '../../../src/faces/cli/cli.ts';
import { FAULTS, type FaultCode, FaultError, failure, fault } from '../../../src/schema/fault.ts';
import { answering, catalogue } from './commands.ts';

let outside: string;
let org: string;

beforeAll(() => {
  outside = mkdtempSync(join(tmpdir(), 'lemming-cli-'));
  org = join(outside, 'acme');
  mkdirSync(join(org, 'org'), { recursive: true });
  mkdirSync(join(org, 'agents', 'human', 'outbox'), { recursive: true });
  writeFileSync(join(org, 'org', 'org.yaml'), 'version: 1\n');
});
afterAll(() => rmSync(outside, { recursive: true }));

interface Setting {
  cwd?: string;
  env?: Record<string, string>;
  stdin?: NodeJS.ReadableStream;
  signal?: AbortSignal;
  does?: (world: World, input: RawInput) => Partial<Outcome> | Promise<Partial<Outcome>>;
  screen?: { columns: number; rows: number };
}

/** Runs one command line in the org (or elsewhere) and gives all that can be seen of it. */
async function lemming(argv: string[], setting: Setting = {}) {
  const { calls, load } = answering(setting.does);
  let out = '';
  let err = '';
  const terminal = {
    cwd: setting.cwd ?? org,
    env: setting.env ?? {},
    interactive: true,
    stdin: () => setting.stdin ?? Readable.from([]),
    out: (text: string) => {
      out += text;
    },
    err: (text: string) => {
      err += text;
    },
    signal: setting.signal ?? new AbortController().signal,
    ...(setting.screen && { screen: setting.screen }),
  };
  const exit = await runCli(catalogue, load, terminal, argv);
  return { exit, out, err, calls, call: calls[0] };
}

describe('help', () => {
  it('lists the commands by group, in the order of use', async () => {
    const { exit, out, calls } = await lemming(['--help']);
    const places = ['bootstrap', 'run', 'send AGENT TEXT', 'status', 'serve'].map((name) =>
      out.indexOf(`\n  ${name} `),
    );
    expect(exit).toBe(0);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(calls).toEqual([]);
  });

  it.each([[['run', '--help']], [['help', 'run']], [['--json', 'run', '-h']]])(
    'shows one command: %j',
    async (argv) => {
      const { exit, out } = await lemming(argv);
      expect(exit).toBe(0);
      expect(out).toContain('Usage: lemming run [options]');
      expect(out).toContain('-n, --turns N');
      expect(out).toContain('lemming run --turns 3');
      expect(out).toContain('--org DIR');
    },
  );

  it('says the version', async () => expect(await lemming(['--version'])).toMatchObject({ exit: 0, out: '1.2.3\n' }));
});

describe('without a verb', () => {
  it('is status in an organisation', async () => expect((await lemming([])).calls).toMatchObject([{ verb: 'status' }]));
  it('says how to start elsewhere', async () => {
    const { exit, out, calls } = await lemming([], { cwd: outside });
    expect({ exit, calls }).toEqual({ exit: 0, calls: [] });
    expect(out).toContain('lemming bootstrap');
  });
  it('is status, and fails, when one was named', async () =>
    expect((await lemming(['--org', outside])).exit).toBe(FAULTS['no-org'].exit));
});

describe('the organisation', () => {
  it('is the nearest upward', async () =>
    expect((await lemming(['status'], { cwd: join(org, 'agents/human/outbox') })).call?.world.root).toBe(org));
  it('is the one given, relative to the current folder', async () =>
    expect((await lemming(['status', '--org', 'acme'], { cwd: outside })).call?.world.root).toBe(org));
  it('may be given by LEMMING_ORG', async () =>
    expect((await lemming(['status'], { cwd: outside, env: { LEMMING_ORG: org } })).call?.world.root).toBe(org));
  it('must be there', async () => {
    const { exit, err, calls } = await lemming(['status'], { cwd: outside });
    expect({ exit, calls }).toEqual({ exit: 6, calls: [] });
    expect(err).toContain('[no-org]');
  });
  it('need not be there for some', async () =>
    expect((await lemming(['bootstrap'], { cwd: outside })).call?.world.root).toBe(''));
});

describe('options of all commands', () => {
  it.each([[['--json', 'status']], [['status', '--json']]])('stand anywhere: %j', async (argv) => {
    const { out, call } = await lemming(argv);
    expect(JSON.parse(out)).toEqual({ verb: 'status' });
    expect(call?.world).toMatchObject({ json: true, interactive: false });
  });
  it('--plain is not interactive', async () => {
    expect((await lemming(['status', '--plain'])).call?.world.interactive).toBe(false);
    expect((await lemming(['status'])).call?.world.interactive).toBe(true);
  });
});

describe('arguments', () => {
  it('come by name, options by name and kind', async () => {
    const { call } = await lemming(['run', '-n', '3', '--max-cost=0.5', '--until-idle']);
    expect(call?.input.flags).toEqual({ turns: 3, 'max-cost': 500_000, 'until-idle': true });
  });
  it('may be negative numbers, for the command to judge', async () =>
    expect((await lemming(['send', 'planner', '-5'])).call?.input.args).toEqual({ agent: 'planner', text: '-5' }));
  it('may start with a dash after --', async () =>
    expect((await lemming(['send', 'planner', '--', '--json'])).call?.input.args.text).toBe('--json'));
});

describe('wrong use', () => {
  it.each([
    [['stauts'], 'Did you mean "status"?'],
    [['help', 'stauts'], 'Did you mean "status"?'],
    [['run', '--turn', '3'], 'Did you mean "--turns"?'],
    [['run', '--turns'], '--turns needs a value.'],
    [['run', '--turns', '-1'], 'whole number from 1'],
    [['run', '--max-cost', '-5'], 'credits'],
    [['run', '-5'], 'Too many arguments'],
    [['send', 'planner'], "Missing required argument 'TEXT'"],
    [['send', 'planner', 'hello', 'there'], 'quotes'],
    [['send', 'planner', '--hello'], 'Put -- before'],
    [['--nonsense'], '--nonsense'],
    [['--org'], '--org needs a value.'],
  ])('%j', async (argv, hint) => {
    const { exit, out, err, calls } = await lemming(argv);
    expect({ exit, out, calls }).toEqual({ exit: 2, out: '', calls: [] });
    expect(err).toContain(hint);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
  it('is JSON as well with --json', async () => {
    const { out, err } = await lemming(['run', '--json', '--turns', 'x']);
    expect(JSON.parse(out)).toMatchObject({ ok: false, faults: [{ code: 'usage', value: 'x' }] });
    expect(err).toContain('[usage]');
  });
});

describe('output', () => {
  it('is laid out for 80 columns on a terminal that does not know its width', async () => {
    const long = { does: () => ({ text: 'word '.repeat(40) }) };
    const { out } = await lemming(['status'], { ...long, screen: { columns: 0, rows: 0 } });
    expect(out).toBe((await lemming(['status'], { ...long, screen: { columns: 80, rows: 24 } })).out);
    expect(Math.max(...out.split('\n').map(({ length }) => length))).toBe(79);
  });

  it('is text with one newline at the end', async () => {
    expect((await lemming(['status'])).out).toBe('did status\n');
    expect((await lemming(['status'], { does: () => ({ text: 'a\n' }) })).out).toBe('a\n');
    expect((await lemming(['status'], { does: () => ({ text: '' }) })).out).toBe('');
  });
  it('cannot drive the terminal', async () => {
    const dirty = '\u001b[2Jevil\u202e';
    const does = (world: World) => {
      world.say(dirty);
      world.print(dirty);
      return { text: dirty, data: { text: dirty } };
    };
    expect(await lemming(['status'], { does })).toMatchObject({ out: 'evil\nevil\n', err: 'evil\n' });
    const { out } = await lemming(['status', '--json'], { does: () => ({ data: { text: dirty } }) });
    expect(out).not.toContain('\u202e');
    expect(JSON.parse(out)).toEqual({ text: dirty });
  });
  it('has the exit code of the command', async () =>
    expect((await lemming(['status'], { does: () => ({ exit: 3 }) })).exit).toBe(3));
});

describe('standard input', () => {
  it('comes whole', async () => {
    const stdin = Readable.from(['one\n', 'two é']);
    const does = async (world: World) => ({ text: await world.stdin() });
    expect((await lemming(['status'], { stdin, does })).out).toBe('one\ntwo é\n');
  });
  it('comes by lines until interrupted', async () => {
    const stop = new AbortController();
    const stdin = new PassThrough();
    const seen: string[] = [];
    const does = async (world: World) => {
      for await (const line of world.lines()) {
        seen.push(line);
        if (line === 'b') stop.abort();
      }
      return {};
    };
    stdin.write('a\r\nb\n');
    expect((await lemming(['status'], { stdin, does, signal: stop.signal })).exit).toBe(130);
    expect(seen).toEqual(['a', 'b']);
  });
  it('that is waited for ends at the interruption', async () => {
    const stop = new AbortController();
    const does = async (world: World) => {
      setTimeout(() => stop.abort(), 10);
      return { text: await world.stdin() };
    };
    expect(await lemming(['status'], { stdin: new PassThrough(), does, signal: stop.signal })).toMatchObject({
      exit: 130,
      out: '',
    });
  });
});

describe('errors of a command', () => {
  const throwing = (error: unknown) => ({
    does: () => {
      throw error;
    },
  });

  it.each(Object.entries(FAULTS))('%s', async (code, { exit }) => {
    const result = await lemming(['status'], throwing(failure(code as FaultCode, 'it is so')));
    expect(result).toMatchObject({ exit, out: '' });
    expect(result.err).toContain(`[${code}]`);
  });

  it('are told a line each, and the gravest gives the exit code', async () => {
    const faults = [
      fault('no-credits', 'empty'),
      fault('refused', 'no\nedge \u001b[31m'),
      fault('not-found', 'gone'),
    ] as const;
    const { exit, err, out } = await lemming(['status', '--json'], throwing(new FaultError(...faults)));
    expect(exit).toBe(6);
    expect(err.split('\n')).toHaveLength(4);
    expect(err).toContain('no edge . [refused]');
    expect(JSON.parse(out)).toEqual({ ok: false, faults });
  });

  it('of the disk are faults', async () => {
    const full = new DiskError('full', 'org/journal/000001.jsonl', 'ENOSPC');
    expect((await lemming(['status'], throwing(full))).err).toContain('[disk-full]');
    const denied = new DiskError('denied', 'org', 'EACCES');
    expect(await lemming(['status'], throwing(denied))).toMatchObject({ exit: 1 });
  });

  it('that nobody expected are one line; --debug shows the stack', async () => {
    const bug = throwing(new TypeError('x is not\na function'));
    const quiet = await lemming(['status'], bug);
    expect(quiet.exit).toBe(1);
    expect(quiet.err.trimEnd().split('\n')).toHaveLength(1);
    expect((await lemming(['status', '--debug'], bug)).err).toContain('cli.test.ts');
    expect((await lemming(['status'], throwing('a string'))).err).toContain('a string');
  });

  it('after an interruption end with 130', async () => {
    const signal = AbortSignal.abort();
    expect((await lemming(['status'], { signal, ...throwing(failure('provider', 'cut off')) })).exit).toBe(130);
    expect((await lemming(['status'], { signal })).exit).toBe(130);
  });
});
