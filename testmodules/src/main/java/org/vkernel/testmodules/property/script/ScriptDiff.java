package org.vkernel.testmodules.property.script;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
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

    /** How many scripts are handed over at once. */
    private static final int BATCH = 64;

    private static final String USERSOCK = "NETLINK_USERSOCK";
    private static final String CONNECTOR = "NETLINK_CONNECTOR";

    private final ScriptOperations operations = ScriptOperations.load();
    private final HostScripts host;
    private final Aside aside;
    private int triesLeft;
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

    /**
     * Where work is done, and waited for: a virtual thread, from which a kernel's tasks are reached
     * a hundred times faster than from a platform thread.
     */
    public interface Aside {
        /** Does {@code work}. */
        <T> T call(Supplier<T> work);
    }

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
     * @param aside runs what boots virtual kernels
     * @throws HostUnavailableException if the host has no netlink sockets
     */
    public ScriptDiff(Aside aside) throws HostUnavailableException {
        this.aside = aside;
        host = new HostScripts(operations);
    }

    /** What occurred so far. */
    public ScriptCoverage coverage() {
        return coverage;
    }

    /**
     * Does scripts 0 to {@code count - 1} of {@code seed}.
     *
     * @throws HostUnavailableException if the host cannot do them
     */
    public void run(int count, long seed, Listener listener) throws HostUnavailableException {
        HostUnavailableException[] refused = new HostUnavailableException[1];
        JqwikSession.run(() -> {
            try {
                runBatches(count, seed, listener);
            } catch (HostUnavailableException e) {
                refused[0] = e;
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
    }

    /** While the host does some, those before are compared. */
    private void runBatches(int count, long seed, Listener listener)
            throws HostUnavailableException {
        List<Drawn> before = List.of();
        HostScripts.Batch begun = host.begin(List.of());
        for (int first = 0; ; first += BATCH) {
            List<Drawn> drawn = new ArrayList<>();
            for (int number = first; number < Math.min(first + BATCH, count); number++) {
                drawn.add(draw(number, seed));
            }
            List<NetlinkScript> records = begun.await();
            begun = host.begin(drawn.stream().map(Drawn::script).toList());
            finish(before, records, listener);
            if (drawn.isEmpty()) {
                return;
            }
            before = drawn;
        }
    }

    private void finish(List<Drawn> drawn, List<NetlinkScript> records, Listener listener)
            throws HostUnavailableException {
        List<List<ScriptReplay.Divergence>> all =
                aside.call(() -> records.stream().map(this::compare).toList());
        for (int i = 0; i < records.size(); i++) {
            coverage.add(records.get(i));
            listener.done(drawn.get(i).number());
            if (!all.get(i).isEmpty()) {
                listener.differed(shrunk(drawn.get(i), records.get(i), all.get(i)));
            }
        }
    }

    /** A script as it was drawn, to be shrunk. */
    private record Drawn(
            int number,
            int uid,
            String protocol,
            String title,
            List<Shrinkable<PlannedOperation>> operations) {
        NetlinkScript script() {
            return new ScriptPlan(
                            uid, protocol, operations.stream().map(Shrinkable::value).toList())
                    .toScript(title);
        }

        Drawn with(List<Shrinkable<PlannedOperation>> others) {
            return new Drawn(number, uid, protocol, title, others);
        }
    }

    private Drawn draw(int number, long seed) {
        Random random = new Random(mix(seed, number));
        int uid = random.nextInt(4) == 0 ? NOBODY : 0;
        String protocol = random.nextInt(5) == 0 ? CONNECTOR : USERSOCK;
        int length = random.nextInt(OPERATIONS_MIN, OPERATIONS_MAX + 1);
        RandomGenerator<PlannedOperation> generator = generator(protocol);
        List<Shrinkable<PlannedOperation>> operations = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            operations.add(generator.next(random));
        }
        String title = "random script " + number + " of seed " + seed;
        return new Drawn(number, uid, protocol, title, operations);
    }

    private Difference shrunk(
            Drawn drawn, NetlinkScript record, List<ScriptReplay.Divergence> divergences)
            throws HostUnavailableException {
        NetlinkScript smallest = host.record(shrink(drawn).script());
        List<ScriptReplay.Divergence> left = compare(smallest);
        return left.isEmpty()
                ? new Difference(drawn.number(), record, divergences)
                : new Difference(drawn.number(), smallest, left);
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

    private Drawn shrink(Drawn drawn) throws HostUnavailableException {
        triesLeft = SHRINK_MAX;
        Drawn best = drawn;
        int before;
        do {
            before = best.operations().size();
            best = simplify(leaveOut(best));
        } while (best.operations().size() < before && triesLeft > 0);
        return best;
    }

    private boolean differs(Drawn candidate) throws HostUnavailableException {
        triesLeft--;
        return !compare(host.record(candidate.script())).isEmpty();
    }

    /** Leaves out as long runs of operations as it can, then single ones. */
    private Drawn leaveOut(Drawn from) throws HostUnavailableException {
        Drawn best = from;
        for (int run = Math.max(1, from.operations().size() / 2); run > 0; run /= 2) {
            for (int end = best.operations().size(); end > 0 && triesLeft > 0; end -= run) {
                List<Shrinkable<PlannedOperation>> fewer = new ArrayList<>(best.operations());
                fewer.subList(Math.max(0, end - run), end).clear();
                if (differs(best.with(fewer))) {
                    best = best.with(fewer);
                }
            }
        }
        return best;
    }

    /** Makes the arguments of each operation as simple as it can. */
    private Drawn simplify(Drawn from) throws HostUnavailableException {
        Drawn best = from;
        for (int i = 0; i < best.operations().size(); i++) {
            Drawn simpler = best;
            while (simpler != null && triesLeft > 0) {
                best = simpler;
                simpler = simplerAt(best, i);
            }
        }
        return best;
    }

    /** The first that differs of those with a simpler operation {@code i}; null if none does. */
    private @Nullable Drawn simplerAt(Drawn from, int i) throws HostUnavailableException {
        Iterator<Shrinkable<PlannedOperation>> simpler =
                from.operations().get(i).shrink().iterator();
        while (simpler.hasNext() && triesLeft > 0) {
            List<Shrinkable<PlannedOperation>> operations = new ArrayList<>(from.operations());
            operations.set(i, simpler.next());
            if (differs(from.with(operations))) {
                return from.with(operations);
            }
        }
        return null;
    }

    @Override
    public void close() {
        host.close();
    }
}
