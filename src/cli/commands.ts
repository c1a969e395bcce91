/** All commands, in the order in which the help lists them. */
import type { Command } from "./command.ts";
import { trainAddition } from "./train/addition.ts";

export const commands: readonly Command[] = [trainAddition];
