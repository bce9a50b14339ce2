package org.vkernel.testmodules.property.invariant;

import com.google.common.collect.ImmutableSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vkernel.emulator.Errno;
import org.vkernel.emulator.trace.TraceEvent;

/**
 * What was queued to a netlink socket has been taken by a recv or is freed unread with it.
 *
 * <p>Looked at for sockets that bind once to a port id that nobody else has had: events tell
 * sockets apart by their port ids.
 */
public final class SocketAccounts implements Invariant {
    private final Map<Long, Account> accounts = new HashMap<>();

    private static final class Account {
        private long delivered;
        private long taken;
        private int bound;
        private boolean isReleased;
        private boolean isUnclear;
    }

    /** A member got something before it was bound: whoever is bound later may have it queued. */
    private boolean someCameToUnbound;

    @Override
    public String rule() {
        return "a message is neither taken nor freed with its socket";
    }

    @Override
    public Set<String> kinds() {
        return ImmutableSet.of(
                "netlink:netlink_bind",
                "netlink:netlink_deliver",
                "netlink:netlink_recv",
                "netlink:netlink_release",
                "netlink:netlink_close");
    }

    @Override
    public @Nullable String see(TraceEvent event) {
        Account account = accounts.computeIfAbsent(event.first(), portid -> new Account());
        switch (event.kind().name()) {
            case "netlink_bind" -> {
                account.bound++;
                // A bind that fails may leave the name to a socket that has not got the port id.
                account.isUnclear |= account.bound > 1 || event.third() < 0 || someCameToUnbound;
            }
            case "netlink_deliver" -> {
                account.delivered++;
                someCameToUnbound |= event.first() == 0;
                account.isUnclear |= account.bound == 0 || account.isReleased;
            }
            case "netlink_recv" ->
                    account.taken += event.third() >= 0 || event.third() == -Errno.EFAULT ? 1 : 0;
            case "netlink_release" -> {
                account.isUnclear |= account.isReleased || account.bound == 0;
                account.isReleased = true;
            }
            default -> {
                long unread = event.second();
                if (!account.isUnclear && account.delivered != account.taken + unread) {
                    return String.format(
                            "port %d: %d queued, %d taken by recv, %d freed unread",
                            event.first(), account.delivered, account.taken, unread);
                }
                account.isUnclear = true;
            }
        }
        return null;
    }
}
