import { expect, it } from 'vitest';
import { numberPictures, sortByNumber } from '../../../../src-main/statistics/detection/picture-numbers.ts';

const named = (...names: string[]) =>
  names.map((fileName, index) => ({ fileName, imageHash: String(index) }));
const numbersOf = (...names: string[]) => [...numberPictures(named(...names))];

it('takes the numbers that file names are, where all are numbers and no two the same', () => {
  expect(numbersOf('000139.jpg', '000002.png')).toEqual([
    ['0', 139],
    ['1', 2],
  ]);
  expect(sortByNumber(named('10.jpg', '9.jpg')).map(({ fileName }) => fileName)).toEqual(['9.jpg', '10.jpg']);
});

it.each([
  ['a name among them', ['b.jpg', '000002.png']],
  ['one number twice', ['2.jpg', '02.jpg']],
  ['a nought', ['1.jpg', '0.jpg']],
])('counts in the order of the names for %s', (_, names) => {
  expect(numbersOf(...names)).toEqual([
    ['1', 1],
    ['0', 2],
  ]);
});
