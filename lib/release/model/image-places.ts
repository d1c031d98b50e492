import type { EnvironmentConfig } from '../../config/types.ts';

/** What an environment says of where its image stands. */
export type ImagePlaces = Pick<EnvironmentConfig, 'files' | 'fields'>;

/** Globs of all files of an environment that may carry the image. */
export const allGlobs = ({ files, fields = [] }: ImagePlaces): readonly string[] => [
  ...new Set([...files, ...fields.map((field) => field.files)]),
];
