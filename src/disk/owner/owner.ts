/** The owner of this machine, with keys, secrets and approvals. */
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ProviderError } from '../../core/model/call.ts';
import { type Trusted, trustHash, trustTerm } from '../../core/model/trust.ts';
import { isMasked, maskerOf, secretsIn } from '../../core/text/mask.ts';
import type { Job, Ran } from '../../core/tools/job.ts';
import { copyWith } from '../../schema/copy.ts';
import type { Env } from '../../schema/env.ts';
import { type Fault, FaultError, failure } from '../../schema/fault.ts';
import { withVariable } from './env-file.ts';
import {
  folderFaults,
  liveEnv,
  liveSecrets,
  liveTrust,
  ownersText,
  type SecretsFile,
  strayFaults,
  type TrustRow,
  writeTrust,
} from './owner-files.ts';
import { homeFault, insideFault, type OwnerFolder, ownerFolder, putFile } from './owner-folder.ts';

/** Variables that every child process gets. */
const FOR_CHILDREN = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR', 'USER'];
/** Additional variables that a program needs to reach the desktop's keychain: addresses, not secrets. */
const FOR_KEYCHAINS = ['DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR'];
/** How long a printed secret is kept, in milliseconds. */
const KEPT_MS = 60_000;
/** Limits of a program that prints a secret: time in milliseconds, and output. */
const SECRET_MS = 10_000;
const SECRET_BYTES = 65_536;
/** While texts are only masked, `.env` is read again after that many milliseconds. */
const LOOK_MS = 1000;

/** What the owner of this machine keeps outside every org: keys, and approvals of what may run. */
export interface Owner {
  /** A non-empty variable of the process; otherwise the variable from the owner's current `.env`. */
  env(name: string): string | undefined;
  /** The present value of `env:NAME` or `secret://name`. Rejects with an `auth` that says what to set, and where. */
  secret(reference: string): Promise<string>;
  /** Makes the next `secret` run its program again, after a service refused the key. */
  forget(reference: string): void;
  /** The environment of child processes: PATH and the like, and the named variables. */
  childEnv(names: readonly string[]): Record<string, string>;
  /** Throws a `bad-request` that names `lemming trust` unless exactly this was approved. */
  requireTrust(what: Trusted): void;
  /** Runs an approved program. Throws like `requireTrust`; rejects with the signal's reason. */
  run(job: Job): Promise<Ran>;
  approved(what: Trusted): boolean;
  /** Throws the fault of the folder if it cannot hold approvals. */
  approve(what: Trusted): void;
  /** Writes the variable into the owner's `.env`. False if it stands there already. Throws the fault of the folder or the file. */
  setVariable(name: string, value: string): boolean;
  /** False if it was not approved. Throws like `approve`. */
  revoke(what: Trusted): boolean;
  /** The URL of a module with exactly this text, in a folder that only the owner can write. */
  moduleOf(text: string): string;
  /** Masks every secret known here. `idle`: there is none. */
  redact: ((text: string) => string) & { idle(): boolean };
  /** Every secret known here: value → name. */
  secrets(): ReadonlyMap<string, string>;
  /** Faults of the owner's files, and of keys that lie in the org. */
  faults(): Fault[];
  /** Registers an org that must not contain the owner's folder, and new secret variables. */
  look(root?: string): void;
}

/** The owners on a machine, by environment. What one of them learnt, such as a secret to mask, applies to everyone who asks. */
export interface Owners {
  get(env: Env): Owner | undefined;
  set(env: Env, owner: Owner): unknown;
}

/** Where an owner is looked up: a machine, an environment, and an org that must not contain the owner's folder. */
export interface OwnerPlace {
  machine: { owners: Owners };
  env: Env;
  root?: string;
}

/** The owner of the machine in that environment; the same object for the same machine and environment. */
export function ownerOf({ machine: { owners }, env, root }: OwnerPlace): Owner {
  const owner = owners.get(env) ?? machineOwner(env);
  owners.set(env, owner);
  owner.look(root);
  return owner;
}

/** The owner for an environment, not shared with anybody. */
export function machineOwner(env: Env): Owner {
  const owner = new MachineOwner(env);
  owner.look();
  return owner;
}

/** What providers are given of the owner. */
export function outsideOf(
  owner: Owner,
): Pick<Owner, 'env' | 'secret' | 'redact' | 'childEnv' | 'requireTrust' | 'run'> {
  const { env, secret, redact, childEnv, requireTrust, run } = owner;
  return { env, secret, redact, childEnv, requireTrust, run };
}

/** A secret that a program printed or is about to print. */
interface PrintedSecret {
  value: Promise<string>;
  /** In milliseconds of the machine's ticks; Infinity while the program runs. */
  until: number;
}

class MachineOwner implements Owner {
  private readonly variables: Env;
  private readonly folder: OwnerFolder | null;
  private readonly dotenv: ReturnType<typeof liveEnv>;
  private readonly programs: ReturnType<typeof liveSecrets>;
  private readonly trust: ReturnType<typeof liveTrust>;
  private readonly roots = new Set<string>();
  private readonly kept = new Map<string, PrintedSecret>();
  /** Old values stay: texts that contain them may come back. */
  private readonly known = new Map<string, string>();
  private strike = maskerOf(this.known);
  private struck = 0;
  private readonly learnt = new WeakSet<object>();
  private looked = Number.NEGATIVE_INFINITY;

  constructor(variables: Env) {
    this.variables = variables;
    this.folder = ownerFolder(variables);
    this.dotenv = liveEnv(this.folder);
    this.programs = liveSecrets(this.folder);
    this.trust = liveTrust(this.folder);
  }

  look(root?: string): void {
    if (root) this.roots.add(root);
    this.learn(secretsIn(Object.entries(this.variables)));
  }

  private learn(secrets: Iterable<[value: string, name: string]>): void {
    for (const [value, name] of secrets) if (!this.known.has(value)) this.known.set(value, name);
  }

  /** The current `.env`; its secrets are known from then on. */
  private fromFile(): ReadonlyMap<string, string> | null {
    const { value } = this.dotenv();
    if (value && !this.learnt.has(value)) {
      this.learnt.add(value);
      this.learn(secretsIn(value));
    }
    return value;
  }

  private refusal(): Fault | null {
    const { folder } = this;
    if (!folder) return null;
    for (const root of this.roots) {
      const inside = insideFault(folder, root);
      if (inside) return inside;
    }
    return null;
  }

  env = (name: string): string | undefined => {
    const own = this.variables[name];
    if (own?.trim()) return own;
    const found = this.fromFile()?.get(name);
    return found !== undefined && !this.refusal() ? found : own;
  };

  childEnv = (names: readonly string[]): Record<string, string> => {
    const given = FOR_CHILDREN.map((name): [string, string | undefined] => [name, this.variables[name]]);
    const named = names.map((name): [string, string | undefined] => [name, this.env(name)]);
    const set = [...given, ...named].filter((pair): pair is [string, string] => pair[1] !== undefined);
    return Object.fromEntries(set);
  };

  secret = async (reference: string): Promise<string> => {
    const name = /^secret:\/\/(.+)$/.exec(reference)?.[1];
    const value =
      name === undefined ? this.variable(reference.replace(/^env:/, '')) : await this.printed(reference, name);
    if (isMasked(value)) this.learn([[value.trim(), name === undefined ? reference.replace(/^env:/, '') : reference]]);
    return value;
  };

  private variable(name: string): string {
    const value = this.env(name)?.trim();
    if (value) return value;
    throw this.missing(`${name} is not set. Set it, or put the line ${name}=... into ${this.place('.env')}.`);
  }

  private printed(reference: string, name: string): Promise<string> {
    const before = this.kept.get(reference);
    if (before && before.until > performance.now()) return before.value;
    const kept: PrintedSecret = { value: this.ask(reference, name), until: Number.POSITIVE_INFINITY };
    this.kept.set(reference, kept);
    kept.value.then(
      () => {
        kept.until = performance.now() + KEPT_MS;
      },
      () => {
        if (this.kept.get(reference) === kept) this.kept.delete(reference);
      },
    );
    return kept.value;
  }

  /** Runs the program of a secret. Its other output is never shown: it could be the secret. */
  private async ask(reference: string, name: string): Promise<string> {
    const { run, env } = this.programOf(reference, name);
    const { runChild } = await import('../sandbox/child.ts');
    const { end, stdout } = await runChild({
      argv: run,
      input: '',
      env: this.childEnv([...FOR_KEYCHAINS, ...env]),
      timeoutMs: SECRET_MS,
      most: SECRET_BYTES,
    });
    const wrong = wrongOf(end, stdout);
    if (wrong)
      throw this.missing(
        `The program of ${reference} ${wrong}. Run it by hand to see why: it is secrets.${name} in ${this.place('secrets.yaml')}.`,
      );
    return Buffer.from(stdout)
      .toString()
      .replace(/\r?\n$/, '');
  }

  private programOf(reference: string, name: string): SecretsFile['secrets'][string] {
    const { value, faults } = this.programs();
    const place = this.place('secrets.yaml');
    if (!value && faults[0]) throw this.missing(`${reference} cannot be read: ${place}: ${faults[0].message}.`);
    const program = value && Object.hasOwn(value.secrets, name) ? value.secrets[name] : undefined;
    if (program && !this.refusal()) return program;
    throw this.missing(
      `${reference} is not set. Put ${name}: { run: [PROGRAM, ARGUMENT] } under "secrets" in ${place}.`,
    );
  }

  private place(file: string): string {
    return this.folder ? `${this.folder.label}/${file}` : `${file} in the folder that LEMMING_HOME names`;
  }

  private missing(text: string): ProviderError {
    const refusal = this.refusal();
    return new ProviderError('auth', refusal ? `${text} ${refusal.message}. ${refusal.remedy}` : text);
  }

  forget = (reference: string): void => {
    this.kept.delete(reference);
  };

  approved = (what: Trusted): boolean => {
    const approvals = this.trust().value ?? [];
    return approvals.length > 0 && !this.refusal() && approvals.some((one) => isOf(one, what));
  };

  requireTrust = (what: Trusted): void => {
    if (this.approved(what)) return;
    const refusal = this.refusal() ?? this.trust().faults[0];
    throw new ProviderError(
      'bad-request',
      `${untrusted(what)} is not approved on this machine. Review it with lemming trust, then run lemming trust NAME${refusal ? `. ${refusal.message}` : ''}`,
    );
  };

  run = async (job: Job): Promise<Ran> => {
    this.requireTrust({ kind: 'command', argv: job.argv, passes: job.passes ?? [] });
    const { runChild } = await import('../sandbox/child.ts');
    const ran = await runChild(job);
    // Known secrets are masked first, because half of a secret that a cut leaves would not be recognised.
    return copyWith(ran, { stderr: this.redact(ran.stderr) });
  };

  approve = (what: Trusted): void => {
    const { folder, approvals } = this.forApprovals();
    const entry = { kind: what.kind, what: trustTerm(what), sha256: trustHash(what), time: new Date().toISOString() };
    writeTrust(folder, [...approvals.filter((one) => !isOf(one, what)), entry]);
  };

  revoke = (what: Trusted): boolean => {
    const { folder, approvals } = this.forApprovals();
    const left = approvals.filter((one) => !isOf(one, what));
    if (left.length < approvals.length) writeTrust(folder, left);
    return left.length < approvals.length;
  };

  private forApprovals(): { folder: OwnerFolder; approvals: readonly TrustRow[] } {
    const { value, faults } = this.trust();
    const [first] = [...this.own(), ...faults];
    if (first && !value) throw new FaultError(first);
    return { folder: this.itsFolder('approvals'), approvals: value ?? [] };
  }

  private itsFolder(what: string): OwnerFolder {
    if (this.folder) return this.folder;
    throw failure('bad-env', `There is no folder for ${what}, because neither LEMMING_HOME nor HOME is set`, {
      remedy: 'Set LEMMING_HOME to a folder outside the organisation.',
    });
  }

  setVariable = (name: string, value: string): boolean => {
    const [first] = this.own();
    if (first) throw new FaultError(first);
    const folder = this.itsFolder('keys');
    const text = ownersText(folder, '.env');
    const after = withVariable(text, name, value);
    if (after !== text) putFile(folder, '.env', after);
    return after !== text;
  };

  moduleOf = (text: string): string => {
    const { folder } = this.forApprovals();
    const name = `plugins/${trustHash({ kind: 'plugin', path: '', text })}.mjs`;
    const file = path.join(folder.path, name);
    const there = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
    return pathToFileURL(there === text ? file : putFile(folder, name, text)).href;
  };

  redact = Object.assign((text: string): string => this.strikeNow()(text), {
    idle: (): boolean => {
      this.strikeNow();
      return this.struck === 0;
    },
  });

  /** The function that masks everything known so far. */
  private strikeNow(): (text: string) => string {
    const now = performance.now();
    if (now - this.looked >= LOOK_MS) {
      this.looked = now;
      this.fromFile();
    }
    if (this.struck !== this.known.size) {
      this.strike = maskerOf(this.known);
      this.struck = this.known.size;
    }
    return this.strike;
  }

  secrets = (): ReadonlyMap<string, string> => {
    this.fromFile();
    return this.known;
  };

  faults = (): Fault[] => [
    ...this.own(),
    ...folderFaults(this.folder),
    ...this.dotenv().faults,
    ...this.programs().faults,
    ...this.trust().faults,
    ...[...this.roots].flatMap((root) => strayFaults(root, this.folder)),
  ];

  /** The faults of the folder's location. */
  private own(): Fault[] {
    return [homeFault(this.variables), this.refusal()].filter((one) => one !== null);
  }
}

function untrusted(what: Trusted): string {
  if (what.kind === 'command') return `the command ${trustTerm(what)}`;
  return what.kind === 'key'
    ? `sending the key ${trustTerm(what)}, which is not an address of its own service,`
    : `the plug-in ${trustTerm(what)} as it is now`;
}

function isOf({ kind, what, sha256 }: TrustRow, asked: Trusted): boolean {
  return kind === asked.kind && what === trustTerm(asked) && sha256 === trustHash(asked);
}

/** Why the output of a program is not a secret; null if it is one. */
function wrongOf(end: Ran['end'], stdout: Uint8Array): string | null {
  switch (end.how) {
    case 'late':
      return `took more than ${SECRET_MS / 1000} seconds`;
    case 'too-much':
      return `printed more than ${SECRET_BYTES} bytes`;
    case 'not-started':
      return `could not be started (${end.reason})`;
    case 'signal':
      return `was ended by ${end.signal}`;
    case 'exit':
      if (end.code !== 0) return `ended with ${end.code}`;
      return isText(stdout) ? null : 'printed no text';
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).trim() !== '';
  } catch {
    return false;
  }
}
