package org.vkernel.testmodules.property;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.domains.Domain;
import org.vkernel.connector.core.Connector;
import org.vkernel.connector.core.ConnectorModule;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.ErrnoException;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.explore.SparseSchedule;
import org.vkernel.emulator.mm.FaultPlan;
import org.vkernel.emulator.mm.FaultRule;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;
import org.vkernel.netlink.wire.NlMsg;

/** What the domain hands to properties makes sense, and is the same for the same seed. */
@Domain(VkernelDomain.class)
class VkernelDomainProperties {
    private static final CbId OWN = CbId.of(20, 7);
    private static final int VALUES = 50;

    /** What {@code cn_init()} answers where there is no memory for its socket, or its queue. */
    private static final Set<Integer> ERRNOS_OF_LOADING =
            Set.of(Errno.ENOMEM, Errno.EIO, Errno.EINVAL);

    @Property(tries = 60)
    void machine_boots(@ForAll Machine machine) {
        try (VirtualKernel kernel = VirtualKernel.boot(machine.config(1))) {
            kernel.insmod(ConnectorModule.class);
            assertEquals(machine.cpus(), kernel.sched().cpuCount());
            assertEquals(machine.memory() / 4096, kernel.mm().managedPages());
            assertEquals(machine.pageCache() != 0, kernel.mm().pageCache().pages() > 0);
        }
    }

    /** A schedule need not fit what runs under it. */
    @Property(tries = 60)
    void schedule_anyRun_isTheSameTwice(
            @ForAll Machine machine, @ForAll SparseSchedule schedule, @ForAll TrafficPlan plan) {
        assertEquals(fingerprint(machine, schedule, plan), fingerprint(machine, schedule, plan));
    }

    private static String fingerprint(Machine machine, SparseSchedule schedule, TrafficPlan plan) {
        VirtualKernel kernel = VirtualKernel.boot(machine.config(schedule));
        try (kernel) {
            kernel.insmod(ConnectorModule.class);
            plan.start(kernel, (step, result) -> {}).forEach(kernel::join);
        }
        return kernel.trace().fingerprint();
    }

    @Property(tries = 60)
    void faults_withoutMemory_workFailsWithAnErrno(@ForAll FaultPlan plan) {
        try (VirtualKernel kernel = VirtualKernel.boot(KernelConfig.simulated(1).faults(plan))) {
            kernel.insmod(ConnectorModule.class);
        } catch (ErrnoException failed) {
            assertTrue(!plan.isEmpty(), failed.toString());
            assertTrue(ERRNOS_OF_LOADING.contains(failed.errno()), failed.toString());
        }
    }

    @Property(tries = 200)
    void faultRules_areTheirText(@ForAll FaultPlan plan) {
        for (FaultRule rule : plan.rules()) {
            assertEquals(List.of(rule), FaultPlan.parse(rule.toString()).rules());
        }
    }

    @Property(tries = 200)
    void message_isTakenByEveryVersion(@ForAll CnMsg message) {
        assertEquals(message, CnMsg.parse(NlMsg.parse(message.toNlMsg(0).toByteArray())));
        for (Profile profile : Profile.all()) {
            assertTrue(message.toByteArray().length <= profile.connectorMaxMessageSize());
        }
    }

    /** Each message that was sent runs the callback once, under every schedule. */
    @Property(tries = 20)
    void traffic_toOwnId_arrives(
            @ForAll Machine machine, @ForAll Interleavings schedules, @ForAll TrafficPlan drawn) {
        TrafficPlan plan =
                new TrafficPlan(
                        drawn.steps().stream()
                                .map(step ->
                                        new TrafficPlan.Step(
                                                step.process(),
                                                step.pause(),
                                                CnMsg.builder(OWN)
                                                        .data(step.message().data())
                                                        .build()))
                                .collect(ImmutableList.toImmutableList()));
        schedules.check(
                machine.config(1),
                kernel -> {
                    kernel.insmod(ConnectorModule.class);
                    Connector connector = kernel.use(Connector.class);
                    int[] arrived = {0};
                    int[] sent = {0};
                    int error =
                            kernel.call(() ->
                                    connector.addCallback(
                                            OWN, "own", (message, sender) -> arrived[0]++));
                    assertEquals(0, error);
                    plan.start(kernel, (step, result) -> sent[0] += result > 0 ? 1 : 0)
                            .forEach(kernel::join);
                    kernel.run(() -> connector.delCallback(OWN));
                    assertEquals(plan.steps().size(), sent[0]);
                    assertEquals(sent[0], arrived[0]);
                });
    }

    @Property(tries = 40)
    void script_isDoneTheSameTwice(@ForAll NetlinkScript script) {
        ScriptOperations operations = ScriptOperations.load();
        KernelConfig config = KernelConfig.simulated(1);
        NetlinkScript once = ScriptKernel.record(script, operations, config);
        NetlinkScript again = ScriptKernel.record(script, operations, config);
        assertEquals(once.toString(), again.toString());
    }

    // ---- Edges and seeds --------------------------------------------------------------------

    private static Map<String, Arbitrary<?>> all() {
        Map<String, Arbitrary<?>> all = new TreeMap<>();
        all.put("machines", VkernelArbitraries.machines());
        all.put("schedules", VkernelArbitraries.schedules());
        all.put("interleavings", VkernelArbitraries.interleavings());
        all.put("faultPlans", VkernelArbitraries.faultPlans());
        all.put("ids", VkernelArbitraries.ids());
        all.put("messages", VkernelArbitraries.messages());
        all.put("traffic", VkernelArbitraries.traffic());
        all.put("scripts", VkernelArbitraries.scripts());
        return all;
    }

    @Example
    void sameSeed_sameValues() {
        all().forEach((name, arbitrary) -> {
            List<String> once = values(arbitrary, 42);
            assertEquals(once, values(arbitrary, 42), name);
            assertTrue(once.stream().distinct().count() > VALUES / 5, () -> name + once);
        });
    }

    private static List<String> values(Arbitrary<?> arbitrary, long seed) {
        RandomGenerator<?> generator = arbitrary.generator(1000);
        Random random = new Random(seed);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < VALUES; i++) {
            values.add(String.valueOf(generator.next(random).value()));
        }
        return values;
    }

    private static <T> List<T> edges(Arbitrary<T> arbitrary) {
        List<T> edges = new ArrayList<>();
        for (Shrinkable<T> edge : arbitrary.edgeCases()) {
            edges.add(edge.value());
        }
        return edges;
    }

    @Example
    void edges_areTheSimplestAndTheGreatest() {
        List<Machine> machines = edges(VkernelArbitraries.machines());
        assertTrue(
                machines.contains(new Machine(Profile.DEFAULT, 1, KernelConfig.DEFAULT_MEMORY, 0)),
                machines::toString);
        assertTrue(
                machines.stream()
                        .anyMatch(m -> m.cpus() == 4 && m.memory() == 1 << 20 && m.pageCache() > 0),
                machines::toString);
        assertTrue(edges(VkernelArbitraries.schedules()).stream().anyMatch(s -> s.size() == 0));
        assertTrue(edges(VkernelArbitraries.faultPlans()).contains(FaultPlan.NONE));
        List<CbId> ids = edges(VkernelArbitraries.ids());
        assertTrue(ids.contains(CbId.of(0, -1)) && ids.contains(CbId.of(-1, -1)), ids::toString);
        List<Integer> lengths =
                edges(VkernelArbitraries.messages()).stream().map(CnMsg::len).toList();
        assertEquals(Set.of(0, 1_000), Set.copyOf(lengths));
        assertTrue(edges(VkernelArbitraries.traffic()).contains(TrafficPlan.of()));
    }
}
