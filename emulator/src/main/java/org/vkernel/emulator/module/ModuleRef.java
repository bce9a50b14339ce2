package org.vkernel.emulator.module;

/** What keeps a module loaded: {@code struct module} as others hold it. */
public interface ModuleRef {
    /** Code that is built in, and so never goes. */
    ModuleRef BUILT_IN =
            new ModuleRef() {
                @Override
                public boolean tryGet() {
                    return true;
                }

                @Override
                public void put() {}

                @Override
                public String toString() {
                    return "built-in";
                }
            };

    /** {@code try_module_get()}: false if the module is going. Context: any. */
    boolean tryGet();

    /** {@code module_put()}. Context: any. */
    void put();
}
