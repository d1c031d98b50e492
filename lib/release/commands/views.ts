import { viewOf } from '../../notifiers/slack-view.ts';
import type { HoldView, ReleaseView } from '../../slack/messages.ts';
import type { Context } from '../context.ts';
import type { Hold } from '../hold.ts';
import { notificationFrom } from '../notification.ts';
import type { Release } from '../release.ts';

export const holdViewOf = ({
  app,
  environment,
  tag,
  by,
  reason,
  createdAt,
  until,
  release,
}: Hold): HoldView => ({
  app,
  environment,
  tag,
  by,
  reason,
  createdAt: Date.parse(createdAt),
  until: until === undefined ? undefined : Date.parse(until),
  release,
});

/** A release as messages show it. @param known the releases around it, newest first */
export const releaseViewOf = (release: Release, known: readonly Release[], context: Context): ReleaseView =>
  viewOf(notificationFrom(release, known, context));
