/** The tool `propose_skill`: tests a skill and puts it before a person. */
import * as z from 'zod';
import type { ToolContext, WorldResult } from '../../core/model/tool.ts';
import { type Proposal, textsOf } from '../../core/skills/proposal.ts';
import { coveredSkill, refusalOf, showProposal, stageSkill, testsOf } from '../../core/skills/propose.ts';
import { act } from '../define.ts';

/** Files besides SKILL.md, and characters of a text, at most. */
const FILES = 20;
const TEXT_CHARS = 30_000;
/** Milliseconds for all its tests. */
const TIMEOUT = 60_000;

export default act({
  name: 'propose_skill',
  about:
    'Propose a skill, which says how something is done, or a new version of one. Its tests (tests/*.sh, tests/*.py, or what test says) run first in a sandbox that contains only the skill, and must pass. Then a person decides, and you are told.',
  held: 'always',
  input: z.strictObject({
    name: z
      .string()
      .max(64, { abort: true })
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens'),
    description: z.string().regex(/\S/, 'expected words').max(1024).describe('what it is for and when to use it'),
    body: z.string().min(1).max(TEXT_CHARS).describe('the instructions, markdown'),
    files: z
      .array(z.strictObject({ path: z.string().min(1).max(200), text: z.string().max(TEXT_CHARS) }))
      .max(FILES)
      .default([])
      .describe('its files, such as tests/run.sh or references/forms.md'),
    test: z.string().min(1).max(1000).optional().describe('how to test it: one of its files, or a command for sh'),
    for: z
      .enum(['me', 'org'])
      .default('me')
      .describe('me: for you; org: for you, and for the agents to which a person gives it'),
  }),
  trial: {
    refusal: refusalOf,
    show: showProposal,
    work: { touches: 'idempotent', timeout: TIMEOUT, most: 10_000, run: runTests },
  },
  covers: coveredSkill,
  stage: stageSkill,
});

/** Runs the tests of a proposal, in a folder that holds nothing else. */
async function runTests(proposal: Proposal, context: ToolContext): Promise<WorldResult> {
  const tests = testsOf(proposal);
  if (tests.length === 0) return { ok: true, text: 'It brings no tests.' };
  const script = ['set -e', ...tests].join('\n');
  const { ok, text, end } = await context.apart(textsOf(proposal), ['sh', '-c', script]);
  const said = ok ? 'They pass.' : 'They fail, so the skill is not proposed. Correct it and propose it again.';
  return { ok, text: `$ ${tests.join('\n$ ')}\n${text}`.trimEnd(), end: [end, said].filter(Boolean).join('\n') };
}
