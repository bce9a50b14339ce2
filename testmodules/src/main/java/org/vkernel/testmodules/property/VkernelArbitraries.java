package org.vkernel.testmodules.property;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.testmodules.property.script.RandomScripts;

/**
 * What properties of kernels and protocols are about, as jqwik arbitraries; {@link VkernelDomain}
 * hands them to a property by type.
 *
 * <p>Each shrinks to what is simplest to think about: the reference kernel on one CPU with plenty
 * of memory, a schedule that always goes on, no faults, small ids, short messages, few steps.
 */
public final class VkernelArbitraries {
    private static final int MOST_CPUS = 4;
    private static final long MIB = 1L << 20;

    /** Questions of a run that a schedule reaches. */
    private static final int MOST_QUESTIONS = 3_000;

    private static final int MOST_DEVIATIONS = 120;

    /** Beyond it there is hardly a question with so many alternatives. */
    private static final int MOST_ALTERNATIVE = 6;

    private static final int SCHEDULES_EACH = 20;
    private static final int MOST_RULES = 3;
    private static final int MOST_SENDERS = 3;
    private static final int MOST_STEPS = 20;
    private static final int MOST_PAUSE = 3;

    /** What a message of each version may hold: the least {@code CONNECTOR_MAX_MSG_SIZE}. */
    private static final int MOST_DATA_BYTES = 1_000;

    private static final int USUAL_DATA_BYTES = 40;
    private static final int MOST_OPERATIONS = 25;

    private VkernelArbitraries() {}

    /** Machines of 1 to 4 CPUs and 1 MiB to 1 GiB, with a kernel of any version. */
    public static Arbitrary<Machine> machines() {
        return machines(Profile.all().toArray(Profile[]::new));
    }

    /** Machines with kernels of these versions. */
    public static Arbitrary<Machine> machines(Profile... profiles) {
        List<Profile> newestFirst =
                ImmutableList.copyOf(profiles).stream()
                        .sorted((one, other) -> isDefault(other) - isDefault(one))
                        .toList();
        Arbitrary<Long> memory =
                Arbitraries.of(KernelConfig.DEFAULT_MEMORY, 64 * MIB, 8 * MIB, 2 * MIB, MIB);
        return Combinators.combine(
                        Arbitraries.of(newestFirst),
                        Arbitraries.integers().between(1, MOST_CPUS),
                        memory,
                        Arbitraries.of(false, true))
                .as((profile, cpus, bytes, isFilled) ->
                        new Machine(profile, cpus, bytes, isFilled ? bytes : 0));
    }

    private static int isDefault(Profile profile) {
        return profile.equals(Profile.DEFAULT) ? 1 : 0;
    }

    /**
     * Schedules, as the few questions that are not answered by going on: so a schedule shrinks
     * answer by answer, and still means something when what runs under it has shrunk.
     */
    public static Arbitrary<SparseSchedule> schedules() {
        return Arbitraries.maps(
                        Arbitraries.integers().between(0, MOST_QUESTIONS),
                        Arbitraries.integers().between(1, MOST_ALTERNATIVE))
                .ofMaxSize(MOST_DEVIATIONS)
                .map(VkernelArbitraries::schedule);
    }

    private static SparseSchedule schedule(Map<Integer, Integer> answers) {
        ImmutableList.Builder<SparseSchedule.Deviation> deviations = ImmutableList.builder();
        new TreeMap<>(answers)
                .forEach((question, answer) ->
                        deviations.add(new SparseSchedule.Deviation(question, answer)));
        return new SparseSchedule(deviations.build());
    }

    /** Some schedules each, under which data are tried: see {@link Interleavings}. */
    public static Arbitrary<Interleavings> interleavings() {
        return Arbitraries.longs()
                .map(seed -> new Interleavings(seed, SCHEDULES_EACH))
                .dontShrink()
                .withoutEdgeCases();
    }

    /** Plans of failing allocations: none, one that fails, or rules that fail some of them. */
    public static Arbitrary<FaultPlan> faultPlans() {
        return faultRules()
                .list()
                .ofMaxSize(MOST_RULES)
                .map(rules -> new FaultPlan(ImmutableList.copyOf(rules)));
    }

    private static Arbitrary<FaultRule> faultRules() {
        Arbitrary<Integer> percent = Arbitraries.integers().between(1, 100);
        Arbitrary<Integer> interval = Arbitraries.integers().between(1, 10);
        Arbitrary<Boolean> sparesSleepers = Arbitraries.of(true, false);
        Arbitrary<FaultRule> nth =
                Arbitraries.longs().between(1, 300).map(n -> FaultRule.failNth(n).verbose(0));
        Arbitrary<FaultRule> slab =
                Combinators.combine(percent, interval, sparesSleepers)
                        .as((p, i, spares) ->
                                FaultRule.failslab(p).interval(i).ignoreGfpWait(spares).verbose(0));
        Arbitrary<FaultRule> pages =
                Combinators.combine(
                                percent,
                                interval,
                                sparesSleepers,
                                Arbitraries.integers().between(0, 3))
                        .as((p, i, spares, order) ->
                                FaultRule.failPageAlloc(p)
                                        .interval(i)
                                        .ignoreGfpWait(spares)
                                        .minOrder(order)
                                        .verbose(0));
        return Arbitraries.oneOf(nth, slab, pages);
    }

    /** Ids of the connector: mostly small numbers that are nobody's, at times any. */
    public static Arbitrary<CbId> ids() {
        Arbitrary<Integer> idx =
                Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(12, 32)),
                        Tuple.of(2, Arbitraries.integers()),
                        Tuple.of(1, Arbitraries.of(0, 1, 33, -1)));
        Arbitrary<Integer> val =
                Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(0, 4)),
                        Tuple.of(1, Arbitraries.integers()),
                        Tuple.of(1, Arbitraries.of(-1, Integer.MIN_VALUE)));
        // Few edges: they are combined with those of all else that a message has.
        return Combinators.combine(
                        idx.edgeCases(edges -> edges.includeOnly(12, 0, -1)),
                        val.edgeCases(edges -> edges.includeOnly(0, -1)))
                .as(CbId::of);
    }

    /** Messages to any id that every version takes. */
    public static Arbitrary<CnMsg> messages() {
        return messages(ids());
    }

    /** Messages to these ids that every version takes. */
    public static Arbitrary<CnMsg> messages(Arbitrary<CbId> ids) {
        Arbitrary<Integer> lengths =
                Arbitraries.frequencyOf(
                        Tuple.of(6, Arbitraries.integers().between(0, USUAL_DATA_BYTES)),
                        Tuple.of(1, Arbitraries.integers().between(0, MOST_DATA_BYTES)));
        Arbitrary<byte[]> data =
                lengths.edgeCases(edges -> edges.includeOnly(0, MOST_DATA_BYTES))
                        .flatMap(length -> Arbitraries.bytes().array(byte[].class).ofSize(length));
        Arbitrary<Integer> numbers =
                Arbitraries.integers().edgeCases(edges -> edges.includeOnly(0, -1));
        return Combinators.combine(ids, numbers, numbers, data)
                .as((id, seq, ack, bytes) ->
                        CnMsg.builder(id).seq(seq).ack(ack).data(bytes).build());
    }

    /** Traffic of a few processes to any ids. */
    public static Arbitrary<TrafficPlan> traffic() {
        return traffic(ids());
    }

    /** Traffic of a few processes to these ids. */
    public static Arbitrary<TrafficPlan> traffic(Arbitrary<CbId> ids) {
        return Combinators.combine(
                        Arbitraries.integers().between(0, MOST_SENDERS - 1),
                        Arbitraries.integers().between(0, MOST_PAUSE),
                        messages(ids))
                .as(TrafficPlan.Step::new)
                .list()
                .ofMaxSize(MOST_STEPS)
                .map(steps -> new TrafficPlan(ImmutableList.copyOf(steps)));
    }

    /** Scripts on {@code NETLINK_USERSOCK} or {@code NETLINK_CONNECTOR}, of a root process. */
    public static Arbitrary<NetlinkScript> scripts() {
        return Arbitraries.of(RandomScripts.USERSOCK, RandomScripts.CONNECTOR)
                .flatMap(protocol -> RandomScripts.on(protocol, MOST_OPERATIONS));
    }
}
