/** What both keys of an agent sign when it changes them: the old one to say that it may, the new one to show that it is held. */
export function rotationText(gateway: string, agentId: string, oldKey: string, newKey: string): string {
  return ['platen.v1 rotate', gateway, agentId, oldKey, newKey].join('\n')
}
