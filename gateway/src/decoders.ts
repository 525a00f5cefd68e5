/** Everything of the gateway that reads what others wrote: what the fuzz run feeds. */
export { gatewayConfig } from './config.ts'
export { pageRequest } from './http/paging.ts'
export { clientAddress } from './link/client-address.ts'
export { admittedAgent } from './link/connection-token.ts'
export { signerOfHello } from './link/signed.ts'
export { GrantOffice } from './signer/grant-office.ts'
export { SigningKeys } from './signer/signing-key.ts'
