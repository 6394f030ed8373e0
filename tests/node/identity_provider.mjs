// A provider of identities by others, with people and keys of the test's own. Started with a JSON text of options:
// {port, alg, proof, inToken, modules}; says `ready ISSUER` when it serves, and again after `rotate` on its standard
// input, when it has new keys. It ends when its standard input does.
//
// Whoever signs in is who they say they are: the login is the subject and the e-mail address, whose part before the
// first `+` may be `unverified` or `unnamed` (without an address).
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const options = JSON.parse(process.argv[2]);
const require = createRequire(`${options.modules}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const KINDS = {
  RS256: ["rsa", { modulusLength: 2048 }],
  ES256: ["ec", { namedCurve: "P-256" }],
  EdDSA: ["ed25519", {}],
};

function newKey(alg) {
  const { privateKey } = generateKeyPairSync(...KINDS[alg]);
  return { ...privateKey.export({ format: "jwk" }), alg, use: "sig", kid: `key-${Date.now()}-${Math.random()}` };
}

function findAccount(_context, id) {
  const kind = id.split("+")[0];
  const address = kind === "unnamed" ? {} : { email: id, email_verified: kind !== "unverified" };
  return { accountId: id, claims: async () => ({ sub: id, name: `Name of ${id}`, ...address }) };
}

function newProvider(issuer) {
  const alg = options.alg ?? "RS256";
  const proof = options.proof ?? "client_secret_basic";
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "pharos",
      ...(proof === "none" ? {} : { client_secret: "a secret & more" }),
      token_endpoint_auth_method: proof,
      application_type: "native", // any port of this machine
      redirect_uris: ["http://localhost/api/v1/auth/oidc/callback"],
      id_token_signed_response_alg: alg,
    }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    clientAuthMethods: [proof],
    conformIdTokenClaims: !options.inToken,
    cookies: { keys: ["a key of the test's own"] },
    // It wants one for RS256 whatever its clients want.
    jwks: { keys: [...new Set(["RS256", alg])].map(newKey) },
    enabledJWA: { idTokenSigningAlgValues: Object.keys(KINDS) },
    findAccount,
    ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  });
  provider.on("server_error", (_context, error) => console.error(error));
  return provider.callback();
}

const server = createServer();
server.listen(options.port ?? 0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const renew = () => {
    server.removeAllListeners("request");
    server.on("request", newProvider(issuer));
    console.log(`ready ${issuer}`);
  };
  renew();
  createInterface({ input: process.stdin }).on("line", renew).on("close", () => process.exit(0));
});
