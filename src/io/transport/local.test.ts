import { nodeName } from '../../core/base/units.ts'
import { transportContract } from './contract.ts'
import { localTransport } from './local.ts'

transportContract({ name: 'local', transport: () => localTransport(nodeName('alpha')), canBeCut: true })
