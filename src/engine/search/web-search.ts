/** Searches with the service that org.yaml names. */
import type { Hit, SearchHits } from '../../core/model/tool.ts';
import { deadline } from '../../disk/fs/clock.ts';
import type { WireResponse } from '../../disk/sandbox/wire.ts';
import { belongs } from '../../providers/hosted/address.ts';
import type { SearchSettings } from '../../schema/config/org.ts';
import type { Resume } from '../../schema/config/resume.ts';
import { askLoopback, askPublic } from '../tools/fetch.ts';
import { ToolRefusal } from '../tools/tool-context.ts';
import type { Turn } from '../tools/turn-in-progress.ts';
import type { Backend, SearchQuery } from './backend.ts';
import { brave } from './brave.ts';
import { SEARCH_NAMES, searchKey } from './keys.ts';
import { searchFolder } from './local.ts';
import { searxng } from './searxng.ts';
import { tavily } from './tavily.ts';

/** Settings of a service on the web. */
type WebService = Exclude<SearchSettings, { backend: 'local' }>;

const NOTHING =
  'Web search is not set up. The owner can write search: { backend: local, folder: FOLDER } into org/org.yaml, or name a service (docs/tools.md).';

/** Searches what the organisation says, within so many milliseconds. Rejects with an `Error` that says what went wrong. */
export async function search(turn: Turn, resume: Resume, wish: SearchQuery, timeout: number): Promise<SearchHits> {
  const { search: settings } = turn.config.org;
  if (settings === null) throw new ToolRefusal(NOTHING, 'search');
  if (settings.backend === 'local') return searchFolder(turn, resume, settings.folder, wish);
  const hits = await askService(turn, settings, wish, timeout);
  const found = hits.slice(0, wish.limit).map(({ title, url, snippet }) => ({
    title: turn.mask(title),
    url: turn.mask(url),
    snippet: turn.mask(snippet),
  }));
  return { hits: found, tainted: true };
}

/** Redirects are not followed: they could lead the key elsewhere. */
async function askService(turn: Turn, settings: WebService, wish: SearchQuery, timeout: number): Promise<Hit[]> {
  const signal = AbortSignal.any([turn.signal, deadline(timeout)]);
  const { owner } = turn.ports;
  const reference = 'key' in settings ? settings.key : null;
  if (reference !== null && !belongs(reference, SEARCH_NAMES[settings.backend]))
    owner.requireTrust(searchKey(settings.backend, reference));
  const key = reference === null ? '' : (await owner.secret(reference)).trim();
  const backend = backendOf(settings);
  const ask = 'loopback' in settings && settings.loopback ? askLoopback : askPublic;
  const answer = await ask(turn, backend.ask(wish, key), signal);
  if (reference !== null && [401, 403].includes(answer.status)) owner.forget(reference);
  return readAnswer(settings.backend, backend, answer);
}

function backendOf(settings: WebService): Backend {
  switch (settings.backend) {
    case 'searxng':
      return searxng(settings.url);
    case 'brave':
      return brave;
    case 'tavily':
      return tavily;
  }
}

/** An invalid answer is not quoted: it may contain anything. */
function readAnswer(name: string, backend: Backend, { status, body, isCut }: WireResponse): Hit[] {
  if (status !== 200) throw new Error(`${name} answered with ${status}${MEANING.get(status) ?? ''}.`);
  if (isCut) throw new Error(`The answer of ${name} is too long.`);
  try {
    return backend.read(JSON.parse(new TextDecoder().decode(body)));
  } catch {
    throw new Error(`The reply of ${name} was not what was requested.`);
  }
}

const MEANING = new Map([
  [401, ': it does not know the key'],
  [403, ': it does not allow that'],
  [429, ': it was asked too often'],
]);
