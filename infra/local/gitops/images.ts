import { type ImageReference, tryParseImage } from '../../../lib/image.ts';
import { isMapping } from '../../../lib/mapping.ts';

const containerLists = new Set(['containers', 'initContainers', 'ephemeralContainers']);

/** The images that the containers of an object run, wherever its pod template is: a Deployment's, a CronJob's, a Pod's own. */
export const imagesOf = (object: unknown): readonly ImageReference[] => {
  if (Array.isArray(object)) return object.flatMap(imagesOf);
  if (!isMapping(object)) return [];
  return Object.entries(object).flatMap(([key, value]) =>
    containerLists.has(key) && Array.isArray(value)
      ? value.flatMap((container: unknown) => {
          const image = isMapping(container) && typeof container.image === 'string' ? container.image : '';
          return tryParseImage(image) ?? [];
        })
      : imagesOf(value),
  );
};
