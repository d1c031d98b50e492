import { atKey, atValue, type Finding, formatPath, type Path } from './problems.ts';
import { list, record, valueAt } from './raw.ts';

/** Every place that may say who gives commands, the least specific first. */
const places = (data: unknown): readonly Path[] => [
  ['slack'],
  ...Object.entries(record(record(data).apps)).flatMap(([name, app]): readonly Path[] => [
    ['apps', name],
    ...Object.keys(record(record(app).environments)).map((one) => ['apps', name, 'environments', one]),
  ]),
];

const twice = (path: Path, entries: readonly unknown[]): readonly Finding[] =>
  entries.flatMap((entry, index) =>
    typeof entry === 'string' && entries.indexOf(entry) < index
      ? [atValue([...path, index], `\`${entry}\` is there twice`)]
      : [],
  );

const findingsAt = (path: Path, allow: unknown, hasSlack: boolean): readonly Finding[] => {
  const { users, channels } = record(allow);
  const own = path[0] === 'slack' ? '' : ', or take it out: then the next one further up counts';
  const isNobody =
    typeof allow === 'object' &&
    !Array.isArray(allow) &&
    list(users).length + list(channels).length === 0 &&
    [users, channels].every((one) => one === undefined || Array.isArray(one));
  return [
    ...(hasSlack
      ? []
      : [
          atKey(path, `\`${formatPath(path)}\` says who may give Slack commands, but there is no \`slack:\``),
        ]),
    ...(isNobody ? [atKey(path, `this allows nobody; name \`users\` or \`channels\`${own}`)] : []),
    ...twice([...path, 'users'], list(users)),
    ...twice([...path, 'channels'], list(channels)),
  ];
};

/** What is wrong with the lists of who may give commands, beyond the form of their ids. */
export const allowFindings = (data: unknown): readonly Finding[] => {
  const hasSlack = record(data).slack !== undefined;
  return places(data).flatMap((place) => {
    const path = [...place, 'allow'];
    const allow = valueAt(data, path);
    return allow === undefined || allow === null ? [] : findingsAt(path, allow, hasSlack);
  });
};
