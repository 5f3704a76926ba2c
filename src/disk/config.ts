import { parse } from 'yaml';
import type { Config, End, Unit } from '../core/config.ts';
import { chartFile } from '../schema/chart.ts';
import { creditsFile } from '../schema/credits.ts';
import { type Fault } from '../schema/fault.ts';
import { modelsFile } from '../schema/models.ts';
import { orgFile } from '../schema/org.ts';
import { resumeHead, type Resume } from '../schema/resume.ts';
export function configReader() {
  return (texts: ReadonlyMap<string, string>, _folders: readonly string[], _env: Record<string, string | undefined>): { config: Config | null; faults: Fault[]; warnings: Fault[] } => {
    const y = (p: string, d: unknown) => (texts.has(p) ? parse(texts.get(p) as string) : d);
    const chart = chartFile.parse(y('org/chart.yaml', { version: 1 }));
    const agents = new Map<string, Resume>();
    for (const [p, t] of texts) { const m = /^agents\/([^/]+)\/resume\.md$/.exec(p); if (!m) continue; const f = /^---\n([\s\S]*?\n)---\n?/.exec(t)!; agents.set(m[1]!, { ...resumeHead.parse(parse(f[1]!)), name: m[1]!, instructions: t.slice(f[0].length).trim() }); }
    const end = (l: string[]): End => ({ all: l.includes('*'), names: new Set(l) });
    const order = [...Object.keys(chart.agents).filter((n) => agents.has(n)), ...[...agents.keys()].filter((n) => !chart.agents[n]).sort()];
    const config: Config = { org: orgFile.parse(y('org/org.yaml', {})), order, agents, broken: new Map(), sendTo: new Map(Object.entries(chart.agents).map(([n, a]) => [n, end(a.send_to)])), readFrom: new Map(Object.entries(chart.agents).map(([n, a]) => [n, end(a.read_from)])), models: new Map(Object.entries(modelsFile.parse(y('org/models.yaml', { version: 1, models: { default: { provider: 'scripted' } } })).models)), credits: creditsFile.parse(y('org/credits.yaml', { version: 1 })), units: new Map<string, Unit>(), goals: new Map() };
    return { config, faults: [], warnings: [] };
  };
}
