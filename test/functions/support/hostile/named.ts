import type { AppConfig, SourceConfig } from '../../../../lib/config/types.ts';
import type { IntakeAnswer } from '../../../../lib/release/intake/intake.ts';

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Every text and number in a JSON value, keys as well; of one that is JSON in base64, what is in it. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'number') return [String(value)];
  if (typeof value === 'string') {
    const inner = /^[\w+/-]{8,}=*$/.test(value) ? jsonOf(Buffer.from(value, 'base64').toString()) : undefined;
    return [value, ...(typeof inner === 'object' ? textsIn(inner) : [])];
  }
  return typeof value === 'object' && value !== null ? Object.entries(value).flat().flatMap(textsIn) : [];
};

/** What a body says, as JSON or as the field of a form that has it. */
const textsOf = (body: Buffer): readonly string[] => {
  const text = body.toString();
  const form = text.startsWith('payload=') ? (new URLSearchParams(text).get('payload') ?? '') : text;
  return textsIn(jsonOf(form));
};

/** Of a repository or an image, the parts that its sender writes: the host may be ours, and the rest the path of every one. */
const partsOf = (name: string): readonly string[] =>
  name
    .split('/')
    .slice(1)
    .filter((part) => !['_git', 'scm', 'library'].includes(part));

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/**
 * Whether the payload names the tag of a release, and the repository or image of its app, as far as the configuration of the source
 * does not.
 * @returns what it does not name
 */
export const unnamed = (
  release: IntakeAnswer['releases'][number],
  { repository, image, environments }: AppConfig,
  body: Buffer,
  configured: SourceConfig | undefined,
): readonly string[] => {
  const texts = textsOf(body);
  const lower = [...texts, ...textsIn(configured ?? {})].map((text) => text.toLowerCase());
  const isOfGit = environments[release.environment]?.on === 'tag-push';
  const parts = partsOf(isOfGit ? (repository ?? '') : image);
  return [
    ...(texts.some((text) => text.includes(release.tag)) ? [] : [`the tag ${release.tag}`]),
    ...parts.filter((part) => !lower.some((text) => text.includes(part) || text.includes(decoded(part)))),
  ];
};
