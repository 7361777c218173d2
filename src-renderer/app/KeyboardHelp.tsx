/** Every key of the application on one sheet; also the keys that hold on every page. */
import { Modal } from '@mantine/core';
import { useEffect } from 'react';
import { KeyHint } from '../components/KeyHint.tsx';
import { isTyping } from '../components/keyboard.ts';
import { navigate } from './hash-location.ts';
import classes from './KeyboardHelp.module.css';
import { pages } from './pages.ts';
import { useHelp } from './use-help.ts';

interface KeyGroup {
  readonly name: string;
  readonly keys: ReadonlyArray<readonly [keys: readonly string[], meaning: string]>;
}

const groups: readonly KeyGroup[] = [
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
];

export function KeyboardHelp() {
  const { isOpen, close } = useHelp();
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
