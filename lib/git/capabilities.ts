/**
 * What this client asks for, of what a server announces: a server may refuse what it did not announce, and there are some that
 * insist on what they did (Azure DevOps on `multi_ack`: https://github.com/go-git/go-git/issues/64). Each list is in the order
 * of preference. https://git-scm.com/docs/protocol-capabilities
 */
type Choice = readonly (readonly string[])[];

const ofFetch: Choice = [
  ['multi_ack_detailed', 'multi_ack'],
  ['side-band-64k', 'side-band'],
  ['ofs-delta'],
  ['no-progress'],
];

const ofPush: Choice = [['report-status'], ['side-band-64k', 'side-band']];

const choose = (choices: Choice, announced: readonly string[]): readonly string[] => {
  const chosen = choices.flatMap((names) => names.find((name) => announced.includes(name)) ?? []);
  const takesAgent = announced.some((capability) => capability.startsWith('agent='));
  return takesAgent ? [...chosen, 'agent=git/tagboat'] : chosen;
};

/** What is asked for with the first `want` of a fetch in version 0 of the protocol. */
export const fetchCapabilities = (announced: readonly string[]): readonly string[] =>
  choose(ofFetch, announced);

/** What is asked for with the command of a push. */
export const pushCapabilities = (announced: readonly string[]): readonly string[] =>
  choose(ofPush, announced);

/** What every server with version 2 of the protocol announces for a push, so that it need not be asked first. */
export const usualPushCapabilities: readonly string[] = pushCapabilities([
  'report-status',
  'side-band-64k',
  'agent=',
]);

/** True where the answer comes in bands. */
export const hasSideBand = (capabilities: readonly string[]): boolean =>
  capabilities.some((capability) => capability.startsWith('side-band'));
