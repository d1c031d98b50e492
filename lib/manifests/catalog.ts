import type { Format } from './format.ts';
import { argocd } from './formats/argocd.ts';
import { fields } from './formats/fields.ts';
import { flux } from './formats/flux.ts';
import { helmValues } from './formats/helm-values.ts';
import { jsonPatch } from './formats/json-patch.ts';
import { kubernetes } from './formats/kubernetes.ts';
import { kustomize } from './formats/kustomize.ts';
import { marker } from './formats/marker.ts';

/** Every format there is, one line each. Where two find the same scalar, the first has it. */
export const formats: readonly Format[] = [
  fields,
  kubernetes,
  kustomize,
  jsonPatch,
  helmValues,
  flux,
  argocd,
  marker,
];
