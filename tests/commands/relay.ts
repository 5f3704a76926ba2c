import { realDisk } from '../../src/disk/fs/real.ts';
import type { OrgPlan } from '../../src/testing/build-org.ts';

/** An act that sends a message. */
export const say = (to: string, body: string) => ({ tool: 'send_message', input: { to, body } });

/** The human asks a, a asks b, b answers a, a answers the human: three turns, three calls of 0.01 credits. */
export const RELAY: OrgPlan = {
  edges: { human: ['a', 'b'], a: ['b', 'human'], b: ['a', 'human'] },
  rules: [
    { when: { agent: 'a', from: 'human' }, reply: { acts: [say('b', 'What is it?')] } },
    { when: { agent: 'b', from: 'a' }, reply: { acts: [say('a', 'It is 42.')] } },
    { when: { agent: 'b', from: 'human' }, reply: { acts: [say('human', 'Nothing new.')] } },
    { when: { agent: 'a', from: 'b' }, reply: { acts: [say('human', '{body}')] } },
  ],
  credits: { agents: { a: { grant: 1 }, b: { grant: 1 } } },
  models: { default: { provider: 'scripted', script: 'org/script.yaml', price: { per_call: 0.01 } } },
};

/** The human drops a message, complete at once. */
export function ask(root: string, to: string, body = 'Tell me.', name = to): void {
  realDisk(root).create(`agents/human/outbox/${name}.sent.md`, `---\nto: ${to}\n---\n${body}\n`);
}
