/** Tags that by convention are moved from image to image, so that the name alone does not say what runs. */
const mutableTags: ReadonlySet<string> = new Set([
  'latest',
  'main',
  'master',
  'head',
  'develop',
  'dev',
  'edge',
  'nightly',
  'canary',
  'stable',
  'staging',
  'production',
  'prod',
  'test',
  'next',
  'current',
]);

/** True for `latest` and other tags that are moved by convention. They are released only where `pin: digest` is set. */
export const isMutableTag = (tag: string): boolean => mutableTags.has(tag.toLowerCase());
