package org.vkernel.testmodules.property.naming;

/** What is done in a run of {@link Naming}. */
sealed interface NamingAction {
    /** A step of a process, on one of its sockets. */
    sealed interface Step extends NamingAction {
        /** Which process, from 0. */
        int process();

        /** Which of its sockets. */
        int slot();
    }

    /** Opens a socket of a protocol, if there is none in the slot. */
    record Open(int process, int slot, int protocol) implements Step {}

    /**
     * Binds it.
     *
     * @param id which of the process's port ids, from 1; 0: the kernel's choice
     */
    record Bind(int process, int slot, int id, int mask) implements Step {}

    /** Joins or leaves one group. */
    record Change(int process, int slot, int group, boolean join) implements Step {}

    /**
     * Connects it.
     *
     * @param length how many bytes the address has
     * @param id as {@link Bind}'s; -1: a port id that nobody has
     */
    record Connect(int process, int slot, int length, int family, int id, int mask)
            implements Step {}

    /**
     * Sends to an address, or without one if {@code length} is 0.
     *
     * @param id as {@link Connect}'s
     */
    record Send(int process, int slot, int length, int family, int id, int mask) implements Step {}

    /** Lists its groups into so many bytes. */
    record Memberships(int process, int slot, int bytes) implements Step {}

    /** Closes it. */
    record Close(int process, int slot) implements Step {}

    /** The process takes the effective user id of a user, or of root. */
    record Become(int process, int slot, boolean user) implements Step {}

    /** What the owner of another protocol does. */
    enum Owning {
        /** Makes its kernel socket, which must fail if there is one. */
        CREATE,
        /** Makes room for more groups. */
        GROW,
        /** Takes it down, unless a process has a socket of it. */
        RELEASE
    }

    /** The owner of another protocol does something, while others look at it. */
    record Own(Owning what, int groups) implements NamingAction {}

    /** Somebody looks so often whether anybody listens to the other protocol. */
    record Look(int times, int group) implements NamingAction {}

    /** A process opens a socket of the other protocol, and closes it. */
    record Visit(int times) implements NamingAction {}
}
