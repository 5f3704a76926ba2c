import { expect, it } from 'vitest';
import { rulesText } from '../../../src/core/prompt/rules-text.ts';
import { toolsOf } from '../../../src/core/turn/judge.ts';
import { TOOLS } from '../../../src/tools/all.ts';
import { configOf, resumeOf } from '../world.ts';

const EDGES = { human: ['a'], a: ['human'] };

function rulesOf(limits: object, tools: string[]): string {
  const config = configOf({ edges: EDGES, org: { limits: { output_tokens: 900 } }, resumes: { a: { limits, tools } } });
  const resume = resumeOf(config, 'a');
  return rulesText(config, resume, toolsOf(TOOLS, config, resume));
}

it('the rules of a visit name its limits, and only tools that the agent has', () => {
  const many = rulesOf({ steps: 3 }, ['remember', 'write_file']);
  expect(many).toContain(
    'at most 3 replies, of at most 900 tokens each. A file of more than 200 lines gets a reply of its own.',
  );
  expect(many).toContain('Use remember only for what you will need');
  const one = rulesOf({ steps: 1, output_tokens: 50 }, ['write_file']);
  expect(one).toContain('A visit has only one reply, of at most 50 tokens.');
  expect(one).not.toMatch(/remember|memory and your mail|A file of more/);
  expect(rulesOf({}, [])).not.toContain('A file of more');
});
