// How a peer answers one operation of the control protocol (peers/control.mjs). Runs in Node and in
// the browser.

/// What a router or a callee answered instead of a result.
export class Fault extends Error {
    constructor(uri, args, kwargs) {
        super(uri);
        this.answer = { uri, args: args ?? [], kwargs: kwargs ?? {} };
    }
}

export function describe(error) {
    if (error instanceof Error) return error.stack ?? String(error);
    return typeof error === "string" ? error : JSON.stringify(error) ?? String(error);
}

/// Runs one operation and answers it; `answer` sends it to the driver.
export async function answer_operation(operations, message, answer) {
    const { id, op } = message;
    try {
        if (!Object.hasOwn(operations, op)) throw new Error(`unknown operation ${op}`);
        answer({ id, ok: (await operations[op](message)) ?? {} });
    } catch (error) {
        answer(error?.answer ? { id, fault: error.answer } : { id, broken: describe(error) });
    }
}
