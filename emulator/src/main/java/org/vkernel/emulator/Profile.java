package org.vkernel.emulator;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.stream.Collectors;
import org.vkernel.emulator.mm.GfpMask;

/**
 * What depends on the kernel's version and build: its constants and rules, by name.
 *
 * <p>There are three: {@link #V2_6_14}, the connector as its original documentation describes it,
 * on the netlink core of 6.18; {@link #V6_1}, a uniprocessor build of Linux 6.1; and {@link
 * #V6_18}, the default and reference, as a common build for servers has it. Whatever has no
 * accessor here is the same in all of them. Code that behaves differently by version asks the
 * accessor that names the difference, never which profile it is.
 *
 * <p>Numbers are those of x86_64 with pages of 4 KiB and cache lines of 64 bytes.
 */
public final class Profile {
    /** How the connector hands a message to its callback. */
    public enum Era {
        /** On a work queue; registrations can be watched ({@link #hasRegistrationNotices}). */
        QUEUED,
        /** In the sender's context, before its send returns. */
        DIRECT
    }

    /** Where the scheduler may take the CPU from kernel code that does not sleep. */
    public enum Preemption {
        /** Nowhere. Models {@code CONFIG_PREEMPT_NONE}. */
        NONE,
        /**
         * Where kernel code says {@code might_sleep()}. Models {@code CONFIG_PREEMPT_VOLUNTARY}.
         */
        VOLUNTARY,
        /** Wherever preemption is not disabled. Models {@code CONFIG_PREEMPT}. */
        FULL
    }

    /** What holds the data of a unicast that is larger than {@link #largeUnicastThreshold}. */
    public enum LargeBuffers {
        /** Virtually contiguous pages, always. */
        VMALLOC,
        /** Physically contiguous memory where there is some, else as {@link #VMALLOC}. */
        KVMALLOC
    }

    /** Which groups of the connector a process without CAP_NET_ADMIN may join. */
    public enum ConnectorBind {
        /** None: EPERM. */
        PRIVILEGED,
        /**
         * Those with an odd number: {@code cn_bind()} tests bit 0 of the number, a bug of Linux.
         */
        ODD_GROUPS
    }

    /** What the process-event part of the connector is like. */
    public enum ProcessEvents {
        /** There is none. */
        NONE,
        /**
         * One count of listeners for all, which each LISTEN raises and each IGNORE lowers; payload
         * of 4 bytes; LISTEN and IGNORE need CAP_NET_ADMIN and are answered EPERM without.
         */
        COUNTED,
        /**
         * Each socket remembers its last operation and its filter; payload of 4 or 8 bytes; anybody
         * may listen.
         */
        PER_SOCKET
    }

    /** The documented connector of 2005 on the netlink core of 6.18. */
    public static final Profile V2_6_14 =
            new Builder("2.6.14")
                    .era(Era.QUEUED)
                    .hz(250)
                    .preemption(Preemption.NONE)
                    .smallHeadBytes(576)
                    .socketBufferMax(4_194_304)
                    .connectorMaxMessageSize(1024)
                    .connectorUsers(4)
                    .largeBuffers(LargeBuffers.KVMALLOC)
                    .connectorBind(ConnectorBind.PRIVILEGED)
                    .processEvents(ProcessEvents.NONE)
                    .workerPools(false)
                    .build();

    /** Linux 6.1, one CPU, HZ 100, no preemption: the build that records of 6.1 come from. */
    public static final Profile V6_1 =
            new Builder("6.1")
                    .era(Era.DIRECT)
                    .hz(100)
                    .preemption(Preemption.NONE)
                    .smallHeadBytes(0)
                    .gfpAtomicBit(0x200)
                    .socketBufferMax(212_992)
                    .connectorMaxMessageSize(16_384)
                    .connectorUsers(11)
                    .largeBuffers(LargeBuffers.VMALLOC)
                    .connectorBind(ConnectorBind.PRIVILEGED)
                    .processEvents(ProcessEvents.COUNTED)
                    .recentSocketOptions(false)
                    .softirqsLeftToKsoftirqd(true)
                    .build();

    /** Linux 6.18: the reference. */
    public static final Profile V6_18 =
            new Builder("6.18")
                    .era(Era.DIRECT)
                    .hz(250)
                    .preemption(Preemption.FULL)
                    .smallHeadBytes(576)
                    .socketBufferMax(4_194_304)
                    .connectorMaxMessageSize(16_384)
                    .connectorUsers(11)
                    .largeBuffers(LargeBuffers.KVMALLOC)
                    .connectorBind(ConnectorBind.ODD_GROUPS)
                    .processEvents(ProcessEvents.PER_SOCKET)
                    .build();

    /** What a kernel is booted with that asks for nothing else. */
    public static final Profile DEFAULT = V6_18;

    private static final ImmutableList<Profile> ALL = ImmutableList.of(V2_6_14, V6_1, V6_18);

    private static final int NOWAIT_BEFORE_6_7 = GfpMask.Flag.KSWAPD_RECLAIM;

    private final String name;
    private final Era era;
    private final int hz;
    private final Preemption preemption;
    private final int smallHeadBytes;
    private final int gfpAtomicBit;
    private final int socketBufferMax;
    private final int connectorMaxMessageSize;
    private final int connectorUsers;
    private final LargeBuffers largeBuffers;
    private final ConnectorBind connectorBind;
    private final ProcessEvents processEvents;
    private final boolean recentSocketOptions;
    private final boolean softirqsLeftToKsoftirqd;
    private final boolean workerPools;

    private Profile(Builder builder) {
        name = builder.name;
        era = builder.era;
        hz = builder.hz;
        preemption = builder.preemption;
        smallHeadBytes = builder.smallHeadBytes;
        gfpAtomicBit = builder.gfpAtomicBit;
        socketBufferMax = builder.socketBufferMax;
        connectorMaxMessageSize = builder.connectorMaxMessageSize;
        connectorUsers = builder.connectorUsers;
        largeBuffers = builder.largeBuffers;
        connectorBind = builder.connectorBind;
        processEvents = builder.processEvents;
        recentSocketOptions = builder.recentSocketOptions;
        softirqsLeftToKsoftirqd = builder.softirqsLeftToKsoftirqd;
        workerPools = builder.workerPools;
    }

    /** All profiles, from the oldest. */
    public static List<Profile> all() {
        return ALL;
    }

    /**
     * The profile of this name.
     *
     * @param name {@code "2.6.14"}, {@code "6.1"} or {@code "6.18"}
     * @throws IllegalArgumentException if there is none, naming those that there are
     */
    public static Profile of(String name) {
        for (Profile profile : ALL) {
            if (profile.name.equals(name)) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "no profile \"" + name + "\"; expected one of " + names());
    }

    /**
     * The profile for a kernel's release as {@code uname -r} shows it: that with the same first
     * numbers, so 6.18 for {@code "6.18.44-generic"} and 2.6.14 for {@code "2.6.14.7"}.
     *
     * @throws IllegalArgumentException if no profile fits, naming those that there are
     */
    public static Profile forKernelRelease(String release) {
        for (Profile profile : ALL) {
            int end = profile.name.length();
            if (release.startsWith(profile.name)
                    && (release.length() == end || !isDigit(release.charAt(end)))) {
                return profile;
            }
        }
        throw new IllegalArgumentException(
                "no profile for kernel release \"" + release + "\"; there are " + names());
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static String names() {
        return ALL.stream().map(Profile::name).collect(Collectors.joining(", "));
    }

    /** The profile's name: what {@link #of} takes. */
    public String name() {
        return name;
    }

    /** The connector's policy. */
    public Era era() {
        return era;
    }

    /** Ticks per second. Models {@code CONFIG_HZ}. */
    public int hz() {
        return hz;
    }

    /** Where kernel code may be preempted. */
    public Preemption preemption() {
        return preemption;
    }

    /**
     * Whether softirqs raised at an interrupt's end are left to {@code ksoftirqd} while that thread
     * is running, the vectors HI and TASKLET excepted; so it was from 4.9 to 6.4.
     */
    public boolean leavesSoftirqsToKsoftirqd() {
        return softirqsLeftToKsoftirqd;
    }

    /**
     * Whether work queues share pools of workers, which never run one work twice at once; so it is
     * from 2.6.36. Before, each queue has a thread for each CPU, or one.
     */
    public boolean hasWorkerPools() {
        return workerPools;
    }

    // Memory.

    /**
     * Size of the objects that hold the data of the smallest sk_buffs, in bytes with the {@link
     * #sharedInfoBytes}; 0 where such data comes from the general caches. Models {@code
     * SKB_SMALL_HEAD_CACHE_SIZE}.
     */
    public int smallHeadBytes() {
        return smallHeadBytes;
    }

    /** What the end of an sk_buff's data holds. Models {@code sizeof(struct skb_shared_info)}. */
    public int sharedInfoBytes() {
        return 320;
    }

    /** What an sk_buff itself is charged: {@code sizeof(struct sk_buff)}, in whole cache lines. */
    public int skBuffBytes() {
        return 256;
    }

    /** What holds the data of large unicasts of user processes. */
    public LargeBuffers largeBuffers() {
        return largeBuffers;
    }

    /**
     * The number that this kernel shows for a mask, in its logs and traces.
     *
     * <p>GFP_ATOMIC had a bit of its own until 6.2, and GFP_NOWAIT did not hold {@code
     * __GFP_NOWARN} until 6.6.
     */
    public int gfpValue(GfpMask mask) {
        if (gfpAtomicBit == 0) {
            return mask.bits();
        }
        if (mask.equals(GfpMask.NOWAIT)) {
            return NOWAIT_BEFORE_6_7;
        }
        boolean atomic = mask.isHigh() && !mask.allowBlocking();
        return atomic ? mask.bits() | gfpAtomicBit : mask.bits();
    }

    /** The mask that this kernel means by a number; the reverse of {@link #gfpValue}. */
    public GfpMask gfpMask(int value) {
        if (gfpAtomicBit != 0 && value == NOWAIT_BEFORE_6_7) {
            return GfpMask.NOWAIT;
        }
        return GfpMask.of(value & ~gfpAtomicBit);
    }

    // Sockets.

    /** Receive buffer of a new socket, in bytes of truesize. Models {@code rmem_default}. */
    public int rmemDefault() {
        return 212_992;
    }

    /** The greatest value that SO_RCVBUF takes before it is doubled. Models {@code rmem_max}. */
    public int rmemMax() {
        return socketBufferMax;
    }

    /** Send buffer of a new socket, in bytes. Models {@code wmem_default}. */
    public int wmemDefault() {
        return 212_992;
    }

    /** The greatest value that SO_SNDBUF takes before it is doubled. Models {@code wmem_max}. */
    public int wmemMax() {
        return socketBufferMax;
    }

    /** The least receive buffer, whatever is asked for. Models {@code SOCK_MIN_RCVBUF}. */
    public int rcvbufMin() {
        return 2048 + skBuffBytes();
    }

    /** The least send buffer, whatever is asked for. Models {@code SOCK_MIN_SNDBUF}. */
    public int sndbufMin() {
        return 2 * rcvbufMin();
    }

    /**
     * Whether SO_PASSPIDFD, SO_PEERPIDFD, SO_PASSRIGHTS and SO_RCVPRIORITY are known, and
     * SO_TXREHASH is refused where it means nothing; before, the former are ENOPROTOOPT and the
     * latter can be set on any socket.
     */
    public boolean hasRecentSocketOptions() {
        return recentSocketOptions;
    }

    // Netlink.

    /**
     * Whether getsockopt knows NETLINK_LISTEN_ALL_NSID; ENOPROTOOPT where not, though it can be
     * set.
     */
    public boolean canGetListenAllNsid() {
        return recentSocketOptions;
    }

    /**
     * The greatest unicast of a user process whose data is allocated like any other's, in bytes; a
     * larger one's comes from {@link #largeBuffers}. Models {@code NLMSG_GOODSIZE}.
     */
    public int largeUnicastThreshold() {
        return 4096 - sharedInfoBytes();
    }

    // Connector.

    /**
     * The greatest message that a process may send to the connector, {@code cn_msg} included, in
     * bytes. Models {@code CONNECTOR_MAX_MSG_SIZE}.
     */
    public int connectorMaxMessageSize() {
        return connectorMaxMessageSize;
    }

    /** The greatest reserved index and 1. Models {@code CN_NETLINK_USERS}. */
    public int connectorUsers() {
        return connectorUsers;
    }

    /** Whether a listener can ask to be told when ids are registered and unregistered. */
    public boolean hasRegistrationNotices() {
        return era == Era.QUEUED;
    }

    /**
     * Whether {@code nlmsg_len} of what the connector sends counts the padding behind the message:
     * {@code cn_netlink_send()} of the queued era takes the size that it allocates.
     */
    public boolean countsConnectorPadding() {
        return era == Era.QUEUED;
    }

    /** Who may join the connector's groups. */
    public ConnectorBind connectorBind() {
        return connectorBind;
    }

    /** What the process-event part is like. */
    public ProcessEvents processEvents() {
        return processEvents;
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }

    private static final class Builder {
        private final String name;
        private Era era = Era.DIRECT;
        private int hz;
        private Preemption preemption = Preemption.NONE;
        private int smallHeadBytes;
        private int gfpAtomicBit;
        private int socketBufferMax;
        private int connectorMaxMessageSize;
        private int connectorUsers;
        private LargeBuffers largeBuffers = LargeBuffers.KVMALLOC;
        private ConnectorBind connectorBind = ConnectorBind.PRIVILEGED;
        private ProcessEvents processEvents = ProcessEvents.NONE;
        private boolean recentSocketOptions = true;
        private boolean softirqsLeftToKsoftirqd;
        private boolean workerPools = true;

        Builder(String name) {
            this.name = name;
        }

        Builder era(Era value) {
            era = value;
            return this;
        }

        Builder hz(int value) {
            hz = value;
            return this;
        }

        Builder preemption(Preemption value) {
            preemption = value;
            return this;
        }

        Builder smallHeadBytes(int value) {
            smallHeadBytes = value;
            return this;
        }

        Builder gfpAtomicBit(int value) {
            gfpAtomicBit = value;
            return this;
        }

        Builder socketBufferMax(int value) {
            socketBufferMax = value;
            return this;
        }

        Builder connectorMaxMessageSize(int value) {
            connectorMaxMessageSize = value;
            return this;
        }

        Builder connectorUsers(int value) {
            connectorUsers = value;
            return this;
        }

        Builder largeBuffers(LargeBuffers value) {
            largeBuffers = value;
            return this;
        }

        Builder connectorBind(ConnectorBind value) {
            connectorBind = value;
            return this;
        }

        Builder processEvents(ProcessEvents value) {
            processEvents = value;
            return this;
        }

        Builder recentSocketOptions(boolean value) {
            recentSocketOptions = value;
            return this;
        }

        Builder softirqsLeftToKsoftirqd(boolean value) {
            softirqsLeftToKsoftirqd = value;
            return this;
        }

        Builder workerPools(boolean value) {
            workerPools = value;
            return this;
        }

        Profile build() {
            return new Profile(this);
        }
    }
}
