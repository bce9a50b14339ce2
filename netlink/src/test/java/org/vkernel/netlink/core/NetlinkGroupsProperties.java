package org.vkernel.netlink.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * Sockets that join and leave groups by bind and by options, open and close, against a set of
 * groups for each.
 */
class NetlinkGroupsProperties {
    static final int SOCKETS = 3;
    static final int GROUPS = 40;

    /** What is done: to which socket, what, with which group. */
    private record Step(int socket, int what, int group) {
        static Step of(int code) {
            return new Step(code % SOCKETS, code / SOCKETS % 5, code / (SOCKETS * 5) % GROUPS + 1);
        }
    }

    @Property(tries = 200)
    void anyMemberships_areThoseOfTheModel(
            @ForAll @Size(max = 60) List<@From("codes") Integer> codes) {
        check(KernelConfig.simulated(1), codes);
    }

    @Property(tries = 100)
    void anyMemberships_onTheParallelMachine_areThoseOfTheModel(
            @ForAll @Size(max = 60) List<@From("codes") Integer> codes) {
        check(KernelConfig.parallel(), codes);
    }

    @Provide
    Arbitrary<Integer> codes() {
        return Arbitraries.integers().between(0, SOCKETS * 5 * GROUPS - 1);
    }

    private static void check(KernelConfig config, List<Integer> codes) {
        try (NetlinkFixture net = NetlinkFixture.boot(config, c -> c.groups(GROUPS))) {
            NetlinkSocket[] sockets = new NetlinkSocket[SOCKETS];
            List<Set<Integer>> models = new ArrayList<>();
            for (int i = 0; i < SOCKETS; i++) {
                sockets[i] = net.open();
                sockets[i].bind(100 + i, 0);
                models.add(new TreeSet<>());
            }
            for (int code : codes) {
                Step step = Step.of(code);
                perform(net, sockets, models, step);
                net.kernel.run(net.netlink::checkInvariants);
                boolean isHeard = models.stream().anyMatch(model -> model.contains(step.group()));
                assertEquals(
                        isHeard ? 0 : -Errno.ESRCH,
                        net.broadcast(1, step.group(), 0, step.group()));
                for (int i = 0; i < SOCKETS; i++) {
                    check(sockets[i], models.get(i));
                    assertEquals(
                            models.get(i).contains(step.group()) ? step.group() : -Errno.EAGAIN,
                            NetlinkFixture.next(sockets[i]));
                }
            }
            for (NetlinkSocket socket : sockets) {
                socket.close();
            }
            net.kernel.run(net.netlink::checkInvariants);
        }
    }

    private static void perform(
            NetlinkFixture net, NetlinkSocket[] sockets, List<Set<Integer>> models, Step step) {
        int at = step.socket();
        Set<Integer> model = models.get(at);
        switch (step.what()) {
            case 0, 1 -> {
                sockets[at].joinGroup(step.group());
                model.add(step.group());
            }
            case 2 -> {
                sockets[at].leaveGroup(step.group());
                model.remove(step.group());
            }
            case 3 -> {
                int mask = step.group() * 0x9E3779B9;
                sockets[at].bind(100 + at, mask);
                model.removeIf(group -> group <= Integer.SIZE);
                for (int bit = 0; bit < Integer.SIZE; bit++) {
                    if (((mask >>> bit) & 1) != 0) {
                        model.add(bit + 1);
                    }
                }
            }
            default -> {
                sockets[at].close();
                sockets[at] = net.open();
                sockets[at].bind(100 + at, 0);
                model.clear();
            }
        }
    }

    private static void check(NetlinkSocket socket, Set<Integer> model) {
        int[] words = socket.memberships(64);
        for (int group = 1; group <= GROUPS; group++) {
            int word = (group - 1) / Integer.SIZE;
            boolean member =
                    word < words.length
                            && ((words[word] >>> ((group - 1) % Integer.SIZE)) & 1) != 0;
            assertEquals(model.contains(group), member, "group " + group);
        }
    }
}
