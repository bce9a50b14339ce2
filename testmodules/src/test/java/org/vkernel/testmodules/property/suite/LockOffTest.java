package org.vkernel.testmodules.property.suite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vkernel.emulator.Profile;
import org.vkernel.emulator.explore.Strategies;

/**
 * Each lock of netlink's and the connector's paths of sending and registering is there for
 * something: with it off, and its points as they are, the suite or a checker fails within a bounded
 * number of trials.
 *
 * <p>The locks are those that {@code netlink.core} and {@code connector.core} take: their own,
 * those of their sockets and of queues that are waited on there, and what serves as a lock: the
 * users of the tables, a CPU's local lock, RCU's read sections. Those of the services that they
 * call (work queues, RCU's callbacks) are here as well, but for the allocator's, which are no locks
 * on the simulated machine: an allocation is one point. No lock has been found redundant so far;
 * one that is would have to be listed here, with a proof from the code.
 */
class LockOffTest {
    private static final int MOST = 10_000;

    @ParameterizedTest(name = "{0} on {1}")
    @CsvSource({
        // of the tables
        "netlink_hash, 6.18",
        "nl_table_lock, 6.18",
        "nl_table_users, 6.18",
        "the users of the netlink tables, 6.18",
        "rcu_read_lock, 6.18",
        // of a socket
        "sk_lock-AF_NETLINK, 6.18",
        "mutex sk_lock-AF_NETLINK, 6.18",
        "nlk_cb_mutex, 6.18",
        "mutex nlk_cb_mutex, 6.18",
        "rlock-AF_NETLINK, 6.18",
        "a message to its AF_NETLINK socket, 6.18",
        "room in a AF_NETLINK socket, 6.18",
        // of the connector
        "queue_lock, 6.18",
        "queue_lock, 6.1",
        "queue_lock, 2.6.14",
        "notify_lock, 2.6.14",
        "mutex notify_lock, 2.6.14",
        "local_event.lock, 6.18",
        // of what they call
        "cwq->lock, 2.6.14",
        "rcu_callbacks, 6.18",
    })
    void lockOff_isFound(String lock, String profile) throws InterruptedException {
        Hunt hunt =
                new Hunt(
                        PropertySuite.all(),
                        Trials.standard(1).withLockOff(lock, List.of(Profile.of(profile))));
        AtomicReference<@Nullable Finding> found = new AtomicReference<>();
        Thread.ofVirtual().start(() -> found.set(hunt.run(MOST))).join();
        Finding finding = found.get();
        assertNotNull(finding, () -> lock + " is off, and nothing fails in " + MOST + " trials");
        System.out.printf(
                "%s off: trial %d, %s: %s%n",
                lock, hunt.done(), finding.trial(), finding.failure());
    }

    /** A trial with a lock off can be repeated by its text, as tokens have it. */
    @Test
    void trialWithLockOff_readsBackFromItsText() throws InterruptedException {
        AtomicReference<@Nullable Finding> found = new AtomicReference<>();
        Trials trials = Trials.standard(1).withLockOff("rlock-AF_NETLINK", Profile.all());
        Thread.ofVirtual()
                .start(() -> found.set(new Hunt(PropertySuite.all(), trials).run(MOST)))
                .join();
        Finding finding = Objects.requireNonNull(found.get());
        Trial again = Trial.parse(PropertySuite.all(), finding.trial().toString());
        assertEquals(
                finding.result().outcome().failure(),
                again.run(Strategies.of(finding.strategy(), again.seed()), false).failure());
    }
}
