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
     * @param failing which allocation of it fails, from 1; 0: none
     */
    record Bind(int process, int slot, int id, int mask, int failing) implements Step {}

    /**
     * Joins or leaves one group.
     *
     * @param failing as {@link Bind}'s
     */
    record Change(int process, int slot, int group, boolean join, int failing) implements Step {}

    /**
     * Connects it.
     *
     * @param length how many bytes the address has
     * @param id as {@link Bind}'s; -1: a port id that nobody has
     */
    record Connect(int process, int slot, int length, int family, int id, int mask)
            implements Step {}

    /**
     * Sends to an address, or without one if {@code length} is 0. All sockets of the process are
     * read afterwards.
     *
     * @param id as {@link Connect}'s
     * @param room how much of a message a reader has room for
     * @param whole whether readers ask how long it is
     */
    record Send(
            int process,
            int slot,
            int length,
            int family,
            int id,
            int mask,
            int room,
            boolean whole)
            implements Step {}

    /**
     * The kernel sends: to a group, which leaves out a port id, or to that if there is no group.
     * All sockets of the process are read afterwards.
     *
     * @param id as {@link Connect}'s
     */
    record Tell(int process, int slot, int id, int group, int room, boolean whole)
            implements Step {}

    /** Asks for the group of each message, or for that no more. */
    record AskGroup(int process, int slot, boolean asks) implements Step {}

    /** The protocol's owner makes room for more groups; by a process that is alone. */
    record Grow(int process, int slot, int groups) implements Step {}

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
