// @module-tag tmux
// @module-tag pgrep
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Tmux } from '../../../../scripts/tmux.ts';
import { lemming } from '../../../commands/people/world.ts';
import { scratch } from '../../../commands/world.ts';
import { openTerminal } from '../../terminal.ts';

const MAIN = fileURLToPath(new URL('../../../../dist/main.js', import.meta.url));
const LEMMING = `${process.execPath} ${MAIN}`;

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/ is missing: run npm run build first.');
});

/** The sample organisation, whose coder needs leave to write; `run` is quick. */
function sample(): { root: string; home: string; env: Record<string, string> } {
  const [root, home] = [join(scratch(), 'sample'), scratch()];
  execFileSync(process.execPath, [MAIN, 'bootstrap', root], { env: { PATH: process.env.PATH, LEMMING_HOME: home } });
  const resume = join(root, 'agents/coder_01/resume.md');
  writeFileSync(resume, readFileSync(resume, 'utf8').replace(/tools: \[.*\]/, 'tools: ["ask:write_file"]'));
  const env = {
    LEMMING_HOME: home,
    LEMMING_CLOCK_TURN_SECONDS: '0',
    TERM: 'screen-256color',
    EDITOR: editor(home),
    LANG: 'C.UTF-8',
    CI: 'true', // a person may sit at such a machine too
  };
  return { root, home, env };
}

/** An editor that asks for a line and puts it in place of the role; without one it changes nothing. */
function editor(home: string): string {
  const path = join(home, 'editor.sh');
  const script = '#!/bin/sh\necho "editing $1"\nread line\n[ -z "$line" ] || sed -i "s/^role:.*/$line/" "$1"\n';
  mkdirSync(home, { recursive: true });
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

/** Starts the screen, and waits for it. */
async function open(
  sized: [number, number],
  given: ReturnType<typeof sample>,
  words: string,
  more = '',
): Promise<Tmux> {
  const [columns, rows] = sized;
  const terminal = openTerminal('exec sh', { columns, rows, env: given.env });
  await terminal.type(`${more} ${LEMMING} --org ${given.root} watch ${words}; echo left $?`);
  await terminal.press('Enter');
  await terminal.shows('1 Org');
  return terminal;
}

/** The tabs stand in the first row and the footer in the last one. */
function fills(rows: number): (screen: string) => boolean {
  return (screen) => {
    const lines = screen.split('\n');
    return lines.length === rows && /1 Org/.test(lines[0] ?? '') && /turn 1 .*needs? you/.test(lines.at(-1) ?? '');
  };
}

/** The shell has its terminal back: its screen, its cursor, its echo. */
async function restored(terminal: Tmux): Promise<void> {
  expect([terminal.flag('alternate_on'), terminal.flag('cursor_flag')]).toEqual(['0', '1']);
  await terminal.type('stty -a | grep -c "[^-]icanon.*[^-]echo"; echo is $?');
  await terminal.press('Enter');
  await terminal.shows(/^is 0$/m);
}

describe('lemming watch in a terminal', () => {
  it('scenario 57: shows a run live, and does what a person does there, with keys alone', async () => {
    const given = sample();
    const terminal = await open([80, 24], given, '--run');
    expect(terminal.flag('alternate_on')).toBe('1');
    await terminal.shows(/turn \d+ {2}· {2}running/);
    await terminal.shows('4 Approvals (5)');
    for (const row of terminal.rows()) expect(row.length).toBeLessThanOrEqual(80);

    await terminal.press('2', '/');
    await terminal.type('to:human kind:response');
    await terminal.press('Enter');
    await terminal.shows('filter: to:human kind:response  (1 shown');
    await terminal.press('Enter');
    await terminal.shows('I have your request');
    await terminal.shows('Conversation');
    await terminal.press('x');
    await terminal.shows('== Call 1.manager.1.1');
    await terminal.press('Escape', 'r');
    await terminal.type('Thank you');
    await terminal.press('M-Enter');
    await terminal.type('très bien 👍');
    await terminal.press('Enter');
    await terminal.shows('Sent to manager');
    await terminal.press('Escape', '/', 'C-u');
    await terminal.type('from:human to:manager Re:');
    await terminal.press('Enter');
    await terminal.shows('filter: from:human to:manager Re:  (1 shown');

    await terminal.press('4', 'a');
    await terminal.shows('approve A-');
    await terminal.type('fine');
    await terminal.press('Enter');
    await terminal.shows('Approved: coder_01 will use write_file');
    await terminal.shows('4 Approvals (4)');
    await terminal.press('d', 'Enter');
    await terminal.shows('Denied: coder_01 will be told');
    await terminal.shows('4 Approvals (3)');
    await terminal.press('d', 'Enter', 's');
    await terminal.shows(/4 Approvals \(2\)[\s\S]*P pauses it/); // neither the run nor the earlier deed talks over a newer key

    await terminal.press('P');
    await terminal.shows(/· {2}paused/);
    await terminal.press('s');
    await terminal.shows(/1 turn, \d+ visits?,/);
    const { turn } = (await lemming(given.root, ['status', '--json'])).data;
    await terminal.shows(new RegExp(`turn ${turn} {2}· {2}paused`));
    await terminal.press('P');
    await terminal.shows(/· {2}running/);

    await terminal.press('q');
    await terminal.shows('left 0');
    await restored(terminal);
  });

  it('steps, pauses one agent, tops up, edits with a check, and follows the size of the terminal', async () => {
    const given = sample();
    const terminal = await open([120, 40], given, '');
    await terminal.press('s');
    await terminal.shows(/turn 1 {2}·/);
    await terminal.shows(/1 turn, \d+ visits?,/); // the engine has gone: what is asked now happens at once
    await terminal.press('/');
    await terminal.type('janitor');
    await terminal.press('Enter', 'p');
    await terminal.shows(/= janitor +paused/);
    await terminal.press('t');
    await terminal.type('12.5');
    await terminal.press('Enter');
    await terminal.shows('janitor: 12.5 credits more, 62.5 granted in total');

    await terminal.press('e');
    await terminal.shows('editing ');
    expect(terminal.flag('alternate_on')).toBe('0');
    await terminal.type('rolle: keeps order, tidily');
    await terminal.press('Enter');
    await terminal.shows(/agents\/janitor\/resume\.md:\d+:\d+: .*rolle/);
    await terminal.press('Escape', 'Escape', '3');
    await terminal.shows(/fault +janitor +agents\/janitor\/resume\.md/);
    writeFileSync(join(given.root, 'agents/janitor/resume.md'), '---\nrole: tidies\n---\nYou tidy.\n');
    await terminal.shows('3 Problems  4');

    terminal.resize(80, 24);
    await terminal.press('1');
    await terminal.shows(fills(24));
    expect(terminal.rows()).toHaveLength(24);
    terminal.resize(200, 60);
    await terminal.shows(fills(60));
    await terminal.shows(' │ ');

    await terminal.press('C-c');
    await terminal.shows(/left (0|130)/);
    await restored(terminal);
  });

  it('follows an engine in another process, whose next turn takes what is asked here', async () => {
    const given = sample();
    const terminal = await open([120, 40], given, '');
    await terminal.shows(/turn 0 {2}· {2}idle/);
    const engine = spawn(process.execPath, [MAIN, '--org', given.root, 'run'], {
      env: { PATH: process.env.PATH, ...given.env, LEMMING_CLOCK_TURN_SECONDS: '2' },
      stdio: 'ignore',
    });
    onTestFinished(() => void engine.kill('SIGKILL'));
    await terminal.shows(/running.*lemming run, process/);
    await terminal.press('s');
    await terminal.shows('Another engine is running here');
    await terminal.press('P');
    await terminal.shows('The organisation is paused from the next turn on');
    await terminal.shows(/· {2}paused/);
    engine.kill('SIGTERM');
    await once(engine, 'exit');
    await terminal.press('P');
    await terminal.shows(/· {2}idle/);
    await terminal.press('q');
    expect(await terminal.shows(/left \d/)).toContain('left 0');
  });

  it.each([
    ['SIGTERM', 130, ''],
    ['SIGINT', 130, ''],
    ['SIGHUP', 129, ''],
    ['SIGUSR2', 1, 'boom'],
  ] as const)('gives the terminal back after %s', async (signal, exit, said) => {
    const given = sample();
    const crash = join(given.home, 'crash.mjs');
    writeFileSync(crash, "process.on('SIGUSR2', () => { throw new Error('boom'); });\n");
    const terminal = await open([100, 30], given, '', `NODE_OPTIONS="--import ${crash}"`);
    process.kill(terminal.program(), signal);
    expect(await terminal.shows(`left ${exit}`)).toContain(said);
    await restored(terminal);
  });

  it('keys are the owner’s, and a wrong keymap says where', async () => {
    const given = sample();
    const keymap = join(given.home, 'keys.yaml');
    writeFileSync(keymap, 'version: 1\nkeys:\n  quit: Q\n  help: h\n', { mode: 0o600 });
    const terminal = await open([160, 24], given, '');
    await terminal.shows(/h help {3}enter open .* Q quit/);
    await terminal.press('q');
    await terminal.shows('q does nothing here. h shows the keys.');
    await terminal.press('Q');
    expect(await terminal.shows(/left \d/)).toContain('left 0');
    writeFileSync(keymap, 'version: 1\nkeys:\n  quitt: Q\n', { mode: 0o600 });
    await terminal.type(`clear; ${LEMMING} --org ${given.root} watch`);
    await terminal.press('Enter');
    await terminal.shows('keys.yaml:3');
    await terminal.press('3');
    await terminal.shows(/\$LEMMING_HOME\/keys\.yaml:3/);
    await terminal.press('q');
  });

  it('without a terminal, or with --plain, it prints events', async () => {
    const { root, env } = sample();
    const run = (...words: string[]) =>
      execFileSync(process.execPath, [MAIN, '--org', root, 'watch', ...words], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...env },
      });
    expect(run('--once')).toContain('No turn has been made yet.');
    expect(() => run('--run')).toThrow(/needs a terminal/);
  });
});
