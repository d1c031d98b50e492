import type { ApiRelease } from '../../../lib/release/api/view.ts';
import type { Stack } from '../stack/types.ts';
import { formatDiff, formatDuration, progressBar } from '../terminal/format.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { followRelease } from './follow-release.ts';
import { describeCommit } from './git.ts';
import { openSource, webhookRequest } from './hook.ts';
import { prepare } from './prepare.ts';
import { chooseTarget } from './target.ts';

const labelWidth = 15;
const barWidth = 20;

/**
 * Plays one release from the pushed tag to the verdict, and shows it as it happens.
 * @returns true where it ended healthy
 */
export const playRelease = async (
  stack: Stack,
  terminal: Terminal,
  signal?: AbortSignal,
): Promise<boolean> => {
  const { style } = terminal;
  const target = chooseTarget(stack);
  const step = (label: string, text: string, since?: number): void => {
    const took = since === undefined ? '' : style.dim(`  ${formatDuration(performance.now() - since)}`);
    terminal.line(`  ${style.green('✓')} ${label.padEnd(labelWidth)} ${text}${took}`);
  };

  terminal.status(`  ${style.dim('preparing the cluster …')}`);
  const prepared = await prepare(stack, target);
  terminal.clearStatus();
  terminal.line();
  terminal.line(style.bold(`Playing one release: ${target.app} ${prepared.current} → ${prepared.next}`));
  if (prepared.installed)
    step('cluster', `${target.app} ${prepared.current} runs in namespace ${target.environment.namespace}`);

  const digest = await stack.registry.push(target.imagePath, prepared.next);
  step('image pushed', `${target.imagePath}:${prepared.next} ${style.dim(digest.slice(0, 19))}`);

  const { repository } = target;
  const github = await openSource('github', stack);
  const hook = webhookRequest(stack.url, github, { repository, tag: prepared.next });
  const began = performance.now();
  const response = await fetch(hook.url, { method: 'POST', headers: hook.headers, body: hook.body });
  const answer = (await response.json()) as {
    readonly releases?: readonly { readonly id: string; readonly state: string }[];
    readonly skipped?: readonly { readonly message: string }[];
  };
  const accepted = answer.releases?.[0];
  const [skipped] = answer.skipped ?? [];
  if (accepted === undefined && skipped !== undefined) {
    terminal.line(
      `  ${style.yellow('–')} ${'hook skipped'.padEnd(labelWidth)} ${response.status}, ${skipped.message}`,
    );
    return false;
  }
  if (accepted === undefined) {
    terminal.line(
      `  ${style.red('✗')} ${'hook refused'.padEnd(labelWidth)} ${response.status} ${JSON.stringify(answer)}`,
    );
    return false;
  }
  step('hook accepted', `${response.status}, release ${accepted.id} ${accepted.state}`, began);

  const answered = performance.now();
  let committed = answered;
  let lastMessage = '';
  const release = await followRelease(
    stack,
    accepted.id,
    {
      committed: async (current, commit) => {
        const { subject, diff } = await describeCommit(target.configRepo, commit);
        committed = performance.now();
        step('committed', `${commit.slice(0, 7)} ${subject}`, answered);
        for (const line of formatDiff(diff, style)) terminal.line(`      ${line}`);
        terminal.status(`  ${style.dim(`… ${current.state}`)}`);
      },
      progress: ({ message, available, updated, desired }) => {
        const bar = progressBar(Math.min(available, updated), desired, barWidth);
        terminal.status(`  ${style.cyan('…')} ${'rolling out'.padEnd(labelWidth)} ${bar}`);
        if (message === lastMessage) return;
        lastMessage = message;
        terminal.line(`      ${style.dim(message)}`);
      },
    },
    (target.environment.timeout + 60) * 1000,
    signal,
  );
  terminal.clearStatus();
  showVerdict(release, terminal, { since: committed });
  terminal.line(
    `  ${style.dim(`${' '.repeat(labelWidth + 2)} ${formatDuration(performance.now() - began)} from the hook to the verdict`)}`,
  );
  return release.state === 'healthy';
};

/** How a release ended, and why. @param options `since`: beginning of its rollout, on the clock of `performance` */
export const showVerdict = (
  release: ApiRelease,
  { line, style }: Terminal,
  options: { readonly label?: string; readonly since?: number } = {},
): void => {
  const took =
    options.since === undefined ? '' : style.dim(`  ${formatDuration(performance.now() - options.since)}`);
  const text = release.reason ?? release.progress ?? `${release.image}:${release.tag}`;
  const isGood = release.state === 'healthy';
  const paint = isGood ? style.green : isQuiet(release) ? style.yellow : style.red;
  const label = (options.label ?? release.state).padEnd(labelWidth);
  line(`  ${paint(isGood ? '✓' : isQuiet(release) ? '–' : '✗')} ${paint(label)} ${text}${took}`);
  if (isGood) return;
  for (const diagnosis of release.diagnosis) {
    line(`      ${diagnosis.cause}: ${diagnosis.summary}`);
    for (const evidence of diagnosis.evidence) line(`        ${style.dim(evidence)}`);
    line(`        ${diagnosis.next}`);
  }
};

/** Ended on request, if not healthy. */
const isQuiet = ({ state }: ApiRelease): boolean =>
  state === 'undone' || state === 'skipped' || state === 'superseded';
