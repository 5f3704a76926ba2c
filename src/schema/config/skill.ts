/** The schema of the front matter of `SKILL.md`, and which files belong to a skill. */
import * as z from 'zod';
import { later } from '../later.ts';

/**
 * The front matter of `SKILL.md`, by the Agent Skills standard (agentskills.io/specification); the body holds the
 * instructions. Keys that the standard does not know belong to other programs and are ignored.
 */
export const skillHead = later(() =>
  z.looseObject({
    name: z
      .string()
      .max(64, { abort: true })
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'expected lower-case letters, digits and single hyphens')
      .describe('must equal the folder name'),
    description: z.string().trim().min(1).max(1024).describe('what it is for and when to use it; agents see this'),
    license: z.string().optional().describe('its licence, or the file that contains it'),
    compatibility: z.string().max(500).optional().describe('what it needs'),
    metadata: z.record(z.string(), z.string()).optional().describe('notes of its author'),
    'allowed-tools': z.string().optional().describe('shown only; rights come from the resume alone'),
  }),
);
export type SkillHead = z.infer<ReturnType<typeof skillHead>>;

/** Endings of the files of a skill that may be shown to agents. */
const TEXTS = /\.(md|txt|json|ya?ml|csv|toml|html|css|py|js|mjs|ts|sh)$/;
const PATH = /^(?:org\/skills|\.agents\/skills|agents\/[^/]+\/skills)\/[^/_.][^/]*\/.+$/;

/** True for a text of a skill, whatever folder of skills it lies in. Folders whose name begins with `_` hold none. */
export function isSkillText(path: string): boolean {
  return PATH.test(path) && TEXTS.test(path);
}

/** `org/skills/planning/references/a.md` → its folder `org/skills/planning`, its id `planning`, and the rest of the path. */
export function splitSkillPath(path: string): { folder: string; id: string; file: string } {
  const parts = path.split('/');
  const at = parts.indexOf('skills') + 1;
  return { folder: parts.slice(0, at + 1).join('/'), id: parts[at] ?? '', file: parts.slice(at + 1).join('/') };
}
