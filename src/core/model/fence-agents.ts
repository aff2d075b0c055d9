// The parameters that fence agents take, so that a slip in a cluster file is found before the night in which the device
// is needed. Agents that are not listed are taken as they are, with a warning.
// Source: `fence_NAME -o metadata` of fence-agents 4.12, without the deprecated spellings.

const everywhere = [
  'debug_file',
  'delay',
  'disable_timeout',
  'login_timeout',
  'plug',
  'plug_separator',
  'power_timeout',
  'power_wait',
  'quiet',
  'retry_on',
  'shell_timeout',
  'stonith_status_sleep',
  'verbose',
  'verbose_level',
]
const reached = [...everywhere, 'ip', 'ipport', 'inet4_only', 'inet6_only', 'separator']
const login = [...reached, 'username', 'password', 'password_script']
const ipmi = [
  ...login,
  'auth',
  'cipher',
  'hexadecimal_kg',
  'ipmitool_path',
  'ipmitool_timeout',
  'lanplus',
  'port_as_ip',
  'privlvl',
  'sudo_path',
  'target',
  'use_sudo',
]
const shell = [...login, 'command_prompt', 'identity_file', 'ssh', 'ssh_options', 'ssh_path', 'telnet_path']
const snmp = [
  ...login,
  'community',
  'snmp_auth_prot',
  'snmp_priv_passwd',
  'snmp_priv_passwd_script',
  'snmp_priv_prot',
  'snmp_sec_level',
  'snmp_version',
  'snmpget_path',
  'snmpset_path',
  'snmpwalk_path',
]
const web = [...login, 'gnutlscli_path', 'ssl', 'ssl_insecure', 'ssl_secure']

const parameters: Readonly<Record<string, readonly string[]>> = {
  fence_redfish: [...web, 'port_as_ip', 'redfish_uri', 'systems_uri'],
  fence_ipmilan: ipmi,
  fence_idrac: ipmi,
  fence_ilo3: ipmi,
  fence_ilo4: ipmi,
  fence_ilo5: ipmi,
  fence_imm: ipmi,
  fence_ilo_ssh: [...shell, 'port_as_ip'],
  fence_drac5: [...shell, 'drac_version'],
  fence_hpblade: [...shell, 'missing_as_off'],
  fence_bladecenter: [...shell, 'missing_as_off'],
  fence_rsb: [...shell, 'port_as_ip'],
  fence_apc: [...shell, 'switch'],
  fence_wti: shell,
  fence_raritan: [...login, 'telnet_path'],
  fence_raritan_px3: shell,
  fence_netio: [...login, 'telnet_path'],
  fence_cdu: [...login, 'switch', 'telnet_path'],
  fence_eps: [...login, 'page'],
  fence_cyberpower_ssh: shell,
  fence_apc_snmp: snmp,
  fence_eaton_snmp: snmp,
  fence_tripplite_snmp: snmp,
  fence_ifmib: snmp,
  fence_ibmblade: snmp,
  fence_virsh: [...shell, 'missing_as_off', 'sudo_path', 'use_sudo'],
  fence_vmware_rest: [...web, 'api_path', 'filter', 'notls'],
  fence_vmware_soap: [...web, 'notls'],
  fence_pve: [...web, 'nodename', 'notls', 'pve_node', 'pve_node_auto', 'vmtype'],
}

export const knownAgents: readonly string[] = Object.keys(parameters)

/** Undefined for an agent that is not listed. Timing of a device is Pacemaker's, and so are its own parameters. */
export function parametersOf(agent: string): readonly string[] | undefined {
  const own = parameters[agent]
  return (
    own && [
      ...own,
      'pcmk_reboot_timeout',
      'pcmk_off_timeout',
      'pcmk_monitor_timeout',
      'pcmk_reboot_action',
      'pcmk_delay_max',
    ]
  )
}
