// The options of containers, word for word as the graphs of crm_simulate 2.1.5 have them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseCib } from '../../cib/parse.ts'
import { nextAddress, planOf } from './bundle-plan.ts'
import { runOptions } from './run-options.ts'

function optionsOf(container: string, network: string, inside: string, address?: string): string {
  const text = `<cib><configuration><crm_config/><nodes/><resources>
    <bundle id="b">${container}${network}${inside}</bundle>
  </resources><constraints/></configuration><status/></cib>`
  const source = parseCib(text, 'cib.xml').value?.configuration.resources[0]
  assert.ok(source?.kind === 'bundle')
  return runOptions(planOf(source), 0, address)
}

const dummy = '<primitive id="p" class="ocf" provider="pacemaker" type="Dummy"/>'

test('docker is told not to restart, podman is not; the end is the same', () => {
  assert.equal(optionsOf('<docker image="i"/>', '', ''), ' --restart=no -e PCMK_stderr=1 -e PCMK_remote_port=3121 ')
  assert.equal(optionsOf('<podman image="i"/>', '', ''), ' -e PCMK_stderr=1 -e PCMK_remote_port=3121 ')
})

test('a primitive inside brings mounts and the port of its connection', () => {
  assert.equal(
    optionsOf('<podman image="i" options="--user=root"/>', '<network control-port="9999"/>', dummy),
    ' -e PCMK_stderr=1 -e PCMK_remote_port=9999 -v /etc/pacemaker/authkey:/etc/pacemaker/authkey' +
      ' -v /var/log/pacemaker/bundles/b-0:/var/log -p 9999:9999 --user=root ',
  )
})

test('with an address every replica knows all the others; without add-host in another spelling', () => {
  const network = (more: string): string => `<network ip-range-start="10.1.0.254" ${more}/>`
  const [podman, ip] = ['<podman image="i" replicas="2"/>', '10.1.0.254']
  const before = ' -h b-0 -e PCMK_stderr=1 -e PCMK_remote_port=3121 '
  assert.equal(optionsOf(podman, network(''), '', ip), `${before} --add-host=b-0:10.1.0.254 --add-host=b-1:10.1.1.1`)
  assert.equal(
    optionsOf(podman, network('add-host="false"'), '', ip),
    `${before} --hosts-entry=10.1.0.254=b-0 --hosts-entry=10.1.1.1=b-1`,
  )
})

test('rkt spells everything differently', () => {
  const network = '<network control-port="9"><port-mapping id="m" port="80" internal-port="81"/></network>'
  assert.equal(
    optionsOf('<rkt image="i"/>', network, ''),
    ' --environment=PCMK_stderr=1 --environment=PCMK_remote_port=9 --port=81:80 ',
  )
})

test('addresses that end in 0 or 255 are left out', () => {
  assert.equal(nextAddress('192.168.122.131'), '192.168.122.132')
  assert.equal(nextAddress('192.168.122.254'), '192.168.123.1')
})
