import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { lemming, office } from '../../commands/people/world.ts';
import { scratchOrg } from '../../commands/world.ts';
import { gate } from '../../providers/fake-service.ts';
import { fakeOpenAI, said } from '../../providers/hosted/fake-openai.ts';
import { trustingEnv } from '../../trusted.ts';
import { openTerminal } from '../terminal.ts';

const service = fakeOpenAI();
const ESC = '\u001b';
const CONTROLS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u;

/** Everything that a text may try at a terminal. */
const HOSTILE = [
  `${ESC}[2J${ESC}[1;1H${ESC}[31mred`,
  `${ESC}]8;;http://evil.example${ESC}\\link${ESC}]8;;${ESC}\\`,
  `${ESC}]52;c;ZXZpbA==\u0007 ${ESC}]0;title\u0007`,
  '\u202egnp.exe\u202c \u2066x\u2069 a\u200bb\u200dc\ufeff',
  '\u001dheading\u001f  forged\u001e\u009b31m\r\b',
  'wide '.repeat(2000),
  '漢字🎉'.repeat(500),
].join(' ');

describe('at a terminal', { tags: ['tmux'] }, () => {
  it.each([80, 120, 300])('tables fit %d columns, with wide characters aligned', async (columns) => {
    const root = office({ resumes: { hr: { role: `漢字 🎉 ${'long words '.repeat(12)}` } } });
    await lemming(root, ['send', 'hr', '漢字 🎉 down', '--subject', '漢字 🎉']);
    const shown = openTerminal('lemming chart; lemming outbox human; echo ended', { cwd: root, columns, rows: 60 });
    const screen = await shown.shows(/^ended$/m);
    expect(Math.max(...screen.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(screen).toContain('long words');
    expect(screen).toContain('漢字 🎉');
  });

  it('headings, health and what is unread have colours; none with NO_COLOR, --plain or TERM=dumb', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', 'Hello']);
    await lemming(root, ['run', '--until-idle']);
    const script = [
      'lemming status; lemming inbox; echo one',
      'NO_COLOR=1 lemming status; echo two',
      'lemming --plain status; echo three',
      'TERM=dumb lemming status; echo four',
      'FORCE_COLOR=1 lemming status | cat; echo five',
      'lemming status | cat; echo six',
    ].join('; ');
    const shown = openTerminal(script, { cwd: root, columns: 100, rows: 120 });
    await shown.shows(/^six$/m);
    const parts = shown.coloured().split(/^(?:one|two|three|four|five|six)$/m);
    expect(parts.map((part) => part.includes(`${ESC}[1magent`))).toEqual([
      true,
      false,
      false,
      false,
      true,
      false,
      false,
    ]);
    expect(parts[0]).toContain(`${ESC}[32mhealthy`);
    expect(parts[0]).toMatch(new RegExp(`\\${ESC}\\[1m\\*  000001-manager-01`));
    for (const part of [1, 2, 3, 5]) expect(parts[part]?.replace(/\u001b\[(0|39|49)?m/g, '')).not.toContain(ESC);
  });

  it('long work shows a bar with the time left, and takes it away', async () => {
    const price = { input: 1, output: 1 };
    const root = scratchOrg({
      edges: { human: ['a'], a: ['human'] },
      models: {
        default: {
          provider: 'openai-compatible',
          model: 'm',
          base_url: `${service.url}/v1`,
          key: 'env:FAKE_KEY',
          price,
        },
      },
      credits: { agents: { a: { grant: 5 } } },
      resumes: { a: { schedule: { when: 'always' } } },
    });
    const [third, fourth] = [gate(), gate()];
    service.answer(
      said('one'),
      said('two'),
      { ...said('three'), ending: third.open },
      { ...said('four'), ending: fourth.open },
    );
    const shown = openTerminal('lemming run --turns 12; echo ended', {
      cwd: root,
      env: trustingEnv(root, { FAKE_KEY: 'k' }),
    });
    await shown.shows('Turn 2: a');
    await wait(600); // work that is done sooner has no bar
    third.letGo();
    await shown.shows(/^\[#+-+\] 3\/12 turns, \d+ s left$/m);
    fourth.letGo();
    const screen = await shown.shows(/^ended$/m);
    expect(screen).not.toContain('/12 turns');
    expect(screen).toContain('Turn 12: a');
    service.answer(() => ({ ...said('slow'), ending: wait(600) }));
    const quiet = openTerminal('lemming run --turns 8 2>&1 | cat; echo ended', {
      cwd: root,
      env: trustingEnv(root, { FAKE_KEY: 'k' }),
    });
    await quiet.shows(/^ended$/m);
    expect(quiet.all()).not.toContain('[#');
  });

  it('Ctrl-C ends a run after its turn, and says so', async () => {
    const slow = { provider: 'simulated', options: { latency: { mean_ms: 400 } } };
    const root = scratchOrg({
      edges: { human: ['a'], a: ['human'] },
      models: { default: slow },
      resumes: { a: { schedule: { when: 'always' } } },
    });
    const shown = openTerminal('lemming run --turns 100; echo ended with $?', { cwd: root });
    await shown.shows(/\/100 turns/);
    await shown.press('C-c');
    const screen = await shown.shows(/ended with/);
    expect(screen).toContain('Finishing the current work');
    expect(screen).toMatch(/the\s+turn was finished/);
    expect(screen).toContain('ended with 130');
    expect(screen).not.toContain('/100 turns');
  });

  it('lemming alone shows the status in an organisation, and elsewhere how to start', async () => {
    const shown = openTerminal('lemming; cd /; lemming; echo ended', { cwd: office(), rows: 40 });
    const screen = await shown.shows(/^ended$/m);
    expect(screen).toContain('office: turn 0, idle');
    expect(screen).toContain('lemming bootstrap my-org');
  });
});

describe('a hostile message', () => {
  it('changes nothing but its own text, in every command that shows it', async () => {
    const root = office();
    await lemming(root, ['send', 'manager', HOSTILE, '--subject', HOSTILE.slice(0, 150)]);
    await lemming(root, ['run', '--until-idle']);
    await lemming(root, ['send', 'hr', HOSTILE]);
    const lines = [
      ['inbox'],
      ['read', '000001-manager-01'],
      ['history'],
      ['search', 'wide'],
      ['outbox', 'manager'],
      ['show', '000001-human-01'],
      ['show', '1.manager'],
      ['show', '1'],
      ['status'],
      ['inspect', 'hr'],
      ['logs'],
      ['watch', '--once'],
    ];
    for (const words of lines) {
      const { out, err } = await lemming(root, words);
      expect(CONTROLS.exec(out + err)?.index, words.join(' ')).toBeUndefined();
      const { data } = await lemming(root, [...words, '--json']);
      expect(data, words.join(' ')).not.toBeNull();
    }
    const chat = await lemming(root, ['chat', 'manager'], { stdin: `${HOSTILE.replace(/[\r\n]/g, '')}\n` });
    expect(chat.out).toContain('manager: Heard:');
    expect(CONTROLS.test(chat.out + chat.err)).toBe(false);
  });

  it('leaves a real terminal as it is', { tags: ['tmux'] }, async () => {
    const root = office();
    await lemming(root, ['send', 'manager', HOSTILE]);
    await lemming(root, ['run', '--until-idle']);
    const shown = openTerminal('echo above; lemming inbox; echo below', { cwd: root });
    const screen = await shown.shows(/^below$/m);
    expect(screen).toMatch(/^above$/m);
    expect(Math.max(...screen.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(shown.coloured()).not.toContain(`${ESC}[31m`);
  });
});
