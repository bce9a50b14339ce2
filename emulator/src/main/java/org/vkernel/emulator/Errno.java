package org.vkernel.emulator;

import com.google.common.collect.ImmutableMap;
import java.util.Arrays;

/**
 * Error numbers, with the values of Linux on x86_64.
 *
 * <p>The constants are positive, as in C; kernel functions return them negated ({@code return
 * -Errno.EINVAL;}). The numbers from 512 on never reach a user process: the kernel uses them among
 * its own functions ({@link #ERESTARTSYS} becomes a restarted system call or {@link #EINTR}).
 *
 * <p>Models {@code include/uapi/asm-generic/errno*.h} and {@code include/linux/errno.h}.
 */
public final class Errno {

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int E2BIG = 7;
    public static final int ENOEXEC = 8;
    public static final int EBADF = 9;
    public static final int ECHILD = 10;
    public static final int EAGAIN = 11;
    public static final int EWOULDBLOCK = EAGAIN;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int ENOTBLK = 15;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ENOTTY = 25;
    public static final int ETXTBSY = 26;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int ESPIPE = 29;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int EPIPE = 32;
    public static final int EDOM = 33;
    public static final int ERANGE = 34;
    public static final int EDEADLK = 35;
    public static final int EDEADLOCK = EDEADLK;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOLCK = 37;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int ENOMSG = 42;
    public static final int EIDRM = 43;
    public static final int ECHRNG = 44;
    public static final int EL2NSYNC = 45;
    public static final int EL3HLT = 46;
    public static final int EL3RST = 47;
    public static final int ELNRNG = 48;
    public static final int EUNATCH = 49;
    public static final int ENOCSI = 50;
    public static final int EL2HLT = 51;
    public static final int EBADE = 52;
    public static final int EBADR = 53;
    public static final int EXFULL = 54;
    public static final int ENOANO = 55;
    public static final int EBADRQC = 56;
    public static final int EBADSLT = 57;
    public static final int EBFONT = 59;
    public static final int ENOSTR = 60;
    public static final int ENODATA = 61;
    public static final int ETIME = 62;
    public static final int ENOSR = 63;
    public static final int ENONET = 64;
    public static final int ENOPKG = 65;
    public static final int EREMOTE = 66;
    public static final int ENOLINK = 67;
    public static final int EADV = 68;
    public static final int ESRMNT = 69;
    public static final int ECOMM = 70;
    public static final int EPROTO = 71;
    public static final int EMULTIHOP = 72;
    public static final int EDOTDOT = 73;
    public static final int EBADMSG = 74;
    public static final int EOVERFLOW = 75;
    public static final int ENOTUNIQ = 76;
    public static final int EBADFD = 77;
    public static final int EREMCHG = 78;
    public static final int ELIBACC = 79;
    public static final int ELIBBAD = 80;
    public static final int ELIBSCN = 81;
    public static final int ELIBMAX = 82;
    public static final int ELIBEXEC = 83;
    public static final int EILSEQ = 84;
    public static final int ERESTART = 85;
    public static final int ESTRPIPE = 86;
    public static final int EUSERS = 87;
    public static final int ENOTSOCK = 88;
    public static final int EDESTADDRREQ = 89;
    public static final int EMSGSIZE = 90;
    public static final int EPROTOTYPE = 91;
    public static final int ENOPROTOOPT = 92;
    public static final int EPROTONOSUPPORT = 93;
    public static final int ESOCKTNOSUPPORT = 94;
    public static final int EOPNOTSUPP = 95;

    /** The C library's second name of {@link #EOPNOTSUPP}; not {@link #ENOTSUPP}. */
    public static final int ENOTSUP = EOPNOTSUPP;

    public static final int EPFNOSUPPORT = 96;
    public static final int EAFNOSUPPORT = 97;
    public static final int EADDRINUSE = 98;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ENETUNREACH = 101;
    public static final int ENETRESET = 102;
    public static final int ECONNABORTED = 103;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int EISCONN = 106;
    public static final int ENOTCONN = 107;
    public static final int ESHUTDOWN = 108;
    public static final int ETOOMANYREFS = 109;
    public static final int ETIMEDOUT = 110;
    public static final int ECONNREFUSED = 111;
    public static final int EHOSTDOWN = 112;
    public static final int EHOSTUNREACH = 113;
    public static final int EALREADY = 114;
    public static final int EINPROGRESS = 115;
    public static final int ESTALE = 116;
    public static final int EUCLEAN = 117;
    public static final int ENOTNAM = 118;
    public static final int ENAVAIL = 119;
    public static final int EISNAM = 120;
    public static final int EREMOTEIO = 121;
    public static final int EDQUOT = 122;
    public static final int ENOMEDIUM = 123;
    public static final int EMEDIUMTYPE = 124;
    public static final int ECANCELED = 125;
    public static final int ENOKEY = 126;
    public static final int EKEYEXPIRED = 127;
    public static final int EKEYREVOKED = 128;
    public static final int EKEYREJECTED = 129;
    public static final int EOWNERDEAD = 130;
    public static final int ENOTRECOVERABLE = 131;
    public static final int ERFKILL = 132;
    public static final int EHWPOISON = 133;
    // Known inside the kernel only.
    public static final int ERESTARTSYS = 512;
    public static final int ERESTARTNOINTR = 513;
    public static final int ERESTARTNOHAND = 514;
    public static final int ENOIOCTLCMD = 515;
    public static final int ERESTART_RESTARTBLOCK = 516;
    public static final int EPROBE_DEFER = 517;
    public static final int EOPENSTALE = 518;
    public static final int ENOPARAM = 519;
    public static final int EBADHANDLE = 521;
    public static final int ENOTSYNC = 522;
    public static final int EBADCOOKIE = 523;
    public static final int ENOTSUPP = 524;
    public static final int ETOOSMALL = 525;
    public static final int ESERVERFAULT = 526;
    public static final int EBADTYPE = 527;
    public static final int EJUKEBOX = 528;
    public static final int EIOCBQUEUED = 529;
    public static final int ERECALLCONFLICT = 530;

    /**
     * The greatest error number that a return value or an error pointer may carry, as {@code
     * MAX_ERRNO} in Linux: {@code -4095..-1} are errors, all other values are results.
     */
    public static final int MAX_ERRNO = 4095;

    private static final String TABLE =
            """
            1 EPERM operation not permitted
            2 ENOENT no such entry
            3 ESRCH nobody there (no such process or listener)
            4 EINTR interrupted by a signal
            5 EIO input or output failed
            6 ENXIO no such device or address
            7 E2BIG arguments too long
            8 ENOEXEC not in an executable format
            9 EBADF not an open descriptor
            10 ECHILD no child processes
            11 EAGAIN would have to wait, try again
            12 ENOMEM out of memory
            13 EACCES permission denied
            14 EFAULT bad address
            15 ENOTBLK not a block device
            16 EBUSY in use
            17 EEXIST exists already
            18 EXDEV crosses devices
            19 ENODEV no such device
            20 ENOTDIR not a directory
            21 EISDIR is a directory
            22 EINVAL invalid argument
            23 ENFILE too many open files in the system
            24 EMFILE too many open files in the process
            25 ENOTTY not for this kind of descriptor
            26 ETXTBSY program text in use
            27 EFBIG file too large
            28 ENOSPC no space left
            29 ESPIPE not seekable
            30 EROFS read-only file system
            31 EMLINK too many links
            32 EPIPE nobody reads the other end
            33 EDOM argument outside the function's domain
            34 ERANGE result out of range
            35 EDEADLK would deadlock
            36 ENAMETOOLONG name too long
            37 ENOLCK no lock available
            38 ENOSYS not implemented
            39 ENOTEMPTY directory not empty
            40 ELOOP too many symbolic links
            42 ENOMSG no message of that type
            43 EIDRM identifier removed
            44 ECHRNG channel number out of range
            45 EL2NSYNC level 2 not synchronized
            46 EL3HLT level 3 halted
            47 EL3RST level 3 reset
            48 ELNRNG link number out of range
            49 EUNATCH protocol driver not attached
            50 ENOCSI no CSI structure
            51 EL2HLT level 2 halted
            52 EBADE invalid exchange
            53 EBADR invalid request descriptor
            54 EXFULL exchange full
            55 ENOANO no anode
            56 EBADRQC invalid request code
            57 EBADSLT invalid slot
            59 EBFONT bad font file
            60 ENOSTR not a stream
            61 ENODATA no data
            62 ETIME timer expired
            63 ENOSR out of stream resources
            64 ENONET not on the network
            65 ENOPKG package not installed
            66 EREMOTE object is remote
            67 ENOLINK link severed
            68 EADV advertise error
            69 ESRMNT still mounted by others
            70 ECOMM sending failed
            71 EPROTO protocol error
            72 EMULTIHOP too many hops
            73 EDOTDOT directory cycle in a remote file system
            74 EBADMSG bad message
            75 EOVERFLOW value too large for its type
            76 ENOTUNIQ name not unique on the network
            77 EBADFD descriptor in a bad state
            78 EREMCHG remote address changed
            79 ELIBACC shared library not accessible
            80 ELIBBAD shared library corrupted
            81 ELIBSCN library section corrupted
            82 ELIBMAX too many shared libraries
            83 ELIBEXEC shared libraries cannot be executed
            84 EILSEQ illegal byte sequence
            85 ERESTART system call should be restarted
            86 ESTRPIPE stream pipe error
            87 EUSERS too many users
            88 ENOTSOCK not a socket
            89 EDESTADDRREQ destination address required
            90 EMSGSIZE message too long
            91 EPROTOTYPE protocol does not fit the socket's type
            92 ENOPROTOOPT no such option
            93 EPROTONOSUPPORT protocol not supported
            94 ESOCKTNOSUPPORT socket type not supported
            95 EOPNOTSUPP operation not supported
            96 EPFNOSUPPORT protocol family not supported
            97 EAFNOSUPPORT address family not supported
            98 EADDRINUSE address in use
            99 EADDRNOTAVAIL address not available
            100 ENETDOWN network down
            101 ENETUNREACH network unreachable
            102 ENETRESET connection dropped by a network reset
            103 ECONNABORTED connection aborted
            104 ECONNRESET connection reset by the peer
            105 ENOBUFS no buffer space: messages were lost
            106 EISCONN connected already
            107 ENOTCONN not connected
            108 ESHUTDOWN socket was shut down
            109 ETOOMANYREFS too many references
            110 ETIMEDOUT timed out
            111 ECONNREFUSED refused by the receiver, or no receiver
            112 EHOSTDOWN host down
            113 EHOSTUNREACH no route to the host
            114 EALREADY under way already
            115 EINPROGRESS now under way
            116 ESTALE stale handle
            117 EUCLEAN structure needs cleaning
            118 ENOTNAM not a named type file
            119 ENAVAIL no semaphore available
            120 EISNAM is a named type file
            121 EREMOTEIO remote input or output failed
            122 EDQUOT quota exceeded
            123 ENOMEDIUM no medium
            124 EMEDIUMTYPE wrong type of medium
            125 ECANCELED cancelled
            126 ENOKEY required key missing
            127 EKEYEXPIRED key expired
            128 EKEYREVOKED key revoked
            129 EKEYREJECTED key rejected
            130 EOWNERDEAD owner died
            131 ENOTRECOVERABLE state not recoverable
            132 ERFKILL radio switched off
            133 EHWPOISON memory page has a hardware error
            512 ERESTARTSYS interrupted, restart if the handler allows
            513 ERESTARTNOINTR interrupted, always restart
            514 ERESTARTNOHAND interrupted, restart if there is no handler
            515 ENOIOCTLCMD no such ioctl command
            516 ERESTART_RESTARTBLOCK interrupted, restart through restart_syscall
            517 EPROBE_DEFER driver asks to be probed later
            518 EOPENSTALE open found a stale entry
            519 ENOPARAM parameter not supported
            521 EBADHANDLE illegal file handle
            522 ENOTSYNC update synchronization mismatch
            523 EBADCOOKIE stale cookie
            524 ENOTSUPP not supported (inside the kernel)
            525 ETOOSMALL buffer or request too small
            526 ESERVERFAULT server fault
            527 EBADTYPE type not supported by the server
            528 EJUKEBOX request started, will take long
            529 EIOCBQUEUED queued, completion will follow
            530 ERECALLCONFLICT conflicts with a recalled state
            """;

    private static final String[] NAMES = new String[ERECALLCONFLICT + 1];
    private static final String[] TEXTS = new String[ERECALLCONFLICT + 1];
    private static final ImmutableMap<String, Integer> VALUES;

    static {
        Arrays.fill(NAMES, "");
        Arrays.fill(TEXTS, "");
        ImmutableMap.Builder<String, Integer> values = ImmutableMap.builder();
        TABLE.lines()
                .forEach(line -> {
                    int nameStart = line.indexOf(' ') + 1;
                    int textStart = line.indexOf(' ', nameStart) + 1;
                    int errno = Integer.parseInt(line, 0, nameStart - 1, 10);
                    NAMES[errno] = line.substring(nameStart, textStart - 1);
                    TEXTS[errno] = line.substring(textStart);
                    values.put(NAMES[errno], errno);
                });
        values.put("EWOULDBLOCK", EWOULDBLOCK).put("EDEADLOCK", EDEADLOCK).put("ENOTSUP", ENOTSUP);
        VALUES = values.buildOrThrow();
    }

    private Errno() {}

    /**
     * The name of an error number, be it written positive or negative.
     *
     * @return {@code "EINVAL"} for 22 and for -22; the digits of the positive number where there is
     *     no name, {@code "0"} included
     */
    public static String name(int errno) {
        String name = lookUp(NAMES, errno);
        return name.isEmpty() ? Long.toString(Math.abs((long) errno)) : name;
    }

    /**
     * A few words for people, as {@code strerror()} gives them, for a positive or negative number.
     */
    public static String text(int errno) {
        if (errno == 0) {
            return "success";
        }
        String text = lookUp(TEXTS, errno);
        return text.isEmpty() ? "error " + Math.abs((long) errno) : text;
    }

    /** Whether {@link #value} knows this name. */
    public static boolean isName(String name) {
        return VALUES.containsKey(name);
    }

    /**
     * The positive number of a name such as {@code "EINVAL"}, second names ({@code "EWOULDBLOCK"})
     * included.
     *
     * @throws IllegalArgumentException if no error number has this name
     */
    public static int value(String name) {
        Integer value = VALUES.get(name);
        if (value == null) {
            throw new IllegalArgumentException(
                    "no error number is named \"" + name + "\"; expected a name such as EINVAL");
        }
        return value;
    }

    /**
     * Whether a kernel function's return value is an error. Models {@code IS_ERR_VALUE()}.
     *
     * @param ret what the function returned: 0 or more, or a negative error number
     */
    public static boolean isError(int ret) {
        return ret < 0 && ret >= -MAX_ERRNO;
    }

    private static String lookUp(String[] table, int errno) {
        int index = errno < 0 ? -errno : errno; // Stays negative for Integer.MIN_VALUE.
        return index >= 0 && index < table.length ? table[index] : "";
    }
}
