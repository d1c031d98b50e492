import { samplesOf } from '../infra/local/webhooks/sample.ts';
import type { SourceEvent } from '../lib/event.ts';
import { sources } from '../lib/sources/catalog.ts';
import type { Proof } from '../lib/sources/proof.ts';

const headerText = (name: string): string =>
  `\`${name.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`)}\``;

const proofText = (proof: Proof): string => {
  switch (proof.type) {
    case 'hmac':
      return `HMAC-${proof.algorithm.toUpperCase()} over the raw body in ${headerText(proof.header)}`;
    case 'token':
      return `the secret in ${headerText(proof.header)}`;
    case 'basic':
      return 'the secret as the password of HTTP Basic';
    case 'key':
      return 'the key at the end of the URL';
    case 'oidc':
      return `a token of ${proof.issuer} in \`Authorization\``;
  }
};

const askedText = (event: Partial<SourceEvent> | undefined): string => {
  if (event?.type === 'tag-pushed') return 'for the image, until it has it';
  return event?.type === 'image-pushed' && event.digest !== undefined ? 'nothing' : 'for the digest';
};

/**
 * The line `Events: …` in the section of a source.
 * @throws Error where the page has no such section or line
 */
const eventsIn = (page: string, name: string): string => {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${name}\n`));
  const [, events] = /^Events: (.+)$/m.exec(section ?? '') ?? [];
  if (events === undefined)
    throw new Error(`docs/sources.md has no section "## ${name}" with a line "Events: …"`);
  return events.replaceAll('|', '\\|');
};

/** The table of docs/sources.md: each source of the catalog, with what its section and its default sample say of it. */
export const sourceTable = (page: string): string => {
  const rows = Object.entries(sources).map(([name, source]) => {
    const [sample] = samplesOf(name);
    const proofs = source.proofs(sample?.config ?? {});
    const path = proofs.some(({ type }) => type === 'key') ? `${name}/<key>` : name;
    const cells = [
      `[${name}](#${name})`,
      eventsIn(page, name),
      `\`/webhooks/${path}\``,
      [...new Set(proofs.map(proofText))].join(', or '),
      askedText(sample?.events[0]),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '| source | events to choose | URL | verified by | the registry is asked |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
};
