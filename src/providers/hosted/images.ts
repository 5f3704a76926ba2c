/** The images of a prompt for hosted services. */
import { type Image, type Prompt, ProviderError } from '../../core/model/call.ts';
import type { Model } from '../../schema/config/models.ts';

/** The images of each part of the conversation: all belong to the first user part. */
export function imagesOf({ images = [], parts }: Prompt): Image[][] {
  const first = parts.findIndex((part) => part.role === 'user');
  return parts.map((_, i) => (i === first ? images : []));
}

/** Throws a `bad-request` when the mail has images and the model cannot look at them. */
export function checkImages(prompt: Prompt, model: Model, name: string): void {
  if (model.images || !prompt.images?.length) return;
  throw new ProviderError(
    'bad-request',
    `the model ${name} takes no images: set images: true of the model in org/models.yaml if it can look at them`,
  );
}
