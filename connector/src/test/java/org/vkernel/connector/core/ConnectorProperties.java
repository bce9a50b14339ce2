package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.Profile;
import org.vkernel.netlink.user.NetlinkSocket;

/** Any sequence of registrations, removals and messages against a map in order of registration. */
class ConnectorProperties {
    enum Kind {
        ADD,
        DELETE,
        FROM_USER,
        TO_USER
    }

    record Step(Kind kind, CbId id) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<CbId> ids =
                Combinators.combine(
                                Arbitraries.of(0, 1, 2, 3, 14, 32, 33, -1),
                                Arbitraries.of(1, 2, -1))
                        .as(CbId::of);
        return Combinators.combine(Arbitraries.of(Kind.class), ids)
                .as(Step::new)
                .list()
                .ofMaxSize(60);
    }

    @Property(tries = 150)
    void anySteps_behaveAsTheModel(@ForAll("steps") List<Step> steps) {
        behaveAsTheModel(steps, Profile.V6_18, CbId.of(1, 1), "cn_proc");
    }

    @Property(tries = 150)
    void anySteps_inTheQueuedEra_behaveAsTheModel(@ForAll("steps") List<Step> steps) {
        behaveAsTheModel(steps, Profile.V2_6_14, CbId.of(-1, -1), "connector");
    }

    /** {@code own} is what the connector itself has registered, which anybody can take off. */
    private static void behaveAsTheModel(
            List<Step> steps, Profile profile, CbId own, String ownName) {
        Map<CbId, String> model = new LinkedHashMap<>();
        model.put(own, ownName);
        List<String> called = new ArrayList<>();
        try (var fixture = ConnectorFixture.boot(profile);
                var socket = fixture.socket()) {
            socket.bind(0, -1);
            int number = 0;
            for (Step step : steps) {
                take(fixture, socket, step, "name" + number++, model, called);
                assertEquals(listing(model), fixture.procConnector());
                fixture.checkInvariants();
            }
            for (CbId left : List.copyOf(model.keySet())) {
                fixture.del(left);
            }
        }
    }

    private static void take(
            ConnectorFixture fixture,
            NetlinkSocket socket,
            Step step,
            String name,
            Map<CbId, String> model,
            List<String> called) {
        CbId id = step.id();
        CnMsg message = CnMsg.builder(id).seq(called.size()).build();
        switch (step.kind()) {
            case ADD -> {
                boolean isNew = model.putIfAbsent(id, name) == null;
                int result = fixture.add(id, name, (received, sender) -> called.add(name));
                assertEquals(isNew ? 0 : -Errno.EINVAL, result);
            }
            case DELETE -> {
                model.remove(id);
                fixture.del(id);
            }
            case FROM_USER -> {
                int before = called.size();
                ConnectorFixture.toKernel(socket, message);
                if (fixture.kernel.profile().era() == Profile.Era.QUEUED) {
                    fixture.kernel.run(() -> fixture.kernel.timers().msleep(8));
                }
                String expected = model.get(id);
                boolean isOurs = expected != null && expected.startsWith("name");
                assertEquals(
                        isOurs ? List.of(expected) : List.of(),
                        called.subList(before, called.size()));
            }
            case TO_USER -> {
                boolean hasGroup = Integer.compareUnsigned(id.idx() - 1, 32) < 0;
                int expected = hasGroup ? 0 : -Errno.ESRCH;
                assertEquals(
                        model.containsKey(id) ? expected : -Errno.ENODEV,
                        fixture.send(message, 0, 0));
                assertEquals(
                        model.containsKey(id) && hasGroup ? message : null,
                        ConnectorFixture.next(socket));
            }
        }
    }

    private static String listing(Map<CbId, String> model) {
        StringBuilder text = new StringBuilder("Name            ID\n");
        model.forEach((id, name) -> text.append(String.format("%-15s %s%n", name, id)));
        return text.toString();
    }
}
