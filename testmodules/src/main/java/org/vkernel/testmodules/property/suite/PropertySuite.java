package org.vkernel.testmodules.property.suite;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import org.vkernel.testmodules.property.answer.Answers;
import org.vkernel.testmodules.property.coming.Comings;
import org.vkernel.testmodules.property.conversation.Conversation;
import org.vkernel.testmodules.property.death.Deaths;
import org.vkernel.testmodules.property.dispatch.Dispatch;
import org.vkernel.testmodules.property.identity.Identities;
import org.vkernel.testmodules.property.malformed.Malformed;
import org.vkernel.testmodules.property.module.Loads;
import org.vkernel.testmodules.property.naming.Naming;
import org.vkernel.testmodules.property.procevent.Listening;
import org.vkernel.testmodules.property.procevent.Lives;
import org.vkernel.testmodules.property.queueing.Queues;
import org.vkernel.testmodules.property.sharing.Sharing;
import org.vkernel.testmodules.property.timing.Timing;
import org.vkernel.testmodules.property.traffic.Traffic;
import org.vkernel.testmodules.property.waiting.Waits;

/** A set of properties, and the workloads that they are checked on. */
public final class PropertySuite {
    private static final PropertySuite ALL =
            new PropertySuite(
                    ImmutableList.<KernelProperty<?>>builder()
                            .addAll(Traffic.properties())
                            .addAll(Dispatch.properties())
                            .addAll(Conversation.properties())
                            .addAll(Timing.properties())
                            .addAll(Loads.properties())
                            .addAll(Deaths.properties())
                            .addAll(Answers.properties())
                            .addAll(Naming.properties())
                            .addAll(Lives.properties())
                            .addAll(Listening.properties())
                            .addAll(Queues.properties())
                            .addAll(Waits.properties())
                            .addAll(Identities.properties())
                            .addAll(Malformed.properties())
                            .addAll(Sharing.properties())
                            .addAll(Comings.properties())
                            .build());

    private final ImmutableList<KernelProperty<?>> properties;
    private final ImmutableSet<Workload<?, ?>> workloads;

    /** Of these properties, and their workloads. */
    public PropertySuite(Iterable<? extends KernelProperty<?>> properties) {
        this.properties = ImmutableList.copyOf(properties);
        ImmutableSet.Builder<Workload<?, ?>> all = ImmutableSet.builder();
        for (KernelProperty<?> property : properties) {
            all.add(property.workload());
        }
        this.workloads = all.build();
    }

    /** The whole suite. */
    public static PropertySuite all() {
        return ALL;
    }

    /** Its properties, but for the fifteenth, that runs repeat, which each hunt looks after. */
    public ImmutableList<KernelProperty<?>> properties() {
        return properties;
    }

    /** Its workloads. */
    public ImmutableList<Workload<?, ?>> workloads() {
        return workloads.asList();
    }

    /** The properties that are checked on a workload. */
    public ImmutableList<KernelProperty<?>> propertiesOf(Workload<?, ?> workload) {
        return properties.stream()
                .filter(property -> property.workload().equals(workload))
                .collect(ImmutableList.toImmutableList());
    }

    /**
     * The workload of this name.
     *
     * @throws IllegalArgumentException if there is none
     */
    public Workload<?, ?> workload(String name) {
        for (Workload<?, ?> workload : workloads) {
            if (workload.name().equals(name)) {
                return workload;
            }
        }
        throw new IllegalArgumentException("no workload '" + name + "'");
    }
}
