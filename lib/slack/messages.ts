/** Everything that is said in Slack: views in, messages out. */
export { notReceived, received, refusal, tryAgain } from './messages/answers.ts';
export type { Block, Button, SlackMessage } from './messages/block-kit.ts';
export { type PauseDone, pauseDone, type ReleaseAccepted, releaseAccepted } from './messages/done.ts';
export { helpMessage } from './messages/help.ts';
export { holdLifted, holdSet, holdsMessage } from './messages/holds.ts';
export { type HistoryView, historyMessage, statusMessage } from './messages/queries.ts';
export {
  askConfirmation,
  askEnvironment,
  cancelled,
  type PlacedCommand,
  type Question,
} from './messages/questions.ts';
export { releaseMessage, reminderMessage } from './messages/release.ts';
export { type UndoView, undoAccepted, undoUnderWay } from './messages/undo.ts';
