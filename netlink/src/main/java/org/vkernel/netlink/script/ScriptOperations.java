package org.vkernel.netlink.script;

import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/** All operations that scripts can have here, by name. */
public final class ScriptOperations {
    private final ImmutableMap<String, ScriptOperation> operations;

    private ScriptOperations(ImmutableMap<String, ScriptOperation> operations) {
        this.operations = operations;
    }

    /** Those of sockets, and of every module on the class path. */
    public static ScriptOperations load() {
        ImmutableMap.Builder<String, ScriptOperation> all = ImmutableMap.builder();
        all.putAll(SocketOperations.all());
        for (ScriptOperationSource source : ServiceLoader.load(ScriptOperationSource.class)) {
            all.putAll(source.operations());
        }
        return new ScriptOperations(all.buildOrThrow());
    }

    /** The operation of this name, or null. */
    public @Nullable ScriptOperation find(String name) {
        return operations.get(name);
    }

    /** Their names. */
    public Map<String, ScriptOperation> byName() {
        return operations;
    }
}
