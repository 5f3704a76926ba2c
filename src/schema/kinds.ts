/** The table of all kinds of files in an organisation. */
import type * as z from 'zod';
import { chartFile } from './config/chart.ts';
import { creditsFile } from './config/credits.ts';
import { mcpFile, pinFile } from './config/mcp.ts';
import { modelsFile } from './config/models.ts';
import { orgFile } from './config/org.ts';
import { resumeHead } from './config/resume.ts';
import { routesFile } from './config/routes.ts';
import { scriptFile } from './config/script.ts';
import { skillHead } from './config/skill.ts';
import { toolHead } from './config/tool.ts';
import { contactHead, goalHead, unitHead } from './config/unit.ts';
import { approvalHead } from './records/approval.ts';
import { deadLetterHead } from './records/dead-letter.ts';
import { memoryHead } from './records/memory.ts';
import { dropHead, messageHead } from './records/message.ts';
import { request } from './records/request.ts';
import { runHead } from './records/run.ts';
import { taskHead } from './records/task.ts';
import { workflowFile } from './records/workflow.ts';

/** A kind of file in an org. Its schema describes the whole file (`.yaml`) or its front matter (`.md`). */
export interface FileKind {
  /** Where such files lie, for people. */
  path: string;
  /** Paths in the org that are of this kind. */
  pattern: RegExp;
  schema: z.ZodType;
  title: string;
  /** Who writes it, and what else there is to know. */
  about: string;
}

/** Every kind of file that has a schema. The first whose pattern fits is the kind of a path. */
export const KINDS = {
  org: {
    path: 'org/org.yaml',
    pattern: /^org\/org\.yaml$/,
    schema: orgFile(),
    title: 'The organisation',
    about: 'Its name, purpose, clock and limits. Written by people. Scalars can be overridden by LEMMING_* variables.',
  },
  chart: {
    path: 'org/chart.yaml',
    pattern: /^org\/chart\.yaml$/,
    schema: chartFile(),
    title: 'The chart',
    about:
      'Who may write to whom. Written by people. A message from A to B passes only if A lists B in send_to and B lists A in read_from.',
  },
  models: {
    path: 'org/models.yaml',
    pattern: /^org\/models\.yaml$/,
    schema: modelsFile(),
    title: 'Models',
    about:
      'Providers, their settings and prices. Written by people. Without the file there is one model, default, which is scripted.',
  },
  credits: {
    path: 'org/credits.yaml',
    pattern: /^org\/credits\.yaml$/,
    schema: creditsFile(),
    title: 'Credits',
    about:
      'What may be spent, in credits with up to six decimals. Written by people, never by the program. Without the file, no agent has credits.',
  },
  routes: {
    path: 'org/routes.yaml',
    pattern: /^org\/routes\.yaml$/,
    schema: routesFile(),
    title: 'Routes',
    about:
      'Rules that send mail elsewhere, or to others as well. Written by people. A route never reaches anybody to whom the author may not write.',
  },
  script: {
    path: 'org/script.yaml',
    pattern: /^org\/script\.yaml$/,
    schema: scriptFile(),
    title: 'Rules of the scripted provider',
    about: 'Written by people. The first rule whose conditions all hold replies.',
  },
  resume: {
    path: 'agents/<name>/resume.md',
    pattern: /^(agents\/[^/]+\/resume|org\/templates\/[^/]+)\.md$/,
    schema: resumeHead(),
    title: 'Resume',
    about:
      'Who an agent is: the front matter is configuration, the body is its instructions. Written by people. Templates in org/templates/<name>.md have the same form.',
  },
  unit: {
    path: 'org/units/<id>.md',
    pattern: /^org\/units\/[^/]+\.md$/,
    schema: unitHead(),
    title: 'Unit',
    about: 'A department, addressed as @id. The body is its charter. Written by people.',
  },
  goal: {
    path: 'org/goals/<id>.md',
    pattern: /^org\/goals\/[^/]+\.md$/,
    schema: goalHead(),
    title: 'Goal',
    about: 'A goal of the organisation. The body explains it. Written by people.',
  },
  contact: {
    path: 'org/contacts/<name>.md',
    pattern: /^org\/contacts\/[^/]+\.md$/,
    schema: contactHead(),
    title: 'Contact',
    about:
      'Somebody the organisation deals with, in the chart or outside. The body contains notes that no prompt shows. Written by people.',
  },
  approval: {
    path: 'org/approvals/<id>.md',
    pattern: /^org\/approvals\/(answered\/)?[^/]+\.md$/,
    schema: approvalHead(),
    title: 'Approval',
    about:
      'A pending action. The body describes it. Written by the engine. A person answers with decision: and an optional note: in the front matter; then the file moves to answered/.',
  },
  skill: {
    path: 'org/skills/<id>/SKILL.md',
    pattern: /^(org\/skills|\.agents\/skills|agents\/[^/]+\/skills)\/[^/]+\/SKILL\.md$/,
    schema: skillHead(),
    title: 'Skill',
    about:
      'A skill in the form of the Agent Skills standard. The body is shown to an agent that loads it. Written by people. An agent has the skills in agents/<name>/skills/ and those that its resume lists.',
  },
  tool: {
    path: 'org/tools/<id>/TOOL.md',
    pattern: /^org\/tools\/[^/]+\/TOOL\.md$/,
    schema: toolHead(),
    title: 'Tool',
    about:
      'A tool of the organisation. The body tells agents how to use it. Written by people. Agents have it if their resume lists it and the owner of the machine has approved it: lemming trust.',
  },
  mcp: {
    path: 'org/mcp.yaml',
    pattern: /^org\/mcp\.yaml$/,
    schema: mcpFile(),
    title: 'Servers of tools',
    about:
      'MCP servers whose tools agents use. Written by people. No server starts before you approve it: lemming trust.',
  },
  pin: {
    path: 'org/mcp/<server>.yaml',
    pattern: /^org\/mcp\/[^/]+\.yaml$/,
    schema: pinFile(),
    title: 'Tools of a server',
    about:
      'The approved tools of an MCP server. Written by lemming trust; if the text is changed, the server is not used.',
  },
  message: {
    path: 'agents/<name>/outbox/<turn>-<n>-<first recipient>-<slug>.md',
    pattern: /^agents\/[^/]+\/outbox\/(archive\/\d+\/)?\d{6,}-\d{2,}-[^/]+\.md$/,
    schema: messageHead(),
    title: 'Message',
    about: 'Written by the engine; the author is the directory. People may edit one until it is delivered.',
  },
  drop: {
    path: 'agents/<person>/outbox/<any name>.md',
    pattern: /^agents\/[^/]+\/outbox\/([^/]+\/)?[^/]+\.md$/,
    schema: dropHead(),
    title: 'Mail made by hand',
    about:
      'Written by people. The front matter is optional: the recipient may be the name of the file (manager.md) or of a folder (manager/note.md).',
  },
  'dead-letter': {
    path: 'org/dead-letter/<id>.md',
    pattern: /^org\/dead-letter\/[^/]+\.md$/,
    schema: deadLetterHead(),
    title: 'Dead letter',
    about: 'What could not be delivered or understood, and why. Written by the engine. The message stays where it is.',
  },
  memory: {
    path: 'agents/<name>/memory/<key>.md',
    pattern: /^agents\/[^/]+\/memory\/((archive\/)?(learned\/)?)[^/]+\.md$/,
    schema: memoryHead(),
    title: 'Memory',
    about:
      'What an agent remembers. The body is the entry. Written by agents through their tools, and by people. memory/learned/ holds learning records, memory/archive/ what is old.',
  },
  context: {
    path: 'org/shared/context/<key>.md',
    pattern: /^org\/shared\/context\/[^/]+\.md$/,
    schema: memoryHead(),
    title: 'Shared context',
    about:
      'What the organisation knows. The body is the entry. Written by people, and by agents whose resume grants the path in shared.',
  },
  task: {
    path: 'org/tasks/<id>.md',
    pattern: /^org\/tasks\/(archive\/)?[^/]+\.md$/,
    schema: taskHead(),
    title: 'Task',
    about:
      'A piece of work. The body says what is to be done, the list below ## History what happened. Written by people, agents and the engine.',
  },
  workflow: {
    path: 'org/workflows/<id>.yaml',
    pattern: /^org\/workflows\/[^/]+\.yaml$/,
    schema: workflowFile(),
    title: 'Workflow',
    about: 'Steps that run the same way every time, and how each is taken back. Written by people.',
  },
  run: {
    path: 'org/runs/<id>.md',
    pattern: /^org\/runs\/[^/]+\.md$/,
    schema: runHead(),
    title: 'Run',
    about: 'A run of a workflow: its steps, its result and the text with which it began. Written by the engine.',
  },
  request: {
    path: 'agents/<person>/requests/<id>.yaml',
    pattern: /^agents\/[^/]+\/requests\/[^/]+\.yaml$/,
    schema: request(),
    title: 'Request',
    about:
      'A request of a command to a running engine. Written by commands; the engine takes and removes it at the next freeze.',
  },
} as const satisfies Record<string, FileKind>;

export type KindName = keyof typeof KINDS;

/** The kind of a file by its path in the org, null when it has none. */
export function kindOf(path: string): KindName | null {
  const names = Object.keys(KINDS) as KindName[];
  return names.find((name) => KINDS[name].pattern.test(path)) ?? null;
}
