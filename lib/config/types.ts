/**
 * tagboat.yml after it was read, checked and normalised: what the functions work with. Plain JSON, so that packaging
 * can write it into the bundles and no function parses YAML at start. `schema.ts` makes it; the two are kept in step by
 * the compiler.
 */

/** `kms:…`, or on the local stack `env:NAME` or `file:PATH`. */
type SecretReference = string;

export type ClusterConfig = {
  readonly kubeconfig: SecretReference;
  /** Context of the kubeconfig; its current one where absent. */
  readonly context?: string | undefined;
};

/** Whom Git names in a commit. */
type CommitPerson = { readonly name: string; readonly email: string };

/** What the commits in a config repo look like. */
export type CommitConfig = {
  readonly author?: CommitPerson | undefined;
  /** The author where absent. */
  readonly committer?: CommitPerson | undefined;
  /** Template of the first line of a commit for one release; see `subject-template.ts`. */
  readonly subject?: string | undefined;
  /** SSH private key that signs the commits. */
  readonly signingKey?: SecretReference | undefined;
};

export type ConfigRepo = {
  /** `https://…`; on the local stack also `http://…` and `file://…`. */
  readonly url: string;
  readonly branch: string;
  readonly username?: string | undefined;
  readonly password?: SecretReference | undefined;
  readonly commit?: CommitConfig | undefined;
};

/** How the hooks of a Git host that could not be delivered are delivered again. */
export type RedeliveryConfig = {
  /** Of the host's API; may read and write webhooks. */
  readonly token: SecretReference;
  /** The Git host, `github.com`: asked are the repositories that the apps have there. */
  readonly host: string;
  /** Those whose hooks are asked as well. */
  readonly organizations: readonly string[];
};

/** What a source needs to know a genuine webhook; which of the fields, its type says. */
export type SourceConfig = {
  /** A name of `lib/sources/catalog.ts`; the name of the source where absent. */
  readonly type?: string | undefined;
  /** HMAC secret, or token, of sources that send one. */
  readonly secret?: SecretReference | undefined;
  /** What `secret` was before, sealed for the same slot; taken as well. */
  readonly previousSecret?: SecretReference | undefined;
  /** Secret path segment, for sources that sign nothing. */
  readonly key?: SecretReference | undefined;
  readonly previousKey?: SecretReference | undefined;
  /** Registry sources: the host in image references, where it is not the one that the notification names. */
  readonly host?: string | undefined;
  /** Registries with several repositories in one: what stands between host and name; `{repository}` is the key of theirs. */
  readonly path?: string | undefined;
  /** Google's: whom the token of a request is for. */
  readonly audience?: string | undefined;
  /** Google's: whose token it is, an address. */
  readonly serviceAccount?: string | undefined;
  /** Generic sources: how the sender proves itself, HMAC-SHA256 where absent; and in which header, in lower case. */
  readonly signature?: 'hmac-sha256' | 'token' | undefined;
  readonly header?: string | undefined;
  /** Generic sources: paths into the payload, `$.events[*].tag`, or what is meant itself. */
  readonly image?: string | undefined;
  readonly repository?: string | undefined;
  readonly tag?: string | undefined;
  readonly digest?: string | undefined;
  readonly redelivery?: RedeliveryConfig | undefined;
  /** The repositories that this source may announce, and of the others none but those that list them too. */
  readonly repositories?: readonly string[] | undefined;
  /** The same of images. */
  readonly images?: readonly string[] | undefined;
};

type RegistryConfig = {
  /** `https://registry-1.docker.io`; derived from the host where absent. */
  readonly endpoint?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: SecretReference | undefined;
};

/**
 * Who may give commands, by Slack id, and in which channels. An empty list of one kind restricts nothing of that kind; with
 * both empty no one may.
 */
export type AllowConfig = { readonly users: readonly string[]; readonly channels: readonly string[] };

export type SlackConfig = {
  readonly signingSecret: SecretReference;
  /** What it was before, sealed for the same slot; taken as well. */
  readonly previousSigningSecret?: SecretReference | undefined;
  /** For messages into channels (`notify.slack`); without it only commands are answered. */
  readonly botToken?: SecretReference | undefined;
  readonly allow: AllowConfig;
  /** True where `/undo` asks before it acts. */
  readonly confirm: boolean;
  /** True where the workspace is one of GovSlack, whose API has another host. */
  readonly gov?: boolean | undefined;
  /** IANA name of the zone in which `until 18:00` is meant. */
  readonly timeZone: string;
};

/** Which tags are released: all that satisfy a semver range, or all that match a regular expression as a whole. */
export type TagPolicy = { readonly semver: string } | { readonly pattern: string };

export type EnvironmentConfig = {
  readonly on: 'image-push' | 'tag-push';
  readonly tags: TagPolicy;
  readonly pin?: 'digest' | undefined;
  readonly configRepo: string;
  /** Globs over the paths of the config repo. */
  readonly files: readonly string[];
  readonly cluster: string;
  readonly namespace: string;
  readonly deliver: 'apply' | 'set-image' | 'agent';
  /** `apply`: what may be applied besides the kinds that every environment allows: `Ingress.networking.k8s.io`, `Secret`. */
  readonly kinds?: readonly string[] | undefined;
  /** How long a rollout may take, in seconds (`5m` is 300). */
  readonly timeout: number;
  /** `tag-push`: how long to wait for the image, in seconds. */
  readonly imageTimeout: number;
  readonly onFailure: 'undo' | 'notify';
  readonly notify: { readonly slack?: string | undefined };
  /** Instead of the app's, or `slack.allow`. */
  readonly allow?: AllowConfig | undefined;
};

export type AppConfig = {
  /** Normalised name without tag: `docker.io/devopswithkubernetes/okeydokey`. */
  readonly image: string;
  /** Lower case, without scheme and `.git`: `github.com/devops-with-kubernetes/okeydokey`. */
  readonly repository?: string | undefined;
  /** Instead of `slack.allow`. */
  readonly allow?: AllowConfig | undefined;
  readonly environments: Readonly<Record<string, EnvironmentConfig>>;
};

export type Config = {
  readonly clusters: Readonly<Record<string, ClusterConfig>>;
  readonly configRepos: Readonly<Record<string, ConfigRepo>>;
  readonly sources: Readonly<Record<string, SourceConfig>>;
  readonly registries: Readonly<Record<string, RegistryConfig>>;
  readonly slack?: SlackConfig | undefined;
  readonly api?:
    | { readonly token: SecretReference; readonly previousToken?: SecretReference | undefined }
    | undefined;
  readonly apps: Readonly<Record<string, AppConfig>>;
};
