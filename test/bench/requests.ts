// How the bench talks with its processes: numbered requests over the channel that Node.js opens to a child.

export interface Request {
  id: number;
  task: string;
  argument: unknown;
}

export type Reply = { id: number; value: unknown } | { id: number; error: string };

export type Tasks = Record<string, (argument: never) => unknown>;

/** Answers the parent's requests in a child process, one task per name. The child ends when its parent is gone. */
export function answerRequests(tasks: Tasks): void {
  const send = (reply: Reply): boolean | undefined => process.send?.(reply);
  process.on('message', (message) => {
    const { id, task, argument } = message as Request;
    void perform(tasks, task, argument).then(
      (value) => send({ id, value }),
      (error: unknown) => send({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.on('disconnect', () => process.exit());
}

async function perform(tasks: Tasks, task: string, argument: unknown): Promise<unknown> {
  const run = tasks[task];
  if (!run) throw new Error(`this process has no task ${task}`);
  return await run(argument as never);
}
