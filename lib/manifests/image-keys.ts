/** A key that names an image: `image`, `webImage`. */
export const imageKey = /image$/i;

/** `imageName: org/app`, with `imageTag` beside it; what stands before is the key of the image. */
export const imageNameKey = /^(.*image)(?:Name|Repository|Repo)$/i;
