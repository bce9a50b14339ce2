package org.vkernel.testmodules.property.script;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Shrinkable;
import net.jqwik.api.sessions.JqwikSession;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.KernelConfig;
import org.vkernel.emulator.KernelFailedException;
import org.vkernel.netlink.host.HostScripts;
import org.vkernel.netlink.host.HostUnavailableException;
import org.vkernel.netlink.script.NetlinkScript;
import org.vkernel.netlink.script.ScriptKernel;
import org.vkernel.netlink.script.ScriptOperations;
import org.vkernel.netlink.script.ScriptReplay;

/**
 * Does random scripts on the host's kernel and replays what it answered on a virtual one.
 *
 * <p>Script number i of a seed is always the same one. Where answers differ, operations are left
 * out and arguments made simpler as long as they do.
 */
public final class ScriptDiff implements AutoCloseable {
    private static final int OPERATIONS_MIN = 30;
    private static final int OPERATIONS_MAX = 100;
    private static final int NOBODY = 65_534;

    /** How many scripts shrinking one may try. */
    private static final int SHRINK_MAX = 4000;

    /** jqwik's estimate of how often a generator is asked; it changes how it spreads values. */
    private static final int TRIES = 1000;

    private static final String USERSOCK = "NETLINK_USERSOCK";
    private static final String CONNECTOR = "NETLINK_CONNECTOR";

    private final ScriptOperations operations = ScriptOperations.load();
    private final HostScripts host;
    private final ScriptCoverage coverage = new ScriptCoverage();
    private @Nullable RandomGenerator<PlannedOperation> usersock;
    private @Nullable RandomGenerator<PlannedOperation> connector;

    /**
     * A difference, as small as it could be made.
     *
     * @param number of the script
     * @param record what the host answered
     * @param divergences what the virtual kernel answered instead
     */
    public record Difference(
            int number, NetlinkScript record, List<ScriptReplay.Divergence> divergences) {}

    /** Is told of what was done. */
    public interface Listener {
        /** A script was done. */
        void done(int number);

        /** One differed. */
        void differed(Difference difference);
    }

    /**
     * Prepares both kernels.
     *
     * @throws HostUnavailableException if the host has no netlink sockets
     */
    public ScriptDiff() throws HostUnavailableException {
        host = new HostScripts(operations);
    }

    /** What occurred so far. */
    public ScriptCoverage coverage() {
        return coverage;
    }

    /**
     * Does scripts 0 to {@code count - 1} of {@code seed}.
     *
     * @return how many differed
     * @throws HostUnavailableException if the host cannot do them
     */
    public int run(int count, long seed, Listener listener) throws HostUnavailableException {
        HostUnavailableException[] refused = new HostUnavailableException[1];
        int[] differing = new int[1];
        JqwikSession.run(() -> {
            try {
                for (int number = 0; number < count; number++) {
                    Difference difference = runOne(number, seed);
                    listener.done(number);
                    if (difference != null) {
                        differing[0]++;
                        listener.differed(difference);
                    }
                }
            } catch (HostUnavailableException e) {
                refused[0] = e;
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
        return differing[0];
    }

    private @Nullable Difference runOne(int number, long seed) throws HostUnavailableException {
        Random random = new Random(mix(seed, number));
        int uid = random.nextInt(4) == 0 ? NOBODY : 0;
        String protocol = random.nextInt(5) == 0 ? CONNECTOR : USERSOCK;
        int length = random.nextInt(OPERATIONS_MIN, OPERATIONS_MAX + 1);
        RandomGenerator<PlannedOperation> generator = generator(protocol);
        List<Shrinkable<PlannedOperation>> drawn = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            drawn.add(generator.next(random));
        }
        String title = "random script " + number + " of seed " + seed;
        NetlinkScript record = host.record(script(uid, protocol, drawn, title));
        coverage.add(record);
        if (compare(record).isEmpty()) {
            return null;
        }
        List<Shrinkable<PlannedOperation>> small = shrink(uid, protocol, drawn, title);
        NetlinkScript smallest = host.record(script(uid, protocol, small, title));
        List<ScriptReplay.Divergence> divergences = compare(smallest);
        return divergences.isEmpty()
                ? new Difference(number, record, compare(record))
                : new Difference(number, smallest, divergences);
    }

    /** Seeds of {@link Random} that differ little begin alike: models splitmix64. */
    private static long mix(long seed, int number) {
        long z = (seed + 1) * 0x9E3779B97F4A7C15L + number * 0xD1B54A32D192ED03L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private RandomGenerator<PlannedOperation> generator(String protocol) {
        boolean ofConnector = protocol.equals(CONNECTOR);
        RandomGenerator<PlannedOperation> known = ofConnector ? connector : usersock;
        if (known == null) {
            Arbitrary<PlannedOperation> arbitrary = ScriptArbitraries.operations(protocol);
            known = arbitrary.generator(TRIES, false);
            if (ofConnector) {
                connector = known;
            } else {
                usersock = known;
            }
        }
        return known;
    }

    private static NetlinkScript script(
            int uid, String protocol, List<Shrinkable<PlannedOperation>> drawn, String title) {
        return new ScriptPlan(uid, protocol, drawn.stream().map(Shrinkable::value).toList())
                .toScript(title);
    }

    private List<ScriptReplay.Divergence> compare(NetlinkScript record) {
        try {
            return ScriptKernel.replay(record, operations, KernelConfig.simulated(1));
        } catch (KernelFailedException e) {
            return List.of(
                    new ScriptReplay.Divergence(
                            0, "the virtual kernel", String.valueOf(e.getMessage())));
        }
    }

    // ---- Shrinking --------------------------------------------------------------------------

    private List<Shrinkable<PlannedOperation>> shrink(
            int uid, String protocol, List<Shrinkable<PlannedOperation>> drawn, String title)
            throws HostUnavailableException {
        int[] left = {SHRINK_MAX};
        List<Shrinkable<PlannedOperation>> best = drawn;
        int before;
        do {
            before = best.size();
            best = leaveOut(uid, protocol, best, title, left);
            best = simplify(uid, protocol, best, title, left);
        } while (best.size() < before && left[0] > 0);
        return best;
    }

    private boolean differs(
            int uid,
            String protocol,
            List<Shrinkable<PlannedOperation>> candidate,
            String title,
            int[] left)
            throws HostUnavailableException {
        left[0]--;
        return !compare(host.record(script(uid, protocol, candidate, title))).isEmpty();
    }

    /** Leaves out as long runs of operations as it can, then single ones. */
    private List<Shrinkable<PlannedOperation>> leaveOut(
            int uid,
            String protocol,
            List<Shrinkable<PlannedOperation>> from,
            String title,
            int[] left)
            throws HostUnavailableException {
        List<Shrinkable<PlannedOperation>> best = from;
        for (int chunk = Math.max(1, from.size() / 2); chunk > 0; chunk /= 2) {
            int at = Math.max(0, best.size() - chunk);
            while (at >= 0 && left[0] > 0) {
                List<Shrinkable<PlannedOperation>> candidate = new ArrayList<>(best);
                candidate.subList(at, Math.min(at + chunk, candidate.size())).clear();
                if (differs(uid, protocol, candidate, title, left)) {
                    best = candidate;
                }
                if (at == 0) {
                    break;
                }
                at = Math.max(0, Math.min(at, best.size()) - chunk);
            }
        }
        return best;
    }

    /** Makes the arguments of each operation as simple as it can. */
    private List<Shrinkable<PlannedOperation>> simplify(
            int uid,
            String protocol,
            List<Shrinkable<PlannedOperation>> from,
            String title,
            int[] left)
            throws HostUnavailableException {
        List<Shrinkable<PlannedOperation>> best = from;
        for (int i = 0; i < best.size(); i++) {
            boolean simpler = true;
            while (simpler && left[0] > 0) {
                simpler = false;
                for (Shrinkable<PlannedOperation> other :
                        (Iterable<Shrinkable<PlannedOperation>>) best.get(i).shrink()::iterator) {
                    if (left[0] <= 0) {
                        break;
                    }
                    List<Shrinkable<PlannedOperation>> candidate = new ArrayList<>(best);
                    candidate.set(i, other);
                    if (differs(uid, protocol, candidate, title, left)) {
                        best = candidate;
                        simpler = true;
                        break;
                    }
                }
            }
        }
        return best;
    }

    @Override
    public void close() {
        host.close();
    }
}
