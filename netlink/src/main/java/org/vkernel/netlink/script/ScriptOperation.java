package org.vkernel.netlink.script;

import com.google.gson.JsonObject;

/** One kind of operation: does what a line says and tells what the kernel answered. */
@FunctionalInterface
public interface ScriptOperation {
    /**
     * Does the operation, in the session's process.
     *
     * @param request the line; an answer in it is not to be looked at
     * @return {@code ret} or {@code err}, and {@code out} where there is some
     */
    JsonObject perform(ScriptSession session, JsonObject request);
}
