// Every caller calls every callee: what goes in, what the callee sees, what comes back, and errors.

import { cases_of } from "./cases.mjs";
import { differences, payload_differences } from "./compare.mjs";
import { endpoints } from "./endpoints.mjs";
import { Cells, for_each } from "./stage.mjs";

const error_payload = {
    args: ["Größe \"x\"", { $int: "2147483648" }, null, { $bytes: "00ff" }],
    kwargs: { why: { nested: [true, { $float: "0.25" }] }, where: "世界" },
};

const cell_of = (caller, callee) => `${caller.name} calls ${callee.name}`;

async function call_echo(stage, caller, callee, one, cells) {
    const cell = cell_of(caller, callee);
    const procedure = `com.interop.${callee.name}.echo.${caller.name}`;
    const invoked = stage.peer_of(callee).next("invoked", (event) => event.procedure === procedure);
    const result = stage.run(caller, "call", {
        session: `${caller.name}.active`, procedure, args: one.args, kwargs: one.kwargs,
    });
    const [seen, answer] = await Promise.all([invoked, result]);
    cells.check(cell, payload_differences(one, seen, caller, callee, `${one.name}, at the callee`));
    // Many clients give nothing at all back as one null.
    const got = one.name === "nothing" && answer.args.length === 1 && answer.args[0] === null
        ? { args: [], kwargs: answer.kwargs }
        : answer;
    const way_back = { numbers: caller.numbers === callee.numbers ? caller.numbers : "one" };
    const where = `${one.name}, at the caller`;
    cells.check(cell, payload_differences(one, got, way_back, caller, where));
}

async function call_shapes(stage, caller, callee, cells) {
    const cell = cell_of(caller, callee);
    const session = `${caller.name}.active`;
    const call = (name, args, kwargs) => stage.run(caller, "call", {
        session, procedure: `com.interop.${callee.name}.${name}`, args, kwargs,
    });

    const counted = await call("count", [null, "x", []], { a: true });
    const numbers = [{ $int: "3" }, { $int: "1" }];
    cells.check(cell, differences(numbers, counted.args, callee, caller, "count"));

    const none = await call("none", ["x"], {});
    const is_none = none.args.length === 0 || (none.args.length === 1 && none.args[0] === null);
    cells.check(cell, is_none ? [] : [`none: got ${JSON.stringify(none)}`]);

    const fault = await call("fail", error_payload.args, error_payload.kwargs)
        .then(() => ({ uri: "no error at all", args: [], kwargs: {} }), (error) => {
            if (!error.uri) throw error;
            return error;
        });
    const uri = "com.interop.error.custom";
    cells.check(cell, differences(uri, fault.uri, caller, caller, "error uri"));
    const way_back = { numbers: caller.numbers === callee.numbers ? caller.numbers : "one" };
    cells.check(cell, payload_differences(error_payload, fault, way_back, caller, "error payload"));
}

async function run_cell(stage, caller, callee, cells) {
    for (const one of cases_of(caller)) {
        // What JavaScript rounds cannot come back whole.
        if (one.only && callee.numbers !== one.only) continue;
        await call_echo(stage, caller, callee, one, cells);
    }
    await call_shapes(stage, caller, callee, cells);
}

async function register_all(stage) {
    await for_each(endpoints, endpoints.length, async (callee) => {
        const session = `${callee.name}.passive`;
        const register = (name, behaviour) => stage.run(callee, "register", {
            session, procedure: `com.interop.${callee.name}.${name}`, behaviour,
        });
        for (const name of ["count", "none", "fail"]) await register(name, name);
        for (const caller of endpoints) await register(`echo.${caller.name}`, "echo");
    });
}

/// Gives the number of failed cells. Sessions `<endpoint>.active` and `.passive` are open.
export async function run_calls(stage) {
    const names = endpoints.flatMap((caller) => endpoints.map((callee) => cell_of(caller, callee)));
    const cells = new Cells("calls", names);
    await register_all(stage);
    await for_each(endpoints, 6, async (caller) => {
        for (const callee of endpoints) {
            const cell = cell_of(caller, callee);
            try {
                await run_cell(stage, caller, callee, cells);
                cells.done(cell);
            } catch (error) {
                cells.fail(cell, error.message);
            }
        }
    });
    return cells.report();
}
