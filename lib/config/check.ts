import { ecrRegistry } from '../ecr-registry.ts';
import { allowFindings } from './allow-checks.ts';
import { jobsFindings } from './jobs-checks.ts';
import { kindsFindings } from './kinds-checks.ts';
import { atKey, atValue, type Finding, formatPath } from './problems.ts';
import { record, text } from './raw.ts';
import { reconcileFindings } from './reconcile-checks.ts';
import { type Environment, sameLines } from './same-lines.ts';
import { secretSlots } from './slots.ts';
import { sourceFindings } from './source-checks.ts';
import { didYouMean } from './suggest.ts';
import { normaliseHost, onlyMutable } from './text-checks.ts';

const environmentsOf = (data: unknown): readonly Environment[] =>
  Object.entries(record(record(data).apps)).flatMap(([name, app]) =>
    Object.entries(record(record(app).environments)).map(([environment, fields]) => ({
      path: ['apps', name, 'environments', environment],
      app: record(app),
      fields: record(fields),
    })),
  );

const unresolved = (data: unknown, { path, fields }: Environment): readonly Finding[] =>
  (
    [
      ['configRepo', 'configRepos'],
      ['cluster', 'clusters'],
    ] as const
  ).flatMap(([field, section]) => {
    const name = text(fields[field]);
    const known = Object.keys(record(record(data)[section]));
    return name === undefined || known.includes(name)
      ? []
      : [atValue([...path, field], `\`${section}\` has no \`${name}\`${didYouMean(name, known)}`)];
  });

const environmentFindings = ({ path, app, fields }: Environment): readonly Finding[] => {
  const findings: Finding[] = [];
  if (path.at(-1) === 'to')
    findings.push(
      atKey(path, 'an environment cannot be called `to`: `/undo <app> to <tag>` would be ambiguous'),
    );
  if (fields.on === 'tag-push' && app.repository === undefined)
    findings.push(
      atValue(
        [...path, 'on'],
        `\`tag-push\` needs \`${formatPath([...path.slice(0, 2), 'repository'])}\`: the Git repository whose tags count`,
      ),
    );
  if (fields.onMovedTag === 'restart' && fields.deliver === 'agent')
    findings.push(
      atValue(
        [...path, 'onMovedTag'],
        'with `deliver: agent` nothing in the cluster is touched, and the agent would take the restart back; set `pin: digest`, so that Git says what is new',
      ),
    );
  if (fields.onMovedTag !== undefined && fields.pin === 'digest')
    findings.push(
      atKey([...path, 'onMovedTag'], 'with `pin: digest` a tag that is pushed again is a release of its own'),
    );
  const pattern = text(record(fields.tags).pattern);
  const mutable = pattern === undefined ? undefined : onlyMutable(pattern);
  if (mutable !== undefined && fields.pin !== 'digest')
    findings.push(
      atValue(
        [...path, 'tags', 'pattern'],
        'only tags that move from image to image (`latest` and the like) match this; set `pin: digest` to release them',
      ),
    );
  return findings;
};

/** Where images trigger, their tags are what they are. */
const unusedImageTag = (name: string, app: Readonly<Record<string, unknown>>): readonly Finding[] => {
  const triggers = Object.values(record(app.environments)).map((environment) => record(environment).on);
  return app.imageTag === undefined || triggers.includes('tag-push')
    ? []
    : [
        atKey(
          ['apps', name, 'imageTag'],
          '`imageTag` is for Git tags: no environment of the app is released `on: tag-push`',
        ),
      ];
};

const credentials = (data: unknown): readonly Finding[] =>
  (['configRepos', 'registries', 'gitHosts'] as const).flatMap((section) =>
    Object.entries(record(record(data)[section])).flatMap(([name, entry]) => {
      const { username, password } = record(entry);
      if (username !== undefined && password === undefined)
        return [atKey([section, name, 'username'], '`username` without `password`')];
      // Git hosts care for the token alone; registries want both.
      return section === 'registries' && password !== undefined && username === undefined
        ? [atKey([section, name, 'password'], '`password` without `username`')]
        : [];
    }),
  );

/** Ways to the credentials of a registry, of which it has one. */
const registryCredentials = (data: unknown): readonly Finding[] =>
  Object.entries(record(record(data).registries)).flatMap(([given, entry]) => {
    const { password, serviceAccountKey, ecr, roleArn } = record(entry);
    const ways = { password, serviceAccountKey, ecr: ecr === true ? ecr : undefined, roleArn };
    const named = Object.entries(ways).flatMap(([field, value]) => (value === undefined ? [] : [field]));
    const [first, ...others] = named.filter((field) => field !== 'roleArn' || ecr !== true);
    const isEcr = ecrRegistry(normaliseHost(given) ?? given) !== undefined;
    return [
      ...others.map((field) =>
        atKey(
          ['registries', given, field],
          `\`${field}\` beside \`${first}\`: a registry is asked with one of them`,
        ),
      ),
      ...named
        .filter((field) => (field === 'ecr' || field === 'roleArn') && !isEcr)
        .map((field) => atKey(['registries', given, field], `\`${given}\` is not a host of Amazon ECR`)),
      ...(ecr === false && roleArn !== undefined
        ? [atKey(['registries', given, 'roleArn'], '`roleArn` is for nothing where `ecr` is false')]
        : []),
    ];
  });

const registryHosts = (data: unknown): readonly Finding[] => {
  const seen = new Map<string, string>();
  return Object.keys(record(record(data).registries)).flatMap((given) => {
    const host = normaliseHost(given);
    if (host === undefined)
      return [
        atKey(
          ['registries', given],
          `\`${given}\` is not the host of an image; write it as in \`host[:port]/name\`, without a scheme`,
        ),
      ];
    const before = seen.get(host);
    seen.set(host, given);
    return before === undefined
      ? []
      : [atKey(['registries', given], `this is the same registry as \`${before}\``)];
  });
};

const localOnly = (data: unknown): readonly Finding[] => {
  const secrets = secretSlots(data).flatMap(({ slot, path, reference }) =>
    /^(?:env|file):/.test(text(reference) ?? '')
      ? [
          atValue(
            path,
            `\`env:\` and \`file:\` work on the local stack only; seal the value: \`tagboat seal ${slot}\``,
          ),
        ]
      : [],
  );
  const urls = (
    [
      ['configRepos', 'url'],
      ['registries', 'endpoint'],
      ['gitHosts', 'endpoint'],
    ] as const
  ).flatMap(([section, field]) =>
    Object.entries(record(record(data)[section])).flatMap(([name, entry]) =>
      /^(?:http|file):\/\//.test(text(record(entry)[field]) ?? '')
        ? [
            atValue(
              [section, name, field],
              '`http://` and `file://` work on the local stack only; write `https://…`',
            ),
          ]
        : [],
    ),
  );
  return [...secrets, ...urls];
};

/**
 * What concerns several values of tagboat.yml at once, or depends on where it will run. Works on the data as written, so
 * that these are found together with whatever else is wrong.
 */
export const crossCheck = (data: unknown, options: { readonly local: boolean }): readonly Finding[] => {
  const environments = environmentsOf(data);
  const apps = Object.entries(record(record(data).apps)).flatMap(([name, app]) => {
    const given = record(app).environments;
    return typeof given === 'object' && given !== null && Object.keys(given).length === 0
      ? [atKey(['apps', name, 'environments'], 'an app has at least one environment')]
      : unusedImageTag(name, record(app));
  });
  return [
    ...environments.flatMap((environment) => [
      ...unresolved(data, environment),
      ...environmentFindings(environment),
      ...kindsFindings(environment),
      ...jobsFindings(environment),
    ]),
    ...apps,
    ...sameLines(data, environments),
    ...credentials(data),
    ...registryCredentials(data),
    ...registryHosts(data),
    ...allowFindings(data),
    ...sourceFindings(data),
    ...reconcileFindings(data, options),
    ...(options.local ? [] : localOnly(data)),
  ];
};
