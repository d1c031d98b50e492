/** What every command is written like, and what it does: for the help, and for errors that help. */
type Usage = { readonly usage: string; readonly does: string };

export type Verb =
  | 'undo'
  | 'status'
  | 'history'
  | 'release'
  | 'hold'
  | 'unhold'
  | 'holds'
  | 'pause'
  | 'resume'
  | 'help';

/** In the order in which the help shows them. */
export const usages = {
  undo: {
    usage: '/undo <app> [environment] [to <tag>|to #<n>]',
    does: 'puts the last healthy version back, or the one you name, and holds the one it takes away',
  },
  status: { usage: '/tagboat status [app] [environment]', does: 'what runs where, and what is on its way' },
  history: {
    usage: '/tagboat history <app> [environment] [<how many>]',
    does: 'what was released, by whom, and how it went',
  },
  release: {
    usage: '/tagboat release <app> [environment] <tag>',
    does: 'releases a tag by hand; lifts the hold on it',
  },
  hold: {
    usage:
      '/tagboat hold <app> [environment] [<tag>|all] [until 18:00|until 2026-11-24|for 2h] [because <reason>]',
    does: 'keeps a tag, or everything, from being released',
  },
  unhold: { usage: '/tagboat unhold <app> [environment] [<tag>|all]', does: 'lifts a hold' },
  holds: { usage: '/tagboat holds [app] [environment]', does: 'what is held, by whom, until when and why' },
  pause: { usage: '/tagboat pause <app> [environment]', does: 'stops a rollout where it is' },
  resume: { usage: '/tagboat resume <app> [environment]', does: 'lets it go on' },
  help: { usage: '/tagboat help', does: 'shows this' },
} as const satisfies Record<Verb, Usage>;

export const verbs = Object.keys(usages) as readonly Verb[];
