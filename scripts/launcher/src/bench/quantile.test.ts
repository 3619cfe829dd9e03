import { expect, test } from 'vitest';
import { medianOf, quantileOf, quantileOfWholeMs } from './quantile.js';

test('a quantile lies within the millisecond that its rank falls into', () => {
  expect(quantileOfWholeMs([3, 4, 4, 4, 4, 9], 0.5)).toBe(4);
  expect(quantileOfWholeMs([1, 1, 2, 2], 0.75)).toBe(2);
  expect(quantileOfWholeMs([7], 0.99)).toBeCloseTo(7.49);
});

test('a duration is never below zero', () => {
  expect(quantileOfWholeMs([0, 0, 0, 0], 0.1)).toBe(0);
});

test('the median of an even number lies between the two in the middle', () => {
  expect(medianOf([9, 1, 3])).toBe(3);
  expect(medianOf([4, 1, 3, 9])).toBe(3.5);
});

test('a quantile lies between the two values next to its rank', () => {
  expect(quantileOf([10, 0, 20, 30, 40], 0.5)).toBe(20);
  expect(quantileOf([0, 10], 0.25)).toBe(2.5);
  expect(quantileOf([7], 0.99)).toBe(7);
});

test('nothing has no quantile and no median', () => {
  expect(() => quantileOfWholeMs([], 0.5)).toThrow('expected at least one value');
  expect(() => quantileOf([], 0.5)).toThrow('expected at least one value');
  expect(() => medianOf([])).toThrow('expected at least one value');
});
