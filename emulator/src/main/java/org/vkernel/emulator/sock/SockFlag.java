package org.vkernel.emulator.sock;

/** Bits that a {@link Sock} bears: {@code enum sock_flags} and a socket's boolean options. */
public final class SockFlag {
    /** Its socket is closed ({@code SOCK_DEAD}). */
    public static final int DEAD = 1;

    public static final int DEBUG = 1 << 1;
    public static final int REUSE = 1 << 2;
    public static final int REUSEPORT = 1 << 3;
    public static final int KEEPOPEN = 1 << 4;
    public static final int BROADCAST = 1 << 5;
    public static final int URGINLINE = 1 << 6;
    public static final int NO_CHECK = 1 << 7;
    public static final int LOCALROUTE = 1 << 8;
    public static final int LINGER = 1 << 9;
    public static final int TIMESTAMP = 1 << 10;
    public static final int TIMESTAMPNS = 1 << 11;
    public static final int RXQ_OVFL = 1 << 12;
    public static final int WIFI_STATUS = 1 << 13;
    public static final int NOFCS = 1 << 14;
    public static final int FILTER_LOCKED = 1 << 15;
    public static final int SELECT_ERR_QUEUE = 1 << 16;
    public static final int RCVMARK = 1 << 17;
    public static final int RCVPRIORITY = 1 << 18;

    /** The sender's credentials are handed out with each message ({@code SO_PASSCRED}). */
    public static final int PASSCRED = 1 << 19;

    public static final int PASSSEC = 1 << 20;

    /** Time stamps are of the kind that outlasts 2038. */
    public static final int TSTAMP_NEW = 1 << 21;

    private SockFlag() {}
}
