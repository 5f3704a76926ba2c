/** Where an organisation lies, and who acts in it. */

/** What a command says of its surroundings. */
export interface OrgPlace {
  /** Absolute path of the org folder. */
  root: string;
  env: Record<string, string | undefined>;
  /** Programs of agents may run without a sandbox, if org.yaml says so as well. */
  unsafeHost?: boolean;
  /** Every byte of the journal is checked before an engine starts. */
  verify?: boolean;
  /** Who acts, when it is not the person at the keyboard. */
  seat?: Seat;
  /** Hears what takes long, a line each. */
  say?(line: string): void;
}

/** The place of a person in the chart, taken by somebody else, such as an assistant. */
export interface Seat {
  person: string;
  /** true: of mail it sees only what it wrote and what was written to it. */
  ownMail: boolean;
}

/** Tells a person why a start takes long. */
export function progressOf(place: OrgPlace): (left: number) => void {
  return (left) => place.say?.(`Reading the journal: ${left} turns are left`);
}

/** Whoever takes the seat of a person is told apart from them. */
export function throughOf({ seat }: Pick<OrgPlace, 'seat'>): { through?: 'mcp' } {
  return seat ? { through: 'mcp' } : {};
}
