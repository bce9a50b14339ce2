package org.vkernel.testmodules.property.naming;

import java.util.ArrayList;
import java.util.List;

/** What a run of {@link Naming} showed. */
final class NamingSeen {
    /**
     * Something that is otherwise than the model has it.
     *
     * @param kind what, in words that are the same in every run
     * @param detail the call, what was expected and what came
     */
    record Difference(String kind, String detail) {}

    final List<Difference> calls = new ArrayList<>();
    final List<Difference> hooks = new ArrayList<>();

    /** Where a protocol's owner counts other members than there are. */
    final List<Difference> unbalanced = new ArrayList<>();

    /** Groups that were joined although the owner should have refused. */
    final List<Difference> leftOpen = new ArrayList<>();

    final List<Difference> left = new ArrayList<>();

    /** Port ids that the kernel chose since the process's own was taken. */
    final List<Integer> chosen = new ArrayList<>();
}
