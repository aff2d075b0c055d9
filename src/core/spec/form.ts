// What a cluster file holds once its form has been checked and its units read: still the user's own shape, with what was
// left out left out. `build.ts` makes the model of it.
import type { Bytes, Milliseconds } from '../base/units.ts'
import type { SecretReference } from '../model/types.ts'

export interface ClusterForm {
  readonly cluster: string
  readonly nodes: Readonly<Record<string, NodeForm>>
  readonly volumes?: Readonly<Record<string, VolumeForm>> | undefined
  readonly services?: Readonly<Record<string, ServiceForm>> | undefined
  readonly fencing: 'required' | { readonly none: string }
  readonly quorum?: 'two-node' | 'majority' | WitnessForm | undefined
  readonly timing: 'lan-fast' | 'balanced' | 'cloud'
}

export interface WitnessForm {
  readonly witness: string
  readonly management?: string | undefined
  readonly algorithm: 'ffsplit' | 'lms'
}

export interface NodeForm {
  readonly management?: string | undefined
  readonly links: readonly string[]
  readonly fence?: FenceForm | readonly FenceForm[] | undefined
}

export interface FenceForm {
  readonly agent: string
  readonly level?: number | undefined
  readonly 'shares-power'?: boolean | undefined
  readonly [parameter: string]: FenceValue | undefined
}
export type FenceValue = string | number | boolean | SecretForm
export type SecretForm =
  | { readonly file: string }
  | { readonly environment: string }
  | { readonly command: readonly string[] }

export interface PartForm {
  readonly size: Bytes
  readonly device?: string | undefined
  readonly filesystem?: 'ext4' | 'xfs' | undefined
  readonly mount?: string | undefined
  readonly 'erase-existing'?: boolean | undefined
}

export interface VolumeForm extends Omit<PartForm, 'size'> {
  readonly size?: Bytes | undefined
  readonly 'volume-group'?: string | undefined
  readonly protocol: 'A' | 'B' | 'C'
  readonly nodes?: readonly string[] | undefined
  readonly port?: number | undefined
  readonly parts?: Readonly<Record<string, PartForm>> | undefined
}

export interface ServiceForm {
  readonly blueprint: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly volumes?: readonly string[] | undefined
  readonly addresses?: readonly AddressForm[] | undefined
  readonly prefer?: string | undefined
  readonly with?: readonly string[] | undefined
  readonly after?: readonly string[] | undefined
  readonly budget?: Milliseconds | undefined
}
export type AddressForm =
  | string
  | { readonly address: string; readonly interface?: string | undefined; readonly prefer?: string | undefined }

export function secretReference(form: SecretForm): SecretReference {
  if ('file' in form) return { kind: 'file', path: form.file }
  if ('environment' in form) return { kind: 'environment', name: form.environment }
  return { kind: 'command', argv: form.command }
}
