package org.vkernel.connector.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vkernel.connector.wire.CbId;
import org.vkernel.connector.wire.CnCtlMsg;
import org.vkernel.connector.wire.CnMsg;
import org.vkernel.connector.wire.CnNotifyReq;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.check.BugReport;
import org.vkernel.emulator.process.UserProcess;
import org.vkernel.netlink.user.NetlinkSocket;

/**
 * Registration notices against a plain model: random requests with overlapping ranges, from
 * processes and from modules, are made and taken back while random ids come and go, and three
 * listeners, each in groups of its own, must hear what the model says, in its order.
 */
class CnNoticesModelSimTest {
    private static final int SEEDS = 12;
    private static final int STEPS = 40;
    private static final CbId CONNECTOR = CbId.of(-1, -1);
    private static final int[][] GROUPS = {{3}, {3, 4}, {5}};

    private final ArrayDeque<CnCtlMsg> requests = new ArrayDeque<>();
    private final Set<CbId> registered = new HashSet<>();

    private static boolean isIn(List<CnNotifyReq> ranges, int number) {
        return ranges.stream()
                .anyMatch(r -> number >= r.first() && number < (long) r.first() + r.range());
    }

    /** What a listener in {@code groups} hears of an id. */
    private List<CnMsg> expected(int[] groups, CbId id, int event) {
        List<CnMsg> notices = new ArrayList<>();
        for (CnCtlMsg request : requests) {
            if (isIn(request.idxRequests(), id.idx()) && isIn(request.valRequests(), id.val())) {
                for (int group : groups) {
                    if (group == request.group()) {
                        notices.add(CnMsg.builder(id).ack(event).build());
                    }
                }
            }
        }
        return notices;
    }

    private static List<CnNotifyReq> ranges(Random random) {
        List<CnNotifyReq> ranges = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            ranges.add(new CnNotifyReq(random.nextInt(4), random.nextInt(4)));
        }
        return ranges;
    }

    private static void send(ConnectorFixture fixture, CnCtlMsg request, boolean asModule) {
        CnMsg message = CnMsg.builder(CONNECTOR).data(request.bytes()).build();
        if (asModule) {
            fixture.toItself(message);
        } else {
            try (var socket = fixture.socket()) {
                ConnectorFixture.toKernel(socket, message);
            }
        }
        fixture.kernel.run(() -> fixture.kernel.timers().msleep(8)); // until it is handled
    }

    private static CnCtlMsg withGroup(CnCtlMsg request, int group) {
        return CnCtlMsg.of(group, request.idxRequests(), request.valRequests());
    }

    private static boolean haveEqualRanges(CnCtlMsg one, CnCtlMsg other) {
        return one.idxRequests().equals(other.idxRequests())
                && one.valRequests().equals(other.valRequests());
    }

    private void takeBack(ConnectorFixture fixture, CnCtlMsg request, boolean asModule) {
        send(fixture, withGroup(request, 0), asModule);
        requests.removeIf(kept -> haveEqualRanges(kept, request));
    }

    /** One random step; the id that it touched is told with {@code event}, or null. */
    private void step(ConnectorFixture fixture, Random random, List<NetlinkSocket> listeners) {
        boolean asModule = random.nextBoolean();
        CbId id = CbId.of(random.nextInt(5), random.nextInt(5));
        int event = -1;
        switch (random.nextInt(6)) {
            case 0, 1 -> {
                CnCtlMsg request =
                        CnCtlMsg.of(3 + random.nextInt(4), ranges(random), ranges(random));
                send(fixture, request, asModule);
                requests.addFirst(request);
            }
            case 2 -> {
                if (!requests.isEmpty()) {
                    takeBack(fixture, requests.getLast(), asModule);
                }
            }
            case 3, 4 -> {
                boolean isNew = registered.add(id);
                assertEquals(isNew ? 0 : -22, fixture.add(id, "test"));
                event = isNew ? CnNotices.REGISTERED : -1;
            }
            default -> {
                registered.remove(id);
                fixture.del(id);
                event = CnNotices.UNREGISTERED;
            }
        }
        for (int i = 0; i < GROUPS.length; i++) {
            List<CnMsg> heard = new ArrayList<>();
            for (CnMsg m = ConnectorFixture.next(listeners.get(i));
                    m != null;
                    m = ConnectorFixture.next(listeners.get(i))) {
                heard.add(m);
            }
            assertEquals(event < 0 ? List.of() : expected(GROUPS[i], id, event), heard);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void randomRequestsAndIds_areToldAsTheModelSays(int cpus) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            requests.clear();
            registered.clear();
            KernelConfig config = KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14);
            try (var fixture = ConnectorFixture.boot(config);
                    var one = fixture.member(GROUPS[0]);
                    var two = fixture.member(GROUPS[1]);
                    var three = fixture.member(GROUPS[2])) {
                for (int i = 0; i < STEPS; i++) {
                    step(fixture, random, List.of(one, two, three));
                }
                while (!requests.isEmpty()) {
                    takeBack(fixture, requests.getLast(), random.nextBoolean());
                }
                registered.forEach(fixture::del);
                fixture.checkInvariants();
                for (BugReport report : fixture.kernel.reports()) {
                    assertEquals(CnNotices.TAKEN_BACK, report.rule());
                    assertTrue(report.known(), report::toString);
                }
            }
        }
    }

    /** Each id comes and goes in its turn, whatever the others do. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void registrationsAtOnce_areAllTold_eachIdsInOrder(int cpus) {
        int turns = 5;
        CnNotifyReq all = new CnNotifyReq(0, -1);
        for (int seed = 0; seed < SEEDS; seed++) {
            KernelConfig config = KernelConfig.simulated(seed).cpus(cpus).profile(Profile.V2_6_14);
            try (var fixture = ConnectorFixture.boot(config);
                    var listener = fixture.member(3)) {
                CnCtlMsg request = CnCtlMsg.of(3, List.of(all), List.of(all));
                send(fixture, request, false);
                List<UserProcess> owners = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    CbId id = CbId.of(9, i);
                    owners.add(
                            fixture.kernel.spawn(
                                    "owner",
                                    process -> {
                                        for (int turn = 0; turn < turns; turn++) {
                                            assertEquals(0, fixture.add(id, "owner"));
                                            fixture.del(id);
                                        }
                                    }));
                }
                owners.forEach(fixture.kernel::join);
                int[] heard = new int[3];
                for (CnMsg m = ConnectorFixture.next(listener);
                        m != null;
                        m = ConnectorFixture.next(listener)) {
                    assertEquals(heard[m.val()] % 2, m.ack());
                    heard[m.val()]++;
                }
                for (int count : heard) {
                    assertEquals(2 * turns, count);
                }
                send(fixture, withGroup(request, 0), false);
                assertTrue(fixture.kernel.reports().isEmpty());
            }
        }
    }
}
