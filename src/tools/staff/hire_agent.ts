/** The tool `hire_agent`: makes an agent with no more rights than its creator. */
import * as z from 'zod';
import { textHash } from '../../core/model/hash.ts';
import { showHire, stageHire } from '../../core/staff/hire.ts';
import { credits } from '../../schema/config/credits.ts';
import { act } from '../define.ts';

const names = z.array(z.string().min(1).max(63)).max(100).optional();
const rights = z.array(z.string().max(200)).max(100).optional();

export default act({
  name: 'hire_agent',
  about:
    'Hires a new agent for part of your work, made from a template (list_agents shows them). It has at most your rights, and its credits are taken from yours. It is there from the next turn on; a person may have to agree first.',
  held: 'unless-policy',
  input: z.strictObject({
    name: z.string().min(1).max(63).describe('its name for ever: a-z, 0-9, _ and -'),
    template: z.string().min(1).max(63),
    role: z.string().max(500).optional().describe('what it is for, in one line'),
    instructions: z.string().max(20_000).optional().describe('how it is to work, beyond what the template says'),
    tools: rights.describe('fewer than the template has; ask: before a name holds each use for a person'),
    skills: rights.describe('fewer than the template has'),
    shared: rights.describe('paths in shared/, fewer than the template has'),
    send_to: names.describe('whom it may write to beside you: only those whom you may write to'),
    read_from: names.describe('whose mail it reads beside yours: only those whose mail you read'),
    credits: credits().describe('what it may spend; it is taken from you'),
    message: z.string().min(1).max(200_000).optional().describe('the first task: a message to it'),
  }),
  preview: showHire,
  covers: (wish, scene) => ({ 'the new agent': textHash(showHire(wish, scene)) }),
  stage: stageHire,
});
