/**
 * What each error code means, whether trying again can help, the HTTP status a caller sees, and what to do next.
 *
 * `terminal`: trying the same thing again gives the same answer; something has to be changed first.
 * `retryable`: the cause may pass (network, load, a race); back to the queue, with backoff.
 */
type CatalogueEntry = {
  readonly retry: 'terminal' | 'retryable';
  readonly status: number;
  readonly meaning: string;
  readonly next: string;
};

export const errorCatalogue = {
  // Webhooks, before anything is parsed
  'source-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'No source of that name is configured.',
    next: 'Compare the path of the webhook URL with `sources:` in tagboat.yml.',
  },
  'body-too-large': {
    retry: 'terminal',
    status: 413,
    meaning: 'The body is larger than 1 MiB.',
    next: 'No supported source sends that much; check what is calling.',
  },
  'signature-missing': {
    retry: 'terminal',
    status: 401,
    meaning: 'The request does not carry the signature or token that this source must send.',
    next: 'Set the secret in the webhook settings of the sender; Slack signs by itself.',
  },
  'signature-wrong': {
    retry: 'terminal',
    status: 401,
    meaning: 'The signature or token does not match the body and the configured secret.',
    next: 'Make the secret at the sender and the one sealed in tagboat.yml the same.',
  },
  'signature-expired': {
    retry: 'terminal',
    status: 401,
    meaning: 'The signed timestamp is more than five minutes away from now.',
    next: 'Send a fresh request; if it was fresh, check the clock of the sender.',
  },
  'request-replayed': {
    retry: 'terminal',
    status: 409,
    meaning: 'The very same signed request came before.',
    next: 'Nothing, if you sent it once; it was carried out then. Else send a fresh request.',
  },
  'payload-not-json': {
    retry: 'terminal',
    status: 400,
    meaning: 'The body is not JSON.',
    next: 'Set the content type of the webhook to application/json.',
  },
  'payload-invalid': {
    retry: 'terminal',
    status: 422,
    meaning: 'The body can be read, but is not of the shape this source sends.',
    next: 'Check that the webhook URL names the right source.',
  },
  'route-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'There is nothing at that path.',
    next: 'See the routes in the README.',
  },
  unauthorized: {
    retry: 'terminal',
    status: 401,
    meaning: 'The bearer token is missing or wrong.',
    next: 'Send `Authorization: Bearer …` with the token sealed under `api.token`.',
  },
  'release-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'No release has that id.',
    next: 'List them with `GET /releases?app=NAME`.',
  },
  'query-invalid': {
    retry: 'terminal',
    status: 400,
    meaning: 'A query parameter is missing or not valid.',
    next: 'See the routes in the README.',
  },
  // Configuration
  'config-not-found': {
    retry: 'terminal',
    status: 500,
    meaning: 'tagboat.yml was not found.',
    next: 'Create it at the given path, or name another with --config.',
  },
  'config-invalid': {
    retry: 'terminal',
    status: 500,
    meaning: 'tagboat.yml has errors; each is listed with its line and column.',
    next: 'Mend the listed places.',
  },
  'environment-invalid': {
    retry: 'terminal',
    status: 500,
    meaning: 'An environment variable that a function needs is missing or malformed.',
    next: 'Deploy with the serverless.yml of this version.',
  },
  // Secrets
  'secret-reference-invalid': {
    retry: 'terminal',
    status: 500,
    meaning: 'A secret is not a `kms:` reference (or `env:`, `file:` on the local stack).',
    next: 'Seal the value with `tagboat seal <slot>`.',
  },
  'secret-local-only': {
    retry: 'terminal',
    status: 500,
    meaning: '`env:` and `file:` references are refused by deployed functions.',
    next: 'Seal the value with `tagboat seal <slot>`.',
  },
  'secret-not-found': {
    retry: 'terminal',
    status: 500,
    meaning: 'The environment variable or file that a local reference names does not exist.',
    next: 'Set the variable or create the file.',
  },
  'secret-wrong-slot': {
    retry: 'terminal',
    status: 500,
    meaning: 'The sealed value was made for another slot, or under another key.',
    next: 'Seal the value again for the slot that the message names.',
  },
  'secret-damaged': {
    retry: 'terminal',
    status: 500,
    meaning: 'The sealed value is truncated or altered.',
    next: 'Copy it again in full, or seal the value again.',
  },
  'secret-unsealable': {
    retry: 'terminal',
    status: 500,
    meaning: 'The value to seal is empty, larger than 64 KiB, or not UTF-8 text.',
    next: 'Give the value of the one secret that the message names.',
  },
  'aws-not-configured': {
    retry: 'terminal',
    status: 500,
    meaning: 'There are no AWS credentials, or no region is set.',
    next: 'Set AWS_REGION, and credentials as for the AWS CLI (AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).',
  },
  'kms-denied': {
    retry: 'terminal',
    status: 500,
    meaning: 'KMS refuses this role the key or the encryption context.',
    next: 'Grant kms:Decrypt on the key for the slot that the message names; to seal, kms:Encrypt and kms:GenerateDataKey.',
  },
  'kms-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'KMS did not answer, or asked to slow down.',
    next: 'Nothing: it is tried again.',
  },
  // Registry
  'registry-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The registry did not answer, or answered 429 or 5xx.',
    next: 'Nothing: it is asked again.',
  },
  'registry-denied': {
    retry: 'terminal',
    status: 502,
    meaning:
      'The registry refuses the credentials, wants some, or has no such repository yet: many answer the same for all three. A release then waits, until `imageTimeout`, for the first image that makes the repository; it fails at once where the credentials are wrong.',
    next: 'Set `registries.<host>` with a user that may pull.',
  },
  'registry-protocol': {
    retry: 'terminal',
    status: 502,
    meaning: 'The registry answered something that the distribution specification does not allow.',
    next: 'Check the `endpoint` of this host in `registries:`.',
  },
  'image-not-found': {
    retry: 'terminal',
    status: 404,
    meaning: 'The registry still has no such image after the time a release waits for it.',
    next: 'Check that CI pushed the image under the name and tag in the message, then redeliver the hook.',
  },
  'image-reference-invalid': {
    retry: 'terminal',
    status: 422,
    meaning: 'That is not an image reference.',
    next: 'Write it as [host[:port]/]name[:tag][@digest].',
  },
  'identity-keys-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The keys with which the sender of a webhook signs its tokens could not be fetched.',
    next: 'Nothing: the sender delivers again, and they are asked for then.',
  },
  // GitHub's API
  'github-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The API of GitHub did not answer, answered 5xx, or asked to slow down.',
    next: 'Nothing: it is asked again in five minutes.',
  },
  'github-refused': {
    retry: 'terminal',
    status: 502,
    meaning: 'The API of GitHub refuses the token, or there is no such repository or organization.',
    next: 'Seal a token under sources.github.redelivery.token that may read and write the webhooks of the repositories.',
  },
  // Manifests
  'manifest-not-found': {
    retry: 'terminal',
    status: 422,
    meaning: 'No file of the config repo matches `files`.',
    next: 'Correct the globs of the environment, or the branch of the config repo.',
  },
  'manifest-field-not-found': {
    retry: 'terminal',
    status: 422,
    meaning: 'None of the documents has the image at a path that `fields` names.',
    next: 'Correct `files`, `kind` or the path of that entry of `fields`, or take it out.',
  },
  'manifest-image-not-found': {
    retry: 'terminal',
    status: 422,
    meaning: 'None of the files carries the image of the app.',
    next: 'Correct `image` or `files` of the app, add the image to a manifest, mark it with `# tagboat: <app>`, or name its place in `fields`.',
  },
  'manifest-unparsable': {
    retry: 'terminal',
    status: 422,
    meaning: 'A manifest is not valid YAML or JSON, too long, or not UTF-8.',
    next: 'Mend the file at the line given.',
  },
  'manifest-refused': {
    retry: 'terminal',
    status: 422,
    meaning:
      'The image stands in a form that cannot be rewritten safely (template, alias, block scalar), or something outside of `files` would undo it; or two variants of the image cannot be told apart.',
    next: 'Write the image as a plain scalar at the line given, or do what the message says.',
  },
  'manifest-path-refused': {
    retry: 'terminal',
    status: 422,
    meaning: 'A path leaves the repository, or is not a regular file.',
    next: 'Correct `files`.',
  },
  'manifest-not-applicable': {
    retry: 'terminal',
    status: 422,
    meaning:
      'A document cannot be applied as it stands: no object of Kubernetes, of another namespace, or of an impossible name.',
    next: 'Mend the document at the line given; Helm values and Kustomizations take `deliver: set-image` or `agent`.',
  },
  'kind-not-allowed': {
    retry: 'terminal',
    status: 422,
    meaning: '`deliver: apply` may not apply this kind in this environment.',
    next: 'List it in `kinds` of the environment in tagboat.yml, or move the document to a file that does not carry the image.',
  },
  // Config repo
  'git-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The Git server did not answer, or answered 429 or 5xx.',
    next: 'Nothing: it is tried again.',
  },
  'git-denied': {
    retry: 'terminal',
    status: 502,
    meaning: 'The Git server refuses the credentials.',
    next: 'Seal a token that may push under configRepos.<name>.password.',
  },
  'git-not-found': {
    retry: 'terminal',
    status: 502,
    meaning: 'There is no repository at that URL, or the credentials may not see it.',
    next: 'Check `url` and the permissions of the token.',
  },
  'git-branch-not-found': {
    retry: 'terminal',
    status: 502,
    meaning: 'The repository has no such branch.',
    next: 'Create the branch, or correct `branch`.',
  },
  'git-push-refused': {
    retry: 'terminal',
    status: 502,
    meaning: 'The server refuses the push; its own words are in the message.',
    next: 'Allow the user of the config repo to push to the branch.',
  },
  'git-moved': {
    retry: 'retryable',
    status: 503,
    meaning: 'The branch moved under every one of the attempts.',
    next: 'Nothing: it is tried again.',
  },
  'git-protocol': {
    retry: 'retryable',
    status: 502,
    meaning:
      'The server sent something that is not the Git protocol, or data that does not match its checksum.',
    next: 'Check that `url` is that of a Git repository over HTTP.',
  },
  'git-too-large': {
    retry: 'terminal',
    status: 502,
    meaning: 'The server sent more than a function may hold.',
    next: 'Use a config repo of its own for the manifests.',
  },
  'git-signing-key-invalid': {
    retry: 'terminal',
    status: 500,
    meaning: 'The SSH key that signs commits cannot be used: encrypted, damaged, or of another type.',
    next: 'Seal an OpenSSH private key without a passphrase (Ed25519, ECDSA or RSA) for the slot that the message names.',
  },
  'git-unsupported': {
    retry: 'terminal',
    status: 502,
    meaning: 'The repository uses something that is not supported (SHA-256 objects, the dumb protocol).',
    next: 'Host the config repo as a SHA-1 repository over smart HTTP.',
  },
  // Cluster
  'cluster-kubeconfig-invalid': {
    retry: 'terminal',
    status: 502,
    meaning:
      'The kubeconfig cannot be read, or asks for something that a function cannot do (exec plugins, files).',
    next: 'Seal a kubeconfig with embedded credentials; `infra/cluster` makes one.',
  },
  'cluster-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The API server did not answer, or answered 429 or 5xx.',
    next: 'Nothing at first: it is tried again, eight times within about four minutes; after that, release the tag again once it answers.',
  },
  'cluster-credentials-refused': {
    retry: 'terminal',
    status: 502,
    meaning: 'The API server does not accept the credentials (401).',
    next: 'Seal a fresh kubeconfig under clusters.<name>.kubeconfig.',
  },
  'cluster-forbidden': {
    retry: 'terminal',
    status: 502,
    meaning: 'The role of the credentials does not allow this (403).',
    next: 'Apply infra/cluster, or grant what the message names.',
  },
  'cluster-conflict': {
    retry: 'terminal',
    status: 502,
    meaning: 'Another field manager owns a field that the manifest sets.',
    next: 'Take the field out of one of the two, or give it to tagboat.',
  },
  'cluster-refused': {
    retry: 'terminal',
    status: 502,
    meaning: 'The API server refuses the object; its words are in the message.',
    next: 'Mend the manifest.',
  },
  'job-running': {
    retry: 'retryable',
    status: 409,
    meaning: '`replaceJobs`: the Job of an earlier release has not ended, and is not ended by a release.',
    next: 'Wait: the release goes on once it has ended, and fails after an hour, or after `timeout` where that is longer. Or delete it (kubectl delete job), and release again where that has failed.',
  },
  'workload-not-found': {
    retry: 'terminal',
    status: 502,
    meaning: 'The cluster has no workload that carries the image.',
    next: 'Check `files`, `namespace` and `deliver` of the environment.',
  },
  // Undo
  'app-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'No app of that name is configured.',
    next: 'Use one of the names that the message lists.',
  },
  'environment-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'The app has no such environment, or several and none was named.',
    next: 'Name one of the environments that the message lists.',
  },
  'command-invalid': {
    retry: 'terminal',
    status: 400,
    meaning: 'The command cannot be understood.',
    next: 'Write `/undo <app> [environment] [to <tag>|to #<n>]`, or `/tagboat help`.',
  },
  'not-allowed': {
    retry: 'terminal',
    status: 403,
    meaning: 'This user or channel may not do that.',
    next: 'Ask somebody on the allow-list in tagboat.yml.',
  },
  'release-moved-on': {
    retry: 'terminal',
    status: 409,
    meaning: 'The button or command is about a release that does not stand any more.',
    next: 'Look at `/tagboat status <app>`, and give the command anew.',
  },
  'hold-unknown': {
    retry: 'terminal',
    status: 404,
    meaning: 'There is no such hold to lift.',
    next: 'Look at `/tagboat holds <app>`.',
  },
  'nothing-rolled-out': {
    retry: 'terminal',
    status: 409,
    meaning: 'Nothing was rolled out to that app and environment yet, so that there is nothing to pause.',
    next: 'Look at `/tagboat status <app>`.',
  },
  'workload-cannot-pause': {
    retry: 'terminal',
    status: 409,
    meaning: 'Kubernetes can pause Deployments and Argo Rollouts only.',
    next: 'Hold back further releases instead: `/tagboat hold <app>`.',
  },
  'nothing-to-undo': {
    retry: 'terminal',
    status: 409,
    meaning:
      'There is no release to undo, or nothing before it that was healthy or stood in the config repo.',
    next: 'Name a tag: `/undo <app> [environment] to <tag>`, or release one: `/tagboat release`.',
  },
  // The machinery
  'store-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The release table did not answer, or asked to slow down.',
    next: 'Nothing for a hook, which waits in a queue; send any other request again.',
  },
  'store-refused': {
    retry: 'terminal',
    status: 500,
    meaning: 'The release table is not there, may not be used by this role, or does not take the item.',
    next: 'Deploy with the serverless.yml of this version; the log has the words of DynamoDB.',
  },
  'queue-unreachable': {
    retry: 'retryable',
    status: 503,
    meaning: 'The queue did not take the message.',
    next: 'Nothing: what is recorded is picked up by reconcile. A hook that is answered with it has to be delivered again.',
  },
  'notifier-failed': {
    retry: 'retryable',
    status: 503,
    meaning: 'A notification could not be delivered.',
    next: 'Nothing: it is tried again by itself, and no release waits for it.',
  },
  'message-invalid': {
    retry: 'terminal',
    status: 500,
    meaning: 'A queue message is not of a shape that this version writes.',
    next: 'Look at it in the dead-letter queue.',
  },
  'local-tool-missing': {
    retry: 'terminal',
    status: 500,
    meaning: 'A program that the local stack needs is not installed.',
    next: 'Install what the message names.',
  },
  'local-state-damaged': {
    retry: 'terminal',
    status: 500,
    meaning: 'A file of the local stack (.tagboat/) cannot be read.',
    next: 'Put it back, or remove it: the local stack makes a new one.',
  },
  'local-state-unusable': {
    retry: 'terminal',
    status: 500,
    meaning: 'The state directory of the local stack cannot be made, read or written.',
    next: 'Name a directory that this account may write to with --state DIR, or mend the permissions of this one.',
  },
  'local-stack-missing': {
    retry: 'terminal',
    status: 500,
    meaning: 'No local stack answers.',
    next: 'Start one with `npm start`, or name its state directory with --state DIR.',
  },
  'local-state-busy': {
    retry: 'terminal',
    status: 500,
    meaning: 'Another local stack runs on the same state directory.',
    next: 'Use the one that runs, end it, or give this one its own with --state DIR.',
  },
  'port-in-use': {
    retry: 'terminal',
    status: 500,
    meaning: 'Something else listens on the port of the local stack, or it may not be opened.',
    next: 'End what listens there, or choose another with --port N (0: any that is free).',
  },
  'given-up': {
    retry: 'terminal',
    status: 500,
    meaning: 'The job of a release was sent again and again, and no function could finish it.',
    next: 'Look at the dead-letter queues and the logs of the functions, then redeliver the hook.',
  },
  internal: {
    retry: 'retryable',
    status: 500,
    meaning: 'Something that should not happen.',
    next: 'Look for the request id in the logs, and report it.',
  },
} as const satisfies Record<string, CatalogueEntry>;
