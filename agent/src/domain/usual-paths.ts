/** Where the policy file is unless `--policy` names another. */
export const usualPolicyPath = '/etc/platen/policy.json'

/** Where the agent of a machine with one site keeps its state. */
export const usualStateFolder = '/var/lib/platen'

/** Where its sockets are: the plugin looks there when nobody tells it of another place. */
export const usualRunFolder = '/run/platen'

/** Where the plugin of a machine with one site notes what it has for the agent: kept over a restart, which comes before the agent. */
export const usualSpoolFolder = '/var/spool/platen'
