/** The tool `hire_agent`: makes an agent with no more rights than its creator. */
import * as z from 'zod';
import { textHash } from '../../core/model/hash.ts';
import { showHire, stageHire } from '../../core/staff/hire.ts';
import { credits } from '../../schema/config/credits.ts';
import { act, RARE } from '../define.ts';

const names = z.array(z.string().min(1).max(63)).max(100).optional();
const rights = z.array(z.string().max(200)).max(100).optional();

export default act({
  name: 'hire_agent',
  about:
    'Hire a new agent for part of your work, from a template (list_agents shows them). It gets at most your rights, and its credits are taken from yours. It starts in the next turn; a person may have to approve it first.',
  held: 'unless-policy',
  input: z.strictObject({
    name: z.string().min(1).max(63).describe('its permanent name: a-z, 0-9, _ and -'),
    template: z.string().min(1).max(63),
    role: z.string().max(500).optional().describe('its role, in one line'),
    instructions: z.string().max(20_000).optional().describe('instructions beyond those of the template'),
    tools: rights.describe('fewer than the template has; ask:NAME needs approval for each use').meta(RARE),
    skills: rights.describe('fewer than the template has').meta(RARE),
    shared: rights.describe('paths in shared/, fewer than the template has').meta(RARE),
    send_to: names.describe('whom it may write to besides you, of those you may write to'),
    read_from: names.describe('whose mail it reads besides yours, of those whose mail you read').meta(RARE),
    credits: credits().describe('what it may spend'),
    message: z.string().min(1).max(200_000).optional().describe('its first task'),
  }),
  preview: showHire,
  covers: (request, scene) => ({ 'the new agent': textHash(showHire(request, scene)) }),
  stage: stageHire,
});
