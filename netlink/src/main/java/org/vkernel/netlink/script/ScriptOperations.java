package org.vkernel.netlink.script;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.VirtualKernel;

/** All operations that scripts can have here, by name. */
public final class ScriptOperations {
    private final ImmutableMap<String, ScriptOperation> operations;
    private final ImmutableList<ScriptOperationSource> sources;

    private ScriptOperations(
            ImmutableMap<String, ScriptOperation> operations,
            ImmutableList<ScriptOperationSource> sources) {
        this.operations = operations;
        this.sources = sources;
    }

    /** Those of sockets, and of every module on the class path. */
    public static ScriptOperations load() {
        ImmutableMap.Builder<String, ScriptOperation> all = ImmutableMap.builder();
        all.putAll(SocketOperations.all());
        ImmutableList<ScriptOperationSource> sources =
                ImmutableList.copyOf(
                        ServiceLoader.load(
                                ScriptOperationSource.class,
                                ScriptOperations.class.getClassLoader()));
        for (ScriptOperationSource source : sources) {
            all.putAll(source.operations());
        }
        return new ScriptOperations(all.buildOrThrow(), sources);
    }

    /** Loads what they need into a virtual kernel that has just booted. */
    void prepare(VirtualKernel kernel) {
        sources.forEach(source -> source.prepare(kernel));
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
