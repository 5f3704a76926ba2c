/** The table of detectors. A new one is a file beside this one, and a row here. */
import type { Detector } from '../finding.ts';
import { claims } from './claims.ts';
import { courtesyLoop } from './courtesy-loop.ts';
import { cutVisit } from './cut-visit.ts';
import { missingAttachment } from './missing-attachment.ts';
import { noProgress } from './no-progress.ts';
import { repeatedAct } from './repeated-act.ts';
import { repeatedMessage } from './repeated-message.ts';
import { unanswered } from './unanswered.ts';
import { unreadReview } from './unread-review.ts';
import { unusedMail } from './unused-mail.ts';

/** Makes the detectors for one journal: some remember what they saw. */
export function makeDetectors(): Detector[] {
  return [
    ...[repeatedAct, repeatedMessage(), courtesyLoop(), unanswered(), unusedMail()],
    ...[claims, missingAttachment, unreadReview, noProgress(), cutVisit],
  ];
}
