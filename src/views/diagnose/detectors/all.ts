/** The table of detectors. A new one is a file beside this one, and a row here. */
import type { Detector } from '../finding.ts';
import { claims } from './claims/claims.ts';
import { missingAttachment } from './claims/missing-attachment.ts';
import { wrongNumber } from './claims/wrong-number.ts';
import { courtesyLoop } from './courtesy-loop.ts';
import { cutVisit } from './cut-visit.ts';
import { ignoredStop } from './ignored-stop.ts';
import { noProgress } from './no-progress.ts';
import { repeatedAct } from './repeated-act.ts';
import { repeatedMessage } from './repeated-message.ts';
import { repeatedWork } from './repeated-work.ts';
import { unanswered } from './unanswered.ts';
import { unreadReview } from './unread-review.ts';
import { unusedMail } from './unused-mail.ts';

/** Makes the detectors for one journal: some remember what they saw. */
export function makeDetectors(): Detector[] {
  return [
    ...[repeatedAct, repeatedWork(), repeatedMessage(), courtesyLoop(), unanswered(), unusedMail()],
    ...[claims, wrongNumber, missingAttachment, ignoredStop(), unreadReview, noProgress(), cutVisit],
  ];
}
