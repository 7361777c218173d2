/** Every key of the application on one sheet; also the keys that hold on every page. */
import { Modal } from '@mantine/core';
import { useEffect } from 'react';
import { KeyHint } from '../components/KeyHint.tsx';
import { isTyping } from '../components/keyboard.ts';
import { useDesk } from '../features/desk/desk-store.ts';
import { describeCommand, deskCommands, type Keymap } from '../features/desk/keymap.ts';
import { navigate } from './hash-location.ts';
import classes from './KeyboardHelp.module.css';
import { pages } from './pages.ts';
import { useHelp } from './use-help.ts';

interface KeyGroup {
  readonly name: string;
  readonly keys: ReadonlyArray<readonly [keys: readonly string[], meaning: string]>;
}

const staticGroups: readonly KeyGroup[] = [
  {
    name: 'Everywhere',
    keys: [
      [['?'], 'Show this sheet'],
      ...pages.map((page, index) => [[`Alt ${index + 1}`], page.name] as const),
      [['Esc'], 'Close what is open'],
    ],
  },
  {
    name: 'Data: move and select',
    keys: [
      [['←', '→', '↑', '↓'], 'Move from picture to picture'],
      [['Home', 'End'], 'First and last picture'],
      [['Shift', '←→↑↓'], 'Select while moving'],
      [['Ctrl A'], 'Select all that match the filter'],
      [['Enter', 'Space'], 'Open or close the large view'],
      [['/'], 'Search file names'],
      [['Alt M'], 'Show or hide the map; in it arrows move, Shift ← → chooses a span, Enter filters'],
    ],
  },
  {
    name: 'Data: what is chosen',
    keys: [
      [['Alt D'], 'Open on the labelling desk'],
      [['Alt L'], 'Label by model'],
      [['Alt E'], 'Export'],
      [['Alt S', 'Alt B'], 'Set aside, take back'],
      [['Alt R'], 'Reject the labels'],
      [['Alt O'], 'Show only these'],
    ],
  },
  {
    name: 'Data: label',
    keys: [
      [['1', '…', '9'], 'Give the class with that number, go on to the next picture'],
      [['A', '…', 'Z'], 'Classes ten and up'],
      [['0', 'Backspace'], 'Take the label away'],
      [['Ctrl Z'], 'Undo, also after a restart'],
      [['Ctrl Shift Z'], 'Redo'],
    ],
  },
  {
    name: 'Data: pictures that look alike',
    keys: [
      [['1', '…', '9'], 'Keep that picture, set the others of the group aside'],
      [['0'], 'Keep all: they are no duplicates'],
      [['←', '→'], 'Previous and next group'],
      [['Ctrl Z'], 'Take the last decision back, also after a restart'],
    ],
  },
  {
    name: 'Evaluation: pictures',
    keys: [
      [['←', '→'], 'Previous and next picture'],
      [['Home', 'End'], 'First and last picture'],
      [['T', 'P'], 'Show or hide truth and predictions'],
      [['+', '-', '0'], 'Closer, farther, the whole picture; the wheel zooms'],
      [['Esc'], 'Back to the figures'],
    ],
  },
  {
    name: 'Experiments',
    keys: [
      [['↑', '↓'], 'From run to run, on the boxes of the table'],
      [['Space'], 'Tick the run'],
      [['Enter'], 'Open the run'],
    ],
  },
];

/** The desk's keys as the person has set them. */
function deskGroup(keymap: Keymap): KeyGroup {
  return {
    name: 'Label',
    keys: [
      [['1', '…', '9'], 'The class of the next box, or of the chosen ones'],
      [['← → ↑ ↓'], 'Move the chosen boxes by a pixel, with Shift by ten'],
      [['Space'], 'Held down: move the picture; the wheel zooms'],
      ...deskCommands.map((command) => [keymap[command], describeCommand(command)] as const),
    ],
  };
}

export function KeyboardHelp() {
  const { isOpen, close } = useHelp();
  const keymap = useDesk((desk) => desk.keymap);
  const groups = [...staticGroups, deskGroup(keymap)];
  useGlobalKeys();
  return (
    <Modal opened={isOpen} onClose={close} title="Keyboard" size="xl">
      <div className={classes.groups}>
        {groups.map((group) => (
          <section key={group.name}>
            <h3 className={classes.name}>{group.name}</h3>
            <dl className={classes.keys}>
              {group.keys.map(([keys, meaning]) => (
                <div key={meaning} className={classes.row}>
                  <dt>
                    {keys.map((key) => (
                      <KeyHint key={key} keys={key} />
                    ))}
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

function useGlobalKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      if (event.key === '?') useHelp.getState().open();
      const page = event.altKey ? pages[Number(event.key) - 1] : undefined;
      if (page === undefined) return;
      event.preventDefault();
      navigate(page.path);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}
