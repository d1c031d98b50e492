/**
 * The fields of an Argo Rollout that are looked at here and that a workload of apps/v1 does not have.
 * https://github.com/argoproj/argo-rollouts/blob/master/pkg/apis/rollouts/v1alpha1/types.go
 */
export type ArgoSpec = {
  /** Where the pod template is, if it is not in `template`: a Deployment, usually. */
  readonly workloadRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name: string };
  readonly restartAt?: string;
  readonly strategy?: {
    readonly blueGreen?: { readonly postPromotionAnalysis?: unknown };
    readonly canary?: {
      readonly trafficRouting?: unknown;
      readonly steps?: readonly {
        /** Without a duration it lasts until it is promoted; seconds as a number, or `10s`, `5m`, `1h` as text. */
        readonly pause?: { readonly duration?: string | number };
      }[];
    };
  };
};

export type ArgoStatus = {
  /** Absent before 1.0. */
  readonly phase?: string;
  readonly message?: string;
  readonly abort?: boolean;
  readonly controllerPause?: boolean;
  readonly pauseConditions?: readonly { readonly reason: string }[] | null;
  /** Generation of the workload that `workloadRef` names, as text. */
  readonly workloadObservedGeneration?: string;
  /** Hash of the template that is to run; the pods carry it as a label. */
  readonly currentPodHash?: string;
  /** Hash of the template that ran before and, once the rollout is over, of the same. */
  readonly stableRS?: string;
  readonly currentStepIndex?: number;
  readonly restartedAt?: string;
  readonly blueGreen?: {
    readonly activeSelector?: string;
    readonly postPromotionAnalysisRunStatus?: { readonly status?: string };
  };
};
