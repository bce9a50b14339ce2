package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.ProcEvent;
import org.vkernel.connector.wire.ProcInput;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.VirtualKernel;
import org.vkernel.emulator.process.UserProcess;

/**
 * Process events under many schedules, on one to four CPUs, on both eras that have them, and on the
 * parallel machine.
 */
class ProcConnectorSimTest {
    private static final int SEEDS = 60;

    private static List<KernelConfig> machines() {
        List<KernelConfig> all = new ArrayList<>();
        for (int seed = 0; seed < SEEDS; seed++) {
            Profile profile = seed % 3 == 0 ? Profile.V6_1 : Profile.V6_18;
            all.add(KernelConfig.simulated(seed).profile(profile).cpus(1 + seed % 4));
        }
        for (int round = 0; round < 10; round++) {
            all.add(KernelConfig.parallel());
        }
        return all;
    }

    /** Three families at once: a process, its thread, and two children that it waits for. */
    private static void live(VirtualKernel kernel) {
        List<UserProcess> families = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            families.add(
                    kernel.spawn(
                            "family",
                            self -> {
                                self.startThread(own -> own.setName("thread"));
                                UserProcess one = self.fork(own -> own.exec("/bin/one"));
                                UserProcess two = self.fork(own -> own.exit(2));
                                self.waitFor(two.tgid());
                                self.waitFor(one.tgid());
                            }));
        }
        families.forEach(kernel::join);
        awaitAll(kernel);
    }

    /** A child that its parent has waited for may have to tell of its end still. */
    private static void awaitAll(VirtualKernel kernel) {
        kernel.processes().forEach(kernel::join);
    }

    /**
     * The events of one CPU have consecutive numbers in the order in which they are received, for
     * the number is taken and the message sent without leaving the CPU.
     */
    @Test
    void events_ofACpu_areNumberedInOrder() {
        for (KernelConfig config : machines()) {
            try (ConnectorFixture fixture = ConnectorFixture.boot(config);
                    ProcListener listener = ProcListener.member(fixture.kernel.init())) {
                listener.ask(ProcInput.listen());
                live(fixture.kernel);
                Map<Integer, Integer> next = new HashMap<>();
                for (CnMsg message : listener.messages()) {
                    int cpu = ProcEvent.parse(message).stamp().cpu();
                    assertTrue(cpu >= 0 && cpu < config.cpus(), () -> "cpu " + cpu);
                    assertEquals(next.getOrDefault(cpu, 0), message.seq(), config::toString);
                    next.put(cpu, message.seq() + 1);
                }
            }
        }
    }

    /** In every schedule: a task's fork comes before what it does, and its exit comes last. */
    @Test
    void life_beginsWithFork_andEndsWithExit() {
        for (KernelConfig config : machines()) {
            try (ConnectorFixture fixture = ConnectorFixture.boot(config);
                    ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
                live(fixture.kernel);
                Map<Integer, String> lives = new HashMap<>();
                for (ProcEvent event : listener.events()) {
                    switch (event) {
                        case ProcEvent.Fork fork -> add(lives, fork.child().pid(), 'f');
                        case ProcEvent.Exec exec -> add(lives, exec.task().pid(), 'e');
                        case ProcEvent.Comm comm -> add(lives, comm.task().pid(), 'c');
                        case ProcEvent.Exit exit -> add(lives, exit.task().pid(), 'x');
                        default -> throw new AssertionError(event);
                    }
                }
                assertEquals(12, lives.size(), lives::toString);
                assertEquals(6, count(lives, "fex"), lives::toString);
                // A thread may be killed with its process before it has named itself.
                assertEquals(6, count(lives, "fx") + count(lives, "fcx"), lives::toString);
            }
        }
    }

    private static void add(Map<Integer, String> lives, int pid, char event) {
        lives.merge(pid, String.valueOf(event), String::concat);
    }

    private static int count(Map<Integer, String> lives, String life) {
        return (int) lives.values().stream().filter(life::equals).count();
    }

    /** CP-04: a parent that has reaped the child first is told as 0/0, and not dereferenced. */
    @Test
    void exit_afterTheParentWaited_tellsNoParentInSomeSchedule() {
        int early = 0;
        for (int seed = 0; seed < 200; seed++) {
            try (ConnectorFixture fixture = ConnectorFixture.boot(KernelConfig.simulated(seed));
                    ProcListener listener = ProcListener.listening(fixture.kernel.init())) {
                fixture.kernel.join(
                        fixture.kernel.spawn(
                                "p", self -> self.waitFor(self.fork(own -> {}).tgid())));
                awaitAll(fixture.kernel);
                List<String> exits =
                        listener.lines().stream().filter(l -> l.startsWith("exit 3/3")).toList();
                assertEquals(1, exits.size());
                early += exits.getFirst().equals("exit 3/3 0x0 17 0/0") ? 1 : 0;
            }
        }
        assertTrue(early > 0 && early < 200, "early in " + early);
    }

    /** Requests at once: a process that listens, ignores and closes never takes off another's. */
    @Test
    void count_afterEverybodyIgnored_isZero() {
        for (int seed = 0; seed < SEEDS; seed++) {
            KernelConfig config = KernelConfig.simulated(seed).cpus(1 + seed % 4);
            try (ConnectorFixture fixture = ConnectorFixture.boot(config);
                    ProcListener observer = ProcListener.member(fixture.kernel.init())) {
                List<UserProcess> askers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    askers.add(fixture.kernel.spawn("asker", ProcConnectorSimTest::askAround));
                }
                askers.forEach(fixture.kernel::join);
                observer.events();
                fixture.kernel.init().setName("init");
                assertEquals(List.of(), observer.events());
                observer.ask(ProcInput.listen());
                assertEquals(List.of("ack 0"), observer.lines());
            }
        }
    }

    private static void askAround(UserProcess self) {
        try (ProcListener own = ProcListener.member(self)) {
            for (int i = 0; i < 3; i++) {
                own.ask(ProcInput.listen());
                own.ask(ProcInput.listen(1));
                own.ask(ProcInput.ignore());
            }
        }
    }
}
