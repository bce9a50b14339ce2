package org.vkernel.netlink.script;

import java.util.Map;

/** Adds operations to scripts; found by {@link java.util.ServiceLoader}. */
public interface ScriptOperationSource {
    /** The operations, by name. */
    Map<String, ScriptOperation> operations();
}
