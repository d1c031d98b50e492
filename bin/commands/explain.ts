import { parseArgs } from 'node:util';
import { loadConfig } from '../../lib/config/load.ts';
import { checkRepository } from '../../lib/config/text-checks.ts';
import type { SourceEvent } from '../../lib/event.ts';
import { tryParseImage } from '../../lib/image.ts';
import { unmatched } from '../../lib/release/model/decide.ts';
import { type Explanation, explainTag } from '../../lib/release/model/explain-tag.ts';
import { reasonText } from '../../lib/view/reason.ts';
import { schemeText } from '../../lib/view/tag-scheme.ts';
import { type Command, exitCodes, reporting } from './command.ts';

const usage = `Usage: tagboat explain <image>:<tag> [options]
       tagboat explain <repository>@<Git tag> [options]

Says for each app and environment of tagboat.yml whether a tag would be released, and why. Asks nobody: what is held, and
what the config repo and the registry have, is not known here.

  tagboat explain example/app:v1.2.3
  tagboat explain github.com/example/monorepo@app@1.2.3 --current 1.2.2

  --current TAG   the tag of the image that stands in the config repo
  --config FILE   instead of tagboat.yml
`;

const about = { source: 'explain', delivery: 'explain', actor: undefined } as const;

/** Undefined where it is neither. The Git tag may have any characters: the repository ends at the first `@`. */
const eventOf = (text: string): SourceEvent | undefined => {
  const at = text.indexOf('@');
  const repository = checkRepository(text.slice(0, Math.max(at, 0)));
  const gitTag = text.slice(at + 1);
  if ('value' in repository && gitTag !== '')
    return { ...about, type: 'tag-pushed', repository: repository.value, tag: gitTag, revision: undefined };
  const colon = text.lastIndexOf(':');
  const image = tryParseImage(text.slice(0, Math.max(colon, 0)));
  const tag = text.slice(colon + 1);
  return image === undefined || tag === '' || tag.includes('/')
    ? undefined
    : { ...about, type: 'image-pushed', image: image.name, tag, digest: undefined };
};

/** One sentence of what would come of it, and one of what the environment releases at all. */
const linesOf = ({ app, environment, tag, gitTag, scheme, reason }: Explanation): readonly string[] => {
  const what = gitTag === undefined ? tag : `${gitTag}, whose image is ${tag},`;
  const outcome = reason === undefined ? 'would be released' : `would not be released: ${reasonText(reason)}`;
  return [`${app} ${environment}: ${what} ${outcome}`, `  it releases ${schemeText(scheme)}`];
};

/** `tagboat explain` */
export const run: Command = reporting(usage, async (args, io) => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { current: { type: 'string' }, config: { type: 'string', default: 'tagboat.yml' } },
  });
  const [text, ...more] = positionals;
  const event = text === undefined || more.length > 0 ? undefined : eventOf(text);
  if (event === undefined) {
    io.stderr.write(usage);
    return exitCodes.usage;
  }
  const explanations = explainTag(event, loadConfig(values.config, { local: true }), values.current);
  if (explanations.length === 0) {
    io.stderr.write(`${reasonText(unmatched(event))}\n`);
    return exitCodes.wrong;
  }
  io.stdout.write(`${explanations.flatMap(linesOf).join('\n')}\n`);
  return exitCodes.well;
});
