import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apply } from '../../../src/core/journal/apply.ts';
import type { Entry } from '../../../src/core/model/entry.ts';
import type { Mail } from '../../../src/core/model/state/mail.ts';
import { emptyState, type State } from '../../../src/core/model/state.ts';
import { buildPrompt } from '../../../src/core/prompt/prompt.ts';
import type { Message } from '../../../src/schema/records/message.ts';
import { visited } from '../entries.ts';
import { configOf, resumeOf, sent, stateOf } from '../world.ts';

const CONFIG = configOf({ edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] } });

/** What agent a is shown of earlier mail, when it is given these messages, which wait for it. */
function earlier(state: State, ...ids: string[]): string {
  const mail = ids.map((id) => state.mail.waiting.get(id) as Mail);
  const given = { mail, waiting: 0, cut: 100_000 };
  const text = buildPrompt(CONFIG, state, resumeOf(CONFIG, 'a'), given, () => [], 9, false).prompt.parts[0]?.text ?? '';
  return /\n## Earlier mail[^\n]*\n([\s\S]*?)(?=\n## )/.exec(text)?.[1] ?? '';
}

/** A message and the visit that gives it to its readers. */
function given(fields: Partial<Message> & { n?: number }): Entry[] {
  const line = sent(fields);
  return [line, ...line.message.to.map((agent) => visited({ agent, mail: [line.message.id] }))];
}

const T = '000001-human-01';

describe('of earlier mail a prompt shows', () => {
  it('the task and the answered message whole, own mail as yours, and how much is missing of the others', () => {
    const task = `Build it. ${'t'.repeat(3000)} END-OF-TASK`;
    const order = `To b. ${'o'.repeat(3000)} END-OF-ORDER`;
    const state = stateOf(
      ...given({ body: task, subject: 'Task' }),
      ...given({ from: 'a', to: ['b'], thread: T, subject: 'Order', body: order }),
      ...given({ from: 'b', to: ['a'], n: 1, thread: T, subject: 'Chat', body: 'c'.repeat(1212) }),
      ...given({ from: 'b', to: ['a'], n: 2, thread: T, subject: 'Long', body: 'l'.repeat(3000) }),
      sent({ from: 'b', n: 3, thread: T, reply_to: '000001-a-01', body: 'Done.' }),
    );
    const text = earlier(state, '000001-b-03');
    expect(text).toContain('END-OF-TASK\n</mail>');
    expect(text).toContain(`<mail id="000001-a-01" from="you" to="b" thread="${T}" subject="Order">\nTo b.`);
    expect(text).toContain('END-OF-ORDER\n</mail>');
    expect(text).toContain(`${'c'.repeat(1212)}\n</mail>`);
    expect(text).toContain(
      `>\n${'l'.repeat(400)}\n[cut: 2,600 of 3,000 characters; read_mail 000001-b-02 shows all]\n</mail>`,
    );
    expect(text).not.toContain('Done.');
  });

  it('the first message of a conversation however long it goes on, and the latest task', () => {
    const talk = Array.from({ length: 60 }, (_, i) =>
      given({ from: 'b', to: ['a'], n: i + 1, thread: T, body: `talk ${i + 1}`, ...(i === 30 && { kind: 'task' }) }),
    );
    const state = stateOf(...given({ body: 'THE TASK' }), ...talk.flat(), sent({ from: 'b', n: 61, thread: T }));
    expect(earlier(state, '000001-b-61').match(/>\n(.*)\n<\/mail>/g)).toEqual(
      ['THE TASK', 'talk 31', ...[55, 56, 57, 58, 59, 60].map((n) => `talk ${n}`)].map((body) => `>\n${body}\n</mail>`),
    );
    expect(state.mail.recent.get('a')?.length).toBeLessThanOrEqual(36);
  });

  it('what an agent was told in a conversation that a person goes on with in a new one', () => {
    const state = stateOf(
      ...given({ body: 'An article about bread.' }),
      ...given({ from: 'b', to: ['a'], thread: T, body: 'Facts about bread.' }),
      ...given({ from: 'a', to: ['human'], thread: T, reply_to: T, body: 'Shall I build it?' }),
      ...given({ from: 'b', to: ['a'], n: 2, thread: 'other', body: 'Something else.' }),
      sent({ n: 2, body: 'Yes please, build it.' }),
      sent({ from: 'b', n: 3, thread: 'other', body: 'From b.' }),
      sent({ from: 'b', n: 4, body: 'Another thing.' }),
    );
    const text = earlier(state, '000001-human-02');
    for (const body of ['An article', 'Facts about', 'Shall I build it?']) expect(text).toContain(body);
    expect(text).not.toContain('Something else');
    expect(earlier(state, '000001-b-03')).not.toContain('Shall I');
    expect(earlier(state, '000001-b-04')).toBe('');
  });

  it('nothing of a conversation that it has not read: its mail waits, is dead, was deleted or taken back', () => {
    const state = stateOf(
      sent({ body: 'UNREAD' }),
      sent({ n: 2, thread: T, body: 'DELETED' }),
      { k: 'mail-gone', id: '000001-human-02' },
      sent({ n: 3, thread: T, body: 'TAKEN BACK' }),
      { k: 'withdrawn', id: '000001-human-03', to: ['a'] } as Entry,
      sent({ from: 'b', to: ['human'], thread: T, body: 'OF OTHERS' }),
      sent({ n: 4, thread: T, body: 'CUT' }),
      visited({ outcome: 'failed', blame: 'reply', reason: 'x', mail: ['000001-human-04'] }),
      visited({ outcome: 'cut', reason: 'steps', mail: ['000001-human-04'] }),
      sent({ n: 5, thread: T }),
    );
    expect(earlier(state, '000001-human-05')).toBe('');
  });

  it('no message of its own that was taken back from all, but one that somebody got', () => {
    const wrote = (n: number, body: string) => sent({ from: 'a', to: ['b', 'human'], n, thread: T, body });
    const lines = [...given({ body: 'Task.' }), wrote(1, 'FIRST'), wrote(2, 'SECOND')];
    const undone = (id: string, to: string[]) => ({ k: 'withdrawn', id, to }) as Entry;
    const state = stateOf(
      ...lines,
      undone('000001-a-01', ['b', 'human']),
      visited({ agent: 'b', mail: ['000001-a-02'] }),
      undone('000001-a-02', ['human']),
      sent({ n: 2, thread: T }),
    );
    expect(earlier(state, '000001-human-02')).toMatch(/SECOND/);
    expect(earlier(state, '000001-human-02')).not.toMatch(/FIRST/);
  });

  it('what a person made of its message before anybody read it', () => {
    const state = stateOf(
      ...given({ body: 'Task.' }),
      sent({ from: 'a', to: ['b'], thread: T, body: 'As it was.' }),
      { k: 'mail', id: '000001-a-01', subject: 'New', body: 'As it is.', priority: 'normal' },
      sent({ n: 2, thread: T }),
    );
    expect(earlier(state, '000001-human-02')).toMatch(/subject="New">\nAs it is\./);
  });

  it('no more than twelve messages and about 8,000 characters, whatever it is given', () => {
    const lines = Array.from({ length: 20 }, (_, i) => [
      ...given({ n: i + 1, body: 'x'.repeat(3000), thread: `t${i}` }),
      sent({ from: 'b', n: i + 1, thread: `t${i}`, reply_to: `000001-human-${String(i + 1).padStart(2, '0')}` }),
    ]);
    const state = stateOf(...lines.flat());
    const text = earlier(state, ...Array.from({ length: 20 }, (_, i) => `000001-b-${String(i + 1).padStart(2, '0')}`));
    expect(text.match(/<mail/g)).toHaveLength(12);
    expect(text.match(/x/g)?.length).toBeLessThan(8000 + 12 * 400);
  });
});

describe('whatever happens to mail', () => {
  const ids = ['human', 'a', 'b'].flatMap((name) => [1, 2, 3, 4].map((n) => `000001-${name}-0${n}`));
  const agent = fc.constantFrom('a', 'b');
  const id = fc.constantFrom(...ids);
  const step = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('give'), agent, outcome: fc.constantFrom('ok', 'cut', 'failed') }),
    },
    fc.record({ do: fc.constant('gone'), id }),
    fc.record({ do: fc.constant('back'), id, agent }),
    fc.record({ do: fc.constant('edit'), id }),
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('send'), from: fc.constantFrom('human', 'a', 'b'), wide: fc.boolean() }),
    },
  );

  it('nothing stands in a prompt that its agent did not write, and was not given in this or an earlier visit', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const state = emptyState();
        const knows = new Map([
          ['a', new Set<string>()],
          ['b', new Set<string>()],
        ]);
        const count = { human: 0, a: 0, b: 0 };
        const waitsFor = (name: string) => [...state.mail.waiting.values()].filter((m) => m.waiting.includes(name));
        for (const one of steps as Record<string, string>[]) {
          if (one.do === 'send') {
            const from = one.from as 'human' | 'a' | 'b';
            const n = ++count[from];
            const to = one.wide ? ['a', 'b', 'human'].filter((x) => x !== from) : [from === 'a' ? 'b' : 'a'];
            const line = sent({ from, to, n, thread: 't', body: `body-of ${from} ${n}.` });
            apply(state, line);
            knows.get(from)?.add(line.message.id);
          } else if (one.do === 'give') {
            const name = one.agent as string;
            const mail = waitsFor(name).map((m) => m.id);
            const outcome = one.outcome as 'ok' | 'cut' | 'failed';
            if (outcome === 'ok') for (const got of mail) knows.get(name)?.add(got);
            apply(
              state,
              visited({ agent: name, outcome, mail, ...(outcome === 'failed' && { blame: 'reply' as const }) }),
            );
          } else if (one.do === 'gone') apply(state, { k: 'mail-gone', id: one.id as string } as Entry);
          else if (one.do === 'edit')
            apply(state, { k: 'mail', id: one.id as string, subject: 's', body: `edited ${one.id}.`, priority: 'low' });
          else {
            const mail = state.mail.waiting.get(one.id as string);
            if (mail) apply(state, { k: 'withdrawn', id: mail.id, to: [...mail.waiting] } as Entry);
          }
          const now = waitsFor('a').map((m) => m.id);
          const shown = [...earlier(state, ...now).matchAll(/<mail id="([^"]+)"/g)].map(([, found]) => found as string);
          for (const found of shown) expect(knows.get('a')?.has(found), found).toBe(true);
          expect(shown.filter((found) => now.includes(found))).toEqual([]);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe('the tools that show earlier mail', () => {
  /** Whether agent a is offered them when it is given the message. */
  function offered(state: State, id: string, { cut = 100_000, room = Infinity, config = CONFIG } = {}): boolean {
    const given = { mail: [state.mail.waiting.get(id) as Mail], waiting: 0, cut };
    const tool = { name: 'read_mail', description: 'Read.', input: {} };
    const toolsOf = (isMore: boolean) => (isMore ? [tool] : []);
    return buildPrompt(config, state, resumeOf(config, 'a'), given, toolsOf, 9, false, room).prompt.tools.length > 0;
  }
  const next = (fields: Partial<Message> = {}) => sent({ from: 'b', to: ['a'], n: 9, thread: T, ...fields });

  it.each<[string, Entry[], boolean]>([
    ['are not offered in a first visit', [], false],
    ['nor while a prompt shows all mail in full', [...given({ body: 'The task.' })], false],
    [
      'but when it cuts a message',
      [...given({ body: 'x'.repeat(9000) }), ...given({ from: 'b', to: ['a'], thread: T, body: 'y'.repeat(900) })],
      true,
    ],
    ['and when there is mail of another conversation', [...given({ from: 'b', to: ['a'], thread: 'other' })], true],
    [
      'and when the list of known mail may be shortened',
      Array.from({ length: 8 }, (_, n) => given({ from: 'b', to: ['a'], n: n + 1, thread: T })).flat(),
      true,
    ],
  ])('%s', (_what, before, expected) => {
    expect(offered(stateOf(...before, next()), '000001-b-09')).toBe(expected);
  });

  it('are offered when the new mail is cut, or earlier mail is left out', () => {
    const state = stateOf(...given({ body: 'The task.' }), next({ body: 'x'.repeat(900) }));
    const config = configOf({
      edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
      org: { prompt: { changing: ['environment', 'notices', 'answers', 'reminders', 'mail'] } },
    });
    expect([
      offered(state, '000001-b-09'),
      offered(state, '000001-b-09', { cut: 899 }),
      offered(state, '000001-b-09', { config }),
      offered(state, '000001-b-09', { room: 700 }),
    ]).toEqual([false, true, true, true]);
  });
});
