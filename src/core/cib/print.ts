// Cib → text that Pacemaker reads: the counterpart of parse.ts. Order is kept, so that a CIB read and printed again
// differs only in white space, comments, and in how what is used several times is referred to.
import { printXml } from '../xml/print.ts'
import type { Element } from '../xml/types.ts'
import { configurationElement } from './print-configuration.ts'
import { statusElement } from './print-status.ts'
import { shareRepeated } from './share.ts'
import type { Cib } from './types.ts'

export const printCib = (cib: Cib): string => printXml(cibElement(cib))

export const cibElement = (cib: Cib): Element => ({
  kind: 'element',
  name: 'cib',
  attributes: cib.attributes,
  children: [shareRepeated(configurationElement(cib.configuration)), statusElement(cib)],
  at: { file: cib.file, line: 1, column: 1 },
})
