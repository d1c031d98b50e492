import { viewOf } from '../../notifiers/slack-view.ts';
import type { Hold } from '../../release/model/hold.ts';
import type { Release } from '../../release/model/release.ts';
import { notificationFrom } from '../../release/notify/notification.ts';
import type { Context } from '../../release/queue/context.ts';
import type { HoldView, ReleaseView } from '../../slack/messages.ts';

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
