import { describe, expect, it } from 'vitest';
import { PartialReply } from '../../../src/views/journal/partial-reply.ts';

/** What is to be seen after each piece of that size. */
function seen(text: string, act?: { n: number; tool: string }, size = 7): string[] {
  const speech = new PartialReply('human');
  const steps: string[] = [];
  for (let at = 0; at < text.length; at += size) {
    speech.hear(text.slice(at, at + size), act);
    steps.push(speech.said);
  }
  return steps;
}

const SEND = { n: 0, tool: 'send_message' };

describe('what a reply under way says', () => {
  it('is the body of a message to the reader, as it grows', () => {
    const steps = seen(JSON.stringify({ to: 'human', body: 'Line one\nand "two" \\ é 🎉 \u0001' }), SEND);
    expect(steps.at(-1)).toBe('Line one\nand "two" \\ é 🎉 \u0001');
    for (const [i, step] of steps.entries()) expect(step.startsWith(steps[i - 1] ?? '')).toBe(true);
    expect(steps.some((step) => step !== '' && step !== steps.at(-1))).toBe(true);
  });

  it('shows a body before its reader only once the reader is known', () => {
    const steps = seen(JSON.stringify({ body: 'Hello', to: ['planner', 'human'] }), SEND, 1);
    expect(new Set(steps)).toEqual(new Set(['', 'Hello']));
  });

  it('is nothing of what goes to others, or to other tools', () => {
    expect(seen(JSON.stringify({ to: 'planner', body: 'Hello' }), SEND).at(-1)).toBe('');
    expect(seen(JSON.stringify({ to: 'human', body: 'Hello' }), { n: 0, tool: 'create_task' }).at(-1)).toBe('');
  });

  it('reads acts that are written as JSON in the text', () => {
    const acts = [
      { tool: 'send_message', input: { to: 'planner', body: 'For you' } },
      { tool: 'send_message', input: { to: ['human'], body: 'For me', more: { body: 'no' } } },
    ];
    expect(seen(`\`\`\`json\n${JSON.stringify({ acts, notes: 'x' }, null, 2)}\n\`\`\``).at(-1)).toBe('For me');
    expect(seen('{"acts": [').at(-1)).toBe('');
  });

  it('is else the plain text, and what is no JSON harms nothing', () => {
    expect(seen('I think so.').at(-1)).toBe('I think so.');
    expect(seen(']}{"to":"human","body":"a\\q\\uZZZZb"]]}}', SEND).at(-1)).toBe('ab');
  });

  it('of hostile shape takes time by its length, not by its length squared', () => {
    const time = (unit: string) => {
      const begun = performance.now();
      seen(unit.repeat(1_048_576 / unit.length), SEND, 64);
      return performance.now() - begun;
    };
    time('[');
    const usual = time('[');
    for (const unit of ['{', '{},', '{"a":', '{"to":"human","body":"x"},'])
      expect(time(unit) / usual).toBeLessThan(100);
  });

  it('stops at a length that nobody reads', () => {
    const speech = new PartialReply('human');
    speech.hear('x'.repeat(150_000));
    speech.hear('y'.repeat(150_000));
    expect(speech.said).toHaveLength(150_000);
  });
});
