import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config/load.ts';
import { edited, problemsOf } from './support.ts';

const withLines = (...lines: readonly string[]): string => edited('deliver: apply', lines.join('\n        '));

describe('onMovedTag', () => {
  it.each(['apply', 'set-image'])('may restart what Tagboat delivers itself: %s', (deliver) => {
    const { apps } = parseConfig(withLines(`deliver: ${deliver}`, 'onMovedTag: restart'));
    expect(apps.okeydokey?.environments.production?.onMovedTag).toBe('restart');
  });

  it('is not said by default', () => {
    const { apps } = parseConfig(withLines('deliver: apply'));
    expect(apps.okeydokey?.environments.production).not.toHaveProperty('onMovedTag');
  });

  it('cannot restart what an agent delivers', () => {
    expect(problemsOf(withLines('deliver: agent', 'onMovedTag: restart'))).toEqual([
      'tagboat.yml:30:21: with `deliver: agent` nothing in the cluster is touched, and the agent would take the restart back; set `pin: digest`, so that Git says what is new',
    ]);
    expect(problemsOf(withLines('deliver: agent', 'onMovedTag: skip'))).toEqual([]);
  });

  it('means nothing beside a pinned digest', () => {
    expect(problemsOf(withLines('deliver: apply', 'pin: digest', 'onMovedTag: restart'))).toEqual([
      'tagboat.yml:31:9: with `pin: digest` a tag that is pushed again is a release of its own',
    ]);
  });

  it('is one of two words', () => {
    expect(problemsOf(withLines('deliver: apply', 'onMovedTag: always'))).toHaveLength(1);
  });
});
