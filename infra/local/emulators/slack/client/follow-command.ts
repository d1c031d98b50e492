import { type Clock, systemClock } from '../../../../../lib/clock.ts';
import type { Unknowns } from '../../../../../lib/mapping.ts';
import type { ApiRelease } from '../../../../../lib/release/api/view.ts';
import { isUnderWay } from '../../../../../lib/release/model/release.ts';
import { type AnswerKind, kindOf, type Making, tellsOfEnd } from './answers.ts';
import { createReleaseReader, readMessages } from './stack-client.ts';

export type FollowOptions = {
  /** `http://127.0.0.1:8787` */
  readonly origin: string;
  /** Of `GET /releases`, where it asks for one. */
  readonly token: string | undefined;
  /** Under which answers arrive. */
  readonly responseId: string;
  /** The message whose button was pressed; what takes its place is an answer too. */
  readonly sourceId?: string | undefined;
  /** When the command was given, in milliseconds since 1970. */
  readonly since: number;
  /** What was answered at once; `later` to a button, which gets no answer at once. */
  readonly acknowledged: AnswerKind;
  /** The release that was asked for, if any. */
  readonly making: Making | undefined;
  /** Called with every answer, once, and again when it was changed. */
  readonly show: (body: Unknowns) => void;
  /** Milliseconds after which it is given up. */
  readonly patienceMs: number;
  readonly clock?: Clock;
};

export type Outcome =
  | { readonly type: 'refused' | 'question' | 'answered' }
  | { readonly type: 'ended'; readonly release: ApiRelease }
  /** Patience came to its end. */
  | { readonly type: 'open'; readonly release: ApiRelease | undefined };

const pollMs = 100;
/** How long the last answer may come after the end that it is about, in milliseconds. */
const lastAnswerMs = 5000;

/**
 * Follows what was asked for in Slack to its end: the release that it made, or found under way, or, where it makes
 * none, the answer; shows the answers meanwhile.
 * @throws TagboatError `local-stack-missing` where the stack ends meanwhile, `unauthorized`
 */
export const followCommand = async (options: FollowOptions): Promise<Outcome> => {
  const { clock = systemClock, acknowledged, making } = options;
  if (acknowledged === 'refused' || acknowledged === 'question') return { type: acknowledged };
  if (acknowledged === 'done' || (acknowledged === 'begun' && making === undefined))
    return { type: 'answered' };
  const releases = createReleaseReader(options.origin, options.token);
  const answers = createAnswers(options);
  const deadline = clock.now() + options.patienceMs;
  let release: ApiRelease | undefined;
  for (;;) {
    if (release !== undefined) release = await releases.read(release.id);
    else if (making !== undefined)
      release = (await releases.list(making.app, making.environment)).find((one) => isMeant(one, options));
    const kinds = await answers.read(release?.id);
    if (release !== undefined && !isUnderWay(release.state)) {
      const latest = clock.now() + lastAnswerMs;
      while (!answers.haveToldOf(release.state) && clock.now() < latest) {
        await clock.sleep(pollMs);
        await answers.read(release.id);
      }
      return { type: 'ended', release };
    }
    if (release === undefined) {
      const final = kinds.find((kind) => kind === 'refused' || kind === 'question');
      if (final !== undefined) return { type: final };
      if (kinds.includes('done') || (kinds.includes('begun') && making === undefined))
        return { type: 'answered' };
    }
    if (clock.now() > deadline) return { type: 'open', release };
    await clock.sleep(pollMs);
  }
};

/** The state that a release is in, on one line. */
export const describeEnd = (release: ApiRelease): string => {
  const what = release.kind === 'undo' ? `undo to ${release.tag}` : release.tag;
  const commit = release.commit === null ? '' : `, commit ${release.commit.slice(0, 7)}`;
  const why = release.state === 'healthy' || release.reason === null ? '' : `: ${release.reason}`;
  return `${release.state}: ${release.app} ${release.environment}, ${what}${commit}, release ${release.id}${why}`;
};

/** One that the command can have made, or found under way; not one that had ended before. */
const isMeant = (
  release: Pick<ApiRelease, 'kind' | 'tag' | 'state' | 'updatedAt'>,
  { making, since }: FollowOptions,
): boolean =>
  release.kind === making?.kind &&
  (making.tag === undefined || release.tag === making.tag) &&
  (isUnderWay(release.state) || Date.parse(release.updatedAt) >= since);

/**
 * Shows what is new: what goes to the response URL, what takes the place of the message with the button, and what
 * channels are told of the release.
 */
const createAnswers = ({ origin, responseId, sourceId, since, show }: FollowOptions) => {
  const shown = new Map<string, string>();
  const bodies: Unknowns[] = [];
  return {
    haveToldOf: (state: string): boolean => bodies.some((body) => tellsOfEnd(body, state)),
    /** @returns what the new answers say */
    read: async (releaseId: string | undefined): Promise<readonly AnswerKind[]> => {
      const kinds: AnswerKind[] = [];
      for (const message of (await readMessages(origin)).toReversed()) {
        const { id, type, to, at, body } = message;
        // A message in a channel follows its own release; only another kind of message makes way for an answer.
        const isReplacement =
          id === sourceId && type !== 'message' && message.updated && Date.parse(at) >= since;
        const isTold =
          type === 'message' && releaseId !== undefined && JSON.stringify(body).includes(releaseId);
        if (!(type === 'response' && to === responseId) && !isReplacement && !isTold) continue;
        const content = JSON.stringify(body);
        if (shown.get(id) === content) continue;
        shown.set(id, content);
        bodies.push(body);
        show(body);
        if (!isTold) kinds.push(kindOf(body));
      }
      return kinds;
    },
  };
};
