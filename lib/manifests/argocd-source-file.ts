/**
 * `.argocd-source.yaml`, or that of one Application, by which a directory overrides the source it is of, and in which the
 * Argo CD Image Updater writes. https://argo-cd.readthedocs.io/en/stable/user-guide/parameters/
 */
export const isArgocdSourceFile = (path: string): boolean =>
  /(?:^|\/)\.argocd-source(?:-[^/]+)?\.yaml$/.test(path);
