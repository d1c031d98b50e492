import { currentRelease } from '../../../lib/release/model/current-release.ts';
import {
  isOfAnotherCommit,
  isSameVersion,
  isUnderWay,
  type Release,
} from '../../../lib/release/model/release.ts';
import { isOlder as isOlderIn } from '../../../lib/release/model/tag-scheme.ts';
import type { Hold } from '../../../lib/view/hold.ts';
import { queueNames } from './deployment.ts';
import { fileOf, firstTag } from './project.ts';
import { pendingOf, poison, storeOf } from './simulate.ts';
import type { World } from './world.ts';

/** An app in an environment when all is over. */
type Place = {
  readonly app: string;
  readonly environment: string;
  /** Oldest first. */
  readonly releases: readonly Release[];
  readonly holds: readonly Hold[];
  readonly tagInGit: string;
  readonly digestInGit: string | undefined;
  readonly tagInCluster: string | undefined;
};

const readPlaces = async (world: World): Promise<readonly Place[]> => {
  const store = storeOf(world);
  const places: Place[] = [];
  for (const [app, { environments }] of Object.entries(world.project.config.apps))
    for (const [environment, { configRepo }] of Object.entries(environments)) {
      const text = world.repo(configRepo).text(fileOf(app, environment));
      places.push({
        app,
        environment,
        releases: (await store.list(app, environment)).toReversed(),
        holds: await store.holds(app, environment),
        digestInGit: /@(sha256:\w+)/.exec(text)?.[1],
        tagInGit: /image: "[^:]+:([^"@]+)/.exec(text)?.[1] ?? text,
        tagInCluster: world.cluster.tagIn(`${environment}/${app}`),
      });
    }
  return places;
};

const nameOf = ({ number, kind, tag, state, reason, app, environment }: Release): string =>
  `${app}/${environment} #${number} ${kind} ${tag} ${state} ${JSON.stringify(reason ?? '')}`;

/** Every hook that was answered came to a release or is on record as skipped, and that has ended. */
const nothingLost = (world: World, places: readonly Place[]): readonly string[] => {
  const known = new Set(
    places.flatMap(({ releases }) =>
      releases.map(({ app, environment, tag }) => `${app} ${environment} ${tag}`),
    ),
  );
  const lost = world.seen.accepted
    .filter(({ app, environment, event }) => !known.has(`${app} ${environment} ${event.tag}`))
    .map(({ app, environment, event }) => `lost: ${app} ${environment} ${event.tag}`);
  const open = places.flatMap(({ releases }) => releases.filter(({ state }) => isUnderWay(state)));
  return [...lost, ...open.map((release) => `not ended: ${nameOf(release)}`)];
};

const count = (words: readonly string[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
};

/**
 * A tag is tried again only once it has failed or was skipped. Of two hooks, of which one cannot say the digest, both may be on
 * record; what is overtaken before its commit has done nothing.
 */
const mayComeAgain = ({ state, commit }: Release): boolean =>
  state === 'failed' || state === 'skipped' || (state === 'superseded' && commit === undefined);

/** The same tag, which has not moved between the two. */
const isSame = (a: Release, b: Release): boolean => isSameVersion(a, b) && !isOfAnotherCommit(a, b);

const again = ({ releases }: Place): readonly string[] => {
  const wanted = releases.filter(({ kind }) => kind === 'release');
  return wanted.flatMap((release, at) => {
    const later = wanted.slice(at + 1).find((one) => isSame(one, release));
    if (later === undefined || mayComeAgain(later) || mayComeAgain(release)) return [];
    return release.state === 'undone' && later.state === 'skipped'
      ? []
      : [`released twice: ${nameOf(release)} and ${nameOf(later)}`];
  });
};

/** One commit, one verdict, one end for each release. */
const nothingDoubled = (world: World, places: readonly Place[]): readonly string[] => {
  const messages = world.project.repos.flatMap((name) =>
    world
      .repo(name)
      .commits()
      .map((one) => one.message),
  );
  const committed = count(
    messages.flatMap((text) => [...text.matchAll(/^Release: (\S+)$/gm)].map(([, id = '']) => id)),
  );
  const releases = places.flatMap((place) => place.releases);
  return [
    ...places.flatMap(again),
    ...releases.flatMap((release) => {
      const { states, commits } = world.seen.of(release.id);
      const verdicts = states.filter((state) => state === 'healthy' || state === 'failed').length;
      const times = committed.get(release.id) ?? 0;
      return [
        ...(times > 1 ? [`committed ${times} times: ${nameOf(release)}`] : []),
        ...(times > 0 && release.commit === undefined
          ? [`committed, and not on record: ${nameOf(release)}`]
          : []),
        ...(commits.size > 1 ? [`under two commits: ${nameOf(release)}`] : []),
        ...(verdicts > 1 ? [`two verdicts: ${nameOf(release)} ${states.join()}`] : []),
        ...(new Set(states).size < states.length
          ? [`a state twice: ${nameOf(release)} ${states.join()}`]
          : []),
      ];
    }),
  ];
};

/** What came to a cluster was committed before. */
const deliveredIsCommitted = (world: World, places: readonly Place[]): readonly string[] => {
  const known = new Map(places.flatMap(({ releases }) => releases.map((release) => [release.id, release])));
  return world.cluster.deliveries().flatMap(({ cause, place, tag }) => {
    const release = known.get(/\((?:release|undo) (\S+)\)/.exec(cause)?.[1] ?? '');
    return release?.commit !== undefined && release.tag === tag
      ? []
      : [`delivered, and not committed: ${place} ${tag}`];
  });
};

/** Every app of the simulation is released by versions. */
const isOlder = (tag: string, than: string): boolean => isOlderIn({ policy: { semver: '*' } }, tag, than);

/** Git and the cluster have what the current release says, and no newer tag was passed over. */
const newestWins = ({ app, environment, releases, tagInGit, tagInCluster }: Place): readonly string[] => {
  const current = currentRelease(releases.toReversed());
  const wanted = current?.tag ?? firstTag;
  const passedOver = releases.filter(
    ({ kind, state, tag, reason, id }) =>
      kind === 'release' &&
      isOlder(wanted, tag) &&
      (state === 'healthy' || (state === 'skipped' && reason?.code !== 'held') || state === 'superseded') &&
      !releases.some(
        (other) =>
          other.id !== id && other.kind === 'release' && !isOlder(other.tag, tag) && other.tag !== tag,
      ) &&
      !releases.some((other) => other.kind === 'undo' && other.id > id),
  );
  return [
    ...(tagInGit === wanted ? [] : [`Git has ${tagInGit}, not ${wanted}: ${app}/${environment}`]),
    ...(current?.state === 'healthy' && tagInCluster !== wanted
      ? [`the cluster has ${tagInCluster}, not ${wanted}: ${app}/${environment}`]
      : []),
    ...passedOver.map((release) => `passed over for ${wanted}: ${nameOf(release)}`),
  ];
};

/** What was undone is held, unless a later undo brought it back; and nothing else is. */
const holdsAreRight = ({ releases, holds, tagInGit, digestInGit }: Place): readonly string[] => {
  const undos = releases.filter(({ kind }) => kind === 'undo');
  const held = new Set(holds.map(({ tag }) => tag));
  const loose = releases.filter(
    ({ kind, state, tag, id }) =>
      kind === 'release' &&
      state === 'undone' &&
      !held.has(tag) &&
      !undos.some((undo) => undo.tag === tag && undo.id > id),
  );
  const undoneTags = new Set(
    undos
      .map(({ undoes }) => releases.find(({ id }) => id === undoes)?.tag)
      .filter((tag) => tag !== undefined),
  );
  return [
    ...loose.map((release) => `undone, and not held: ${nameOf(release)}`),
    ...holds.flatMap(({ tag, digest, app, environment }) => [
      ...(undoneTags.has(tag) ? [] : [`held, and never undone: ${app}/${environment} ${tag}`]),
      ...(tag === tagInGit && (digest === undefined || digest === digestInGit)
        ? [`held, and in Git: ${app}/${environment} ${tag}`]
        : []),
    ]),
  ];
};

/** What people saw last of a release is how it ended. */
const peopleKnow = (world: World, { releases }: Place): readonly string[] =>
  releases.flatMap((release) => {
    const { told } = world.seen.of(release.id);
    const isSilent = told === undefined && !['healthy', 'failed', 'undone'].includes(release.state);
    return isSilent || told === release.state ? [] : [`told it is ${told}: ${nameOf(release)}`];
  });

/** Everything that must not be, and is, once nothing is left to do. */
export const violationsIn = async (world: World): Promise<readonly string[]> => {
  const places = await readPlaces(world);
  const pending = await pendingOf(world);
  const { asked, answered } = world.seen;
  return [
    ...nothingLost(world, places),
    ...nothingDoubled(world, places),
    ...deliveredIsCommitted(world, places),
    ...places.flatMap(newestWins),
    ...places.flatMap(holdsAreRight),
    ...places.flatMap((place) => peopleKnow(world, place)),
    ...[...asked].filter((url) => !answered.has(url)).map((url) => `not answered: ${url}`),
    ...pending.map((entry) => `pending: ${JSON.stringify(entry)}`),
    ...queueNames.flatMap((name) => {
      const queue = world.queueOf(name);
      return [
        ...(queue.dead().includes(poison) ? [] : [`what nobody can read is not dead in ${name}`]),
        ...queue
          .dead()
          .filter((body) => body !== poison)
          .map((body) => `dead in ${name}: ${body}`),
        ...(queue.waiting() === 0 ? [] : [`${queue.waiting()} messages wait in ${name}`]),
      ];
    }),
  ];
};

/** How many releases came to what. */
export const outcomesOf = async (world: World): Promise<Readonly<Record<string, number>>> => {
  const places = await readPlaces(world);
  return Object.fromEntries(
    count(places.flatMap(({ releases }) => releases.map(({ kind, state }) => `${kind} ${state}`))),
  );
};
