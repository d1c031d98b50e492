import { actorText } from '../../actor.ts';
import { familiarName } from '../../image.ts';
import { reasonText } from '../../view/reason.ts';
import { notesOf, type Release } from '../model/release.ts';

/** A release as GET /releases shows it: everything but what is a credential or only of use inside. */
export const viewOf = (release: Release) => ({
  id: release.id,
  app: release.app,
  environment: release.environment,
  number: release.number ?? null,
  kind: release.kind,
  byHand: release.byHand ?? false,
  image: familiarName(release.image),
  tag: release.tag,
  gitTag: release.gitTag ?? null,
  digest: release.digest ?? null,
  state: release.state,
  code: release.reason?.code ?? null,
  reason: release.reason === undefined ? null : reasonText(release.reason),
  phase: release.phase ?? null,
  progress: release.progress ?? null,
  paused: release.paused === undefined ? null : { ...release.paused, by: actorText(release.paused.by) },
  notes: notesOf(release),
  commit: release.commit ?? null,
  changes: release.changes ?? [],
  previous: release.previous ?? null,
  workloads: release.workloads ?? [],
  diagnosis: release.diagnosis ?? [],
  undoes: release.undoes ?? null,
  undoneFrom: release.undoneFrom ?? null,
  failure:
    release.failure === undefined
      ? null
      : { code: release.failure.code, reason: reasonText(release.failure) },
  requestedBy: actorText(release.requestedBy),
  source: release.source,
  delivery: release.delivery,
  createdAt: release.createdAt,
  updatedAt: release.updatedAt,
});

export type ApiRelease = ReturnType<typeof viewOf>;
