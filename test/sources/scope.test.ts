import { describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config/types.ts';
import type { SourceEvent } from '../../lib/event.ts';
import { withinScope } from '../../lib/sources/scope.ts';

const tag: SourceEvent = {
  type: 'tag-pushed',
  source: 'github',
  delivery: 'd-1',
  repository: 'github.com/acme/shop',
  tag: 'v1.0.0',
  revision: undefined,
  actor: undefined,
};
const image: SourceEvent = {
  type: 'image-pushed',
  source: 'github',
  delivery: 'd-1',
  image: 'ghcr.io/acme/shop',
  tag: 'v1.0.0',
  digest: undefined,
  actor: undefined,
};

/** What is left of a tag and an image that the source `one` announces. */
const announcedBy = (sources: Config['sources']): readonly string[] =>
  withinScope({ events: [tag, image], ignored: [] }, 'one', sources).events.map(({ type }) => type);

describe('a source announces', () => {
  it.each([
    ['everything, where none lists anything', {}, {}, ['tag-pushed', 'image-pushed']],
    ['its repositories and no image', { repositories: [tag.repository] }, {}, ['tag-pushed']],
    ['its images and no tag', { images: [image.image] }, {}, ['image-pushed']],
    [
      'both, where it lists both',
      { repositories: [tag.repository], images: [image.image] },
      {},
      ['tag-pushed', 'image-pushed'],
    ],
    ['nothing else than it lists', { repositories: ['github.com/acme/other'], images: ['x.io/y'] }, {}, []],
    ['no image that another lists', {}, { images: [image.image] }, ['tag-pushed']],
    ['no repository that another lists', {}, { repositories: [tag.repository] }, ['image-pushed']],
  ])('%s', (_name, one, other, events) => {
    expect(announcedBy({ one, other })).toEqual(events);
  });
});

it('an image in Amazon ECR is the same by whichever of its hosts it is listed', () => {
  const pushed = { ...image, image: '123456789012.dkr.ecr.us-east-1.amazonaws.com/team/app' };
  const listed = { images: ['123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/team/app'] };
  const allowed = (sources: Config['sources']) =>
    withinScope({ events: [pushed], ignored: [] }, 'one', sources).events.length;

  expect([allowed({ one: listed }), allowed({ one: {}, other: listed })]).toEqual([1, 0]);
});
