import type { Offer, ReleaseView } from '../../view/release.ts';
import type { ButtonOptions } from './block-kit.ts';

type Offered = Pick<ReleaseView, 'app' | 'environment' | 'id'> & {
  /** The tag that the release brings. */
  readonly tag: string;
  /** The tag to put back. */
  readonly undoneTag?: string | undefined;
};

const expecting = (id: string | undefined) => (id === undefined ? {} : { expect: id });

const undo = ({ app, environment, tag, id }: Offered): ButtonOptions => ({
  text: 'Undo',
  style: 'danger',
  action: { type: 'run', command: { type: 'undo', app, environment }, confirmed: true, ...expecting(id) },
  confirm: {
    title: `Undo ${tag}?`,
    text: `This puts the last healthy version of ${app} back in ${environment}, or where none was healthy, what the config repo had before. ${tag} is held there until somebody releases it by hand.`,
    yes: 'Undo',
    no: 'Leave it',
  },
});

const putBack = ({ app, environment, id }: Offered, tag: string): ButtonOptions => ({
  text: `Put ${tag} back`,
  action: {
    type: 'run',
    command: { type: 'release', app, environment, tag },
    confirmed: true,
    ...expecting(id),
  },
  confirm: {
    title: `Put ${tag} back?`,
    text: `This releases ${tag} of ${app} to ${environment} again, and lifts the hold on it.`,
    yes: 'Put it back',
    no: 'Leave it',
  },
});

const rollout = ({ app, environment, id }: Offered, type: 'pause' | 'resume'): ButtonOptions => ({
  text: type === 'pause' ? 'Pause' : 'Resume',
  ...(type === 'resume' ? { style: 'primary' as const } : {}),
  action: { type: 'run', command: { type, app, environment }, ...expecting(id) },
});

/** The buttons that stand for what a release offers, each once and in a fixed order. */
export const offerButtons = (offered: Offered, offers: readonly Offer[] = []): readonly ButtonOptions[] => [
  ...(offers.includes('pause') ? [rollout(offered, 'pause')] : []),
  ...(offers.includes('resume') ? [rollout(offered, 'resume')] : []),
  ...(offers.includes('put-back') && offered.undoneTag !== undefined
    ? [putBack(offered, offered.undoneTag)]
    : []),
  ...(offers.includes('undo') ? [undo(offered)] : []),
];
