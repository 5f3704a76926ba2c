/**
 * `lemming`: an organisation in a program of yours (docs/embedding.md).
 *
 * - `open` opens an organisation, or makes one first. What it gives is an `Org`: send mail, make turns, answer held acts,
 *   follow what happens, look at mail and costs.
 * - `FaultError` is what it throws where something expected went wrong: each `Fault` has a code, a place and a remedy.
 */
import { open } from './faces/library/open.ts';
import type { Agent, Approval, Effect, Ledger, Message, Org, Visit } from './faces/library/org.ts';
import { type Fault, FaultError } from './schema/fault.ts';

export {
  type Agent,
  type Approval,
  type Effect,
  type Fault,
  FaultError,
  type Ledger,
  type Message,
  type Org,
  open,
  type Visit,
};
