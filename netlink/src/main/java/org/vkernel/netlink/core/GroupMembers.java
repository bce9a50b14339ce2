package org.vkernel.netlink.core;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who is a member of which group of a protocol, so that a multicast costs nothing for members of
 * other groups; to skip one on the list of all takes up to 26 ns.
 *
 * <p>There is one on the parallel machine only. On the simulated one a multicast looks at the
 * groups of each socket that is listed, as in Linux: each look is a point.
 *
 * <p>Changed with the table grabbed, read with it locked.
 */
final class GroupMembers {
    private static final @Nullable NetlinkSock[] NOBODY = {};
    private static final int FIRST_ROOM = 4;

    /** Those of a group, in the order in which they were listed. */
    private static final class Group {
        private @Nullable NetlinkSock[] sockets = NOBODY;
        private int count;

        void add(NetlinkSock sk) {
            int at = placeOf(sk);
            if (at < count && sockets[at] == sk) {
                return;
            }
            if (count == sockets.length) {
                sockets = Arrays.copyOf(sockets, Math.max(FIRST_ROOM, 2 * count));
            }
            System.arraycopy(sockets, at, sockets, at + 1, count - at);
            sockets[at] = sk;
            count++;
        }

        void remove(NetlinkSock sk) {
            int at = placeOf(sk);
            if (at == count || sockets[at] != sk) {
                return;
            }
            count--;
            System.arraycopy(sockets, at + 1, sockets, at, count - at);
            sockets[count] = null;
        }

        /** The one at {@code at}, which is below the count. */
        NetlinkSock get(int at) {
            return Objects.requireNonNull(sockets[at]);
        }

        /** Where it is, or would be. */
        private int placeOf(NetlinkSock sk) {
            int from = 0;
            int to = count;
            while (from < to) {
                int middle = (from + to) >>> 1;
                if (get(middle).listedAs() < sk.listedAs()) {
                    from = middle + 1;
                } else {
                    to = middle;
                }
            }
            return from;
        }
    }

    private @Nullable Group[] groups = {};
    private long listed;

    /** {@code sk} is put first on the list of all members. */
    void list(NetlinkSock sk) {
        sk.setListedAs(++listed);
    }

    /** {@code sk}, which is listed, is a member of {@code group} from now on, or no longer. */
    void set(NetlinkSock sk, int group, boolean isMember) {
        if (isMember) {
            of(group).add(sk);
        } else if (group <= groups.length) {
            of(group).remove(sk);
        }
    }

    /** {@code sk} is taken off the list of all members. */
    void unlist(NetlinkSock sk) {
        for (Group group : groups) {
            if (group != null) {
                group.remove(sk);
            }
        }
    }

    private Group of(int group) {
        if (group > groups.length) {
            groups = Arrays.copyOf(groups, Math.max(group, 2 * groups.length));
        }
        Group found = groups[group - 1];
        if (found == null) {
            found = new Group();
            groups[group - 1] = found;
        }
        return found;
    }

    /** How many members a group has; 0 for one that does not exist. */
    int count(int group) {
        Group found =
                Integer.compareUnsigned(group - 1, groups.length) < 0 ? groups[group - 1] : null;
        return found == null ? 0 : found.count;
    }

    /** A member of a group that has more than {@code index}; 0 is the one that was listed last. */
    NetlinkSock get(int group, int index) {
        Group found = of(group);
        return found.get(found.count - 1 - index);
    }
}
