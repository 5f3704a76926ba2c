/** Says which of the limits of a visit, from several files, applies, and what raises it. Pure. */
import type { Resume } from '../../schema/config/resume.ts';
import type { Config } from '../model/config.ts';
import type { Finished } from '../model/visit.ts';
import { TOO_MUCH } from '../prompt/unfinished.ts';

interface VisitLimit {
  key: string;
  file: string;
  amount: number;
}

/** Which limit to raise for a cut visit: the one that applied, and those that apply as soon as it is raised. */
function limitAdvice(config: Config, { reason, resume }: Pick<Finished, 'reason' | 'resume'>): string {
  const limits = reason === 'steps' ? ofSteps(config, resume) : ofTokens(config, resume);
  const least = Math.min(...limits.map(({ amount }) => amount));
  const held = limits.filter(({ amount }) => amount === least).map(({ key, file }) => `${key} in ${file}`);
  const more = limits
    .filter(({ amount }) => amount > least)
    .map(({ key, file, amount }) => `${amount} by ${key} in ${file}`);
  return `${held.join(' and ')}${more.length ? ` (it is capped at ${more.join(' and at ')})` : ''}`;
}

/** The advice to give a cut visit more room, as a sentence with a space before it; empty where no limit would help. */
export function roomAdvice(config: Config, visit: Pick<Finished, 'reason' | 'detail' | 'resume'>): string {
  if (visit.reason === 'looped' || visit.detail === TOO_MUCH) return '';
  return ` To allow more, raise ${limitAdvice(config, visit)}.`;
}

/** Limits of resumes that do nothing, because the organisation allows less. */
export function idleLimits(config: Config): string[] {
  return [...config.agents.values()].flatMap((resume) =>
    [ofSteps(config, resume), ofTokens(config, resume)].flatMap(([cap, own]) =>
      cap && own?.file === fileOf(resume) && own.amount > cap.amount
        ? [`${own.key} of ${own.file} is ${own.amount}, but ${cap.file} allows ${cap.amount}. Raise it there as well.`]
        : [],
    ),
  );
}

/** The limit of the organisation first, then that of the resume if it has one. */
function ofSteps({ org }: Config, resume: Resume): VisitLimit[] {
  return stood([
    { key: 'limits.steps', file: ORG, amount: org.limits.steps },
    { key: 'limits.steps', file: fileOf(resume), amount: resume.limits.steps },
  ]);
}

function ofTokens({ org, models }: Config, resume: Resume): VisitLimit[] {
  const model = models.get(resume.model[0] as string);
  return stood([
    { key: 'limits.output_tokens', file: ORG, amount: org.limits.output_tokens },
    { key: 'limits.output_tokens', file: fileOf(resume), amount: resume.limits.output_tokens },
    { key: 'max_output_tokens', file: 'org/models.yaml', amount: model?.max_output_tokens },
  ]);
}

const ORG = 'org/org.yaml';
const fileOf = ({ name }: Resume): string => `agents/${name}/resume.md`;

function stood(limits: readonly (Omit<VisitLimit, 'amount'> & { amount: number | undefined })[]): VisitLimit[] {
  return limits.flatMap(({ key, file, amount }) => (amount === undefined ? [] : [{ key, file, amount }]));
}
