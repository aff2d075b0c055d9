// What the strings of a CIB mean.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INFINITY, MINUS_INFINITY } from '../base/score.ts'
import { asBoolean, asInstant, asMilliseconds, asScore } from './values.ts'

test('booleans have many spellings; anything else is the default', () => {
  for (const text of ['true', 'TRUE', 'on', 'yes', 'y', '1']) assert.equal(asBoolean(text), true)
  for (const text of ['false', 'off', 'No', 'n', '0']) assert.equal(asBoolean(text, true), false)
  assert.equal(asBoolean('maybe', true), true)
  assert.equal(asBoolean(undefined), false)
})

test('scores: INFINITY absorbs what is larger, colours only where they are given', () => {
  assert.equal(asScore('INFINITY'), INFINITY)
  assert.equal(asScore('+infinity'), INFINITY)
  assert.equal(asScore('-INFINITY'), MINUS_INFINITY)
  assert.equal(asScore('5000000'), INFINITY)
  assert.equal(asScore(' -7 '), -7)
  assert.equal(asScore('red'), 0)
  assert.equal(asScore('red', { red: MINUS_INFINITY }), MINUS_INFINITY)
})

test('durations: a bare number is seconds', () => {
  const cases: Readonly<Record<string, number | undefined>> = {
    '10': 10_000,
    '10s': 10_000,
    '350ms': 350,
    '5min': 300_000,
    '2 h': 7_200_000,
    PT1M30S: 90_000,
    P1D: 86_400_000,
    soon: undefined,
  }
  for (const [text, value] of Object.entries(cases)) assert.equal(asMilliseconds(text), value, text)
})

test('instants: calendar, ordinal and week dates, with a zone or in UTC', () => {
  const noon = Date.UTC(2026, 2, 1, 12)
  for (const text of [
    '2026-03-01 12:00:00',
    '2026-03-01T12:00:00Z',
    '20260301T13:00+01:00',
    '2026-060 12:00',
    '2026-W09-7 12:00',
  ])
    assert.equal(asInstant(text), noon, text)
  assert.equal(asInstant('today'), undefined)
})
