/**
 * What a shell and a container runtime mean by an exit code. From 129 on it is 128 and the number of the signal.
 * https://tldp.org/LDP/abs/html/exitcodes.html, https://man7.org/linux/man-pages/man7/signal.7.html
 */
const meanings: Readonly<Record<number, string>> = {
  0: 'as if its work were done',
  126: 'the command is not executable',
  127: 'the command was not found',
  129: 'SIGHUP',
  130: 'SIGINT',
  132: 'SIGILL: an instruction that this CPU does not have',
  134: 'SIGABRT: it aborted',
  135: 'SIGBUS',
  136: 'SIGFPE: an arithmetic error',
  137: 'killed, SIGKILL',
  139: 'a segmentation fault, SIGSEGV',
  141: 'SIGPIPE',
  143: 'asked to stop, SIGTERM',
};

/** `exit code 137 (killed, SIGKILL)`; only the number for codes that programs choose themselves. */
export const describeExit = (code: number): string => {
  const meaning = meanings[code];
  return meaning === undefined ? `exit code ${code}` : `exit code ${code} (${meaning})`;
};

/** What to do about a container that ends like this, where its code tells. */
export const adviceOnExit = (code: number, container: string): string | undefined => {
  if (code === 0)
    return `A server must not end: check command and args of container ${container}, and whether the program goes into the background.`;
  if (code === 126 || code === 127)
    return `Check command and args of container ${container} against the files in the image and their permissions.`;
  if (code === 137)
    return `Something outside killed container ${container}: look at the events of its node, and at what the program's last log lines say.`;
  if (code === 143)
    return `Something asked container ${container} to stop: look at the pod's events and at a supervisor within the container.`;
  if (code === 132 || code === 139)
    return `The program itself breaks: check that the image of container ${container} is for the CPU of the node, then its native libraries.`;
  return undefined;
};
