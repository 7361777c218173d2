import { describe, expect, it } from 'vitest';
import {
  formatDatasetReference,
  InvalidReferenceError,
  parseDatasetReference,
  parseModelReference,
} from '../../../src-preload/contract/reference.ts';

describe('a dataset reference', () => {
  it.each([
    ['leaf', { name: 'leaf', version: undefined, split: undefined }],
    ['leaf@2', { name: 'leaf', version: 2, split: undefined }],
    ['leaf/test', { name: 'leaf', version: undefined, split: 'test' }],
    ['Blätter 2.0@12/val', { name: 'Blätter 2.0', version: 12, split: 'val' }],
  ])('is read from %s and written the same', (text, parsed) => {
    expect(parseDatasetReference(text)).toEqual(parsed);
    expect(formatDatasetReference(parseDatasetReference(text))).toBe(text);
  });

  it.each([
    '',
    ' ',
    '@2',
    '/test',
    'leaf@',
    'leaf@0',
    'leaf@-1',
    'leaf@1.5',
    'leaf@x',
    'leaf/',
    'leaf/all',
    'leaf/test@2',
    'a@1@2',
    'a/test/b',
  ])('is refused from %j, saying what is expected and what came', (text) => {
    expect(() => parseDatasetReference(text)).toThrow(InvalidReferenceError);
    expect(() => parseDatasetReference(text)).toThrow(/expected/);
  });
});

describe('a model reference', () => {
  it.each([
    ['leaf', { name: 'leaf', alias: undefined, version: undefined }],
    ['leaf@champion', { name: 'leaf', alias: 'champion', version: undefined }],
    ['leaf@challenger', { name: 'leaf', alias: 'challenger', version: undefined }],
    ['my leaf/3', { name: 'my leaf', alias: undefined, version: 3 }],
  ])('is read from %s', (text, parsed) => {
    expect(parseModelReference(text)).toEqual(parsed);
  });

  it.each([
    '',
    '@champion',
    'leaf@',
    'leaf@best',
    'leaf/',
    'leaf/0',
    'leaf/x',
    'leaf/3/4',
    'leaf/3@champion',
    'leaf@champion/3',
    '/tmp/model.onnx',
  ])('is refused from %j', (text) => {
    expect(() => parseModelReference(text)).toThrow(/expected NAME, NAME\/VERSION .* champion or challenger/);
  });
});
