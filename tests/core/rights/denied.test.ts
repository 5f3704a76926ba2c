import { describe, expect, it } from 'vitest';
import type { Effect } from '../../../src/core/model/entry.ts';
import { type ActContext, emptyDraft } from '../../../src/core/model/tool.ts';
import { deniedBefore } from '../../../src/core/rights/denied.ts';
import { HELD } from '../entries.ts';
import { configOf, letter, mail, sceneOf, stateOf } from '../world.ts';

const config = configOf({ edges: { human: ['a'], a: ['human'] } });
const THREAD = letter().id;
const ELSEWHERE = letter({ n: 7 }).id;

function denial(id = HELD.id, more: Partial<Extract<Effect, { k: 'decided' }>> = {}): Effect {
  const { k: _, ...held } = HELD;
  return {
    k: 'decided',
    id,
    decision: 'denied',
    by: 'human',
    note: '',
    outcome: 'not done',
    held: { ...held, id },
    ...more,
  };
}

const { k: _k, ...held } = HELD;
/** The agent asked of its own accord. */
const UNASKED = denial(HELD.id, { held: { ...held, cause: [] } });

/** The rule that refuses the act in a visit that was given mail of these conversations, or null. */
function refusal(lines: Parameters<typeof stateOf>, threads: string[], more: Partial<typeof HELD> = {}): string | null {
  const given = threads.map((thread, i) => mail({ n: i + 2, thread }));
  const scene: ActContext = sceneOf(config, 'a', { state: stateOf(...lines), given, draft: emptyDraft() });
  const { tool, input } = { ...HELD, ...more };
  return deniedBefore(scene, tool, input)?.rule ?? null;
}

describe('what a person denied is refused', () => {
  it('in the same conversation, and where nobody asked for it', () => {
    expect(refusal([denial()], [THREAD])).toBe('denied');
    expect(refusal([denial()], [])).toBe('denied');
    expect(refusal([UNASKED], [])).toBe('denied');
  });

  it('and the agent is told by whom, under which name, and why', () => {
    const told = (note: string) => {
      const given = [mail({ n: 2, thread: THREAD })];
      const at = sceneOf(config, 'a', { state: stateOf(denial(HELD.id, { note })), given });
      return deniedBefore(at, HELD.tool, HELD.input);
    };
    expect(told('')).toEqual({
      ok: false,
      rule: 'denied',
      text: expect.stringMatching(/^It was denied by human in A-1-a-1\. It will only be asked again after a person /),
    });
    expect(told('Not now.')?.text).toMatch(/^It was denied by human in A-1-a-1 \(Not now\.\)\. /);
  });

  it('and no other act, and not in another conversation', () => {
    expect(refusal([denial()], [THREAD], { tool: 'edit_file' })).toBeNull();
    expect(refusal([denial()], [THREAD], { input: { command: 'rm' } })).toBeNull();
    expect(refusal([denial()], [ELSEWHERE])).toBeNull();
    expect(refusal([denial()], [THREAD, ELSEWHERE])).toBeNull();
    expect(refusal([UNASKED], [THREAD])).toBeNull();
  });

  it('unless it was approved, or nobody answered', () => {
    expect(refusal([denial(HELD.id, { decision: 'approved' })], [THREAD])).toBeNull();
    expect(refusal([denial(HELD.id, { by: 'nobody' })], [THREAD])).toBeNull();
  });

  it('until a person writes about it: in the conversation, or to the agent that asked of its own accord', () => {
    const drop = (more: Parameters<typeof letter>[0]) =>
      ({ k: 'drop', turn: 2, found: 'x', hash: 'h', message: letter({ n: 9, ...more }) }) as const;
    expect(refusal([denial(), drop({ thread: THREAD, to: ['b'] })], [THREAD])).toBeNull();
    expect(refusal([denial(), drop({ to: ['a'] })], [THREAD])).toBe('denied');
    expect(refusal([UNASKED, drop({ to: ['a'] })], [])).toBeNull();
    expect(refusal([UNASKED, drop({ to: ['b'] })], [])).toBe('denied');
  });

  it('as long as it is among the last thousand', () => {
    const later = Array.from({ length: 999 }, (_, i) =>
      denial(`A-2-b-${i}`, { held: { ...held, agent: 'b', id: `A-2-b-${i}` } }),
    );
    expect(refusal([denial(), ...later], [THREAD])).toBe('denied');
    const one = denial('A-3-b-1', { held: { ...held, agent: 'b', id: 'A-3-b-1' } });
    expect(refusal([denial(), ...later, one], [THREAD])).toBeNull();
    // Denied once more it counts as new.
    expect(refusal([denial(), ...later.slice(1), denial(), one], [THREAD])).toBe('denied');
  });
});
