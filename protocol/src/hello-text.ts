/** What an agent signs to prove that it holds its key: bound to this challenge, this gateway, itself and this process. */
export function helloText(challenge: { readonly nonce: string; readonly gateway: string }, agentId: string, instanceId: string): string {
  return ['platen.v1 hello', challenge.nonce, challenge.gateway, agentId, instanceId].join('\n')
}
