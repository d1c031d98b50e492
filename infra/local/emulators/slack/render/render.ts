import { isMapping, type Unknowns } from '../../../../../lib/mapping.ts';
import { createStyle } from '../../../terminal/style.ts';
import { blocksOf, elementsOf, textIn, textOf } from '../message.ts';
import { fromMrkdwn, type MrkdwnOptions } from './mrkdwn.ts';

/**
 * A message as a terminal shows it, line by line: the blocks, or the text where it has none. Buttons look like `[Undo]`.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export const renderMessage = (body: Unknowns, options: MrkdwnOptions): readonly string[] => {
  const style = options.style ?? createStyle(false);
  const show = (value: unknown): string => fromMrkdwn(textIn(value), options);
  const button = (element: Unknowns): string => style.bold(`[${textIn(element.text)}]`);
  const renderBlock = (block: Unknowns): readonly string[] => {
    switch (block.type) {
      case 'divider':
        return [style.dim('—')];
      case 'header':
        return [style.bold(textIn(block.text))];
      case 'context':
        return [
          style.dim(
            elementsOf(block)
              .map(({ text, type }) => show({ text, type }))
              .join('  '),
          ),
        ];
      case 'actions':
        return [elementsOf(block).map(button).join(' ')];
      default: {
        const fields = Array.isArray(block.fields) ? block.fields.map(show) : [];
        const { accessory } = block;
        return [
          ...(block.text === undefined ? [] : [show(block.text)]),
          ...fields,
          ...(isMapping(accessory) && accessory.type === 'button' ? [button(accessory)] : []),
        ];
      }
    }
  };
  const blocks = blocksOf(body);
  const texts = blocks.length === 0 ? [fromMrkdwn(textOf(body), options)] : blocks.flatMap(renderBlock);
  return texts.flatMap((text) => text.split('\n'));
};
